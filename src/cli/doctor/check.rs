//! One line of the doctor's list.

use serde::Serialize;

/// What was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Area {
    Settings,
    Database,
    Schema,
    Accounts,
    Tenants,
    PublicUrl,
    Twilio,
}

impl Area {
    /// As its part of the list is headed.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Settings => "settings",
            Self::Database => "database",
            Self::Schema => "schema",
            Self::Accounts => "Twilio accounts",
            Self::Tenants => "tenants and numbers",
            Self::PublicUrl => "public URL",
            Self::Twilio => "webhooks at Twilio",
        }
    }
}

/// How it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Mark {
    /// As it must be.
    Green,
    /// It works, and somebody should know.
    Warning,
    /// Calls are lost or go astray.
    Red,
    /// It could not be looked at.
    NotChecked,
}

/// What was seen, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Check {
    pub(super) area: Area,
    pub(super) mark: Mark,
    pub(super) what: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) remedy: Option<String>,
}

impl Check {
    pub(super) fn green(area: Area, what: impl Into<String>) -> Self {
        Self { area, mark: Mark::Green, what: what.into(), remedy: None }
    }

    pub(super) fn warning(area: Area, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { area, mark: Mark::Warning, what: what.into(), remedy: Some(remedy.into()) }
    }

    pub(super) fn red(area: Area, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { area, mark: Mark::Red, what: what.into(), remedy: Some(remedy.into()) }
    }

    pub(super) fn is_red(&self) -> bool {
        self.mark == Mark::Red
    }

    pub(super) fn not_checked(area: Area, what: impl Into<String>) -> Self {
        Self { area, mark: Mark::NotChecked, what: what.into(), remedy: None }
    }
}

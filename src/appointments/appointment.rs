//! A visit, as somebody books or lists it. None of these prints: they are people's names, numbers and addresses.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::web::page::Cursor;

/// How far a visit is. `pending` and `confirmed` take their time; of the others, `cancelled` frees it.
#[derive(Clone, Copy, Debug, Default, ToSchema, PartialEq, Eq)]
#[schema(rename_all = "snake_case")]
pub enum AppointmentStatus {
    /// Asked for; it takes its time.
    #[default]
    Pending,
    /// Agreed; it takes its time.
    Confirmed,
    /// It took place.
    Completed,
    /// It will not take place; its time is free.
    Cancelled,
    /// The customer was not there.
    NoShow,
}

impl AppointmentStatus {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Pending, Self::Confirmed, Self::Completed, Self::Cancelled, Self::NoShow];

    /// The word in the database and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Confirmed => "confirmed",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
            Self::NoShow => "no_show",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or_else(|| {
            let words = Self::ALL.map(Self::as_str);
            format!("Must be one of: {}.", words.join(", "))
        })
    }

    /// Reads the word of a visit that is being booked.
    pub fn parse_new(text: &str) -> Result<Self, String> {
        let status = Self::parse(text).ok();
        let live = status.filter(|status| matches!(status, Self::Pending | Self::Confirmed));
        live.ok_or_else(|| "Must be one of: pending, confirmed.".to_owned())
    }
}

/// A visit.
#[derive(Serialize, ToSchema)]
pub struct Appointment {
    /// Our id of the visit.
    #[schema(example = "01a2145c-3f10-7d3a-9b52-0c6a5e1f7b44")]
    pub id: Uuid,
    /// The `id` of the call that it was agreed in; null if there was none.
    #[schema(example = json!(null))]
    pub call_log_id: Option<Uuid>,
    /// Whom to visit.
    #[schema(example = "Jordan Lee")]
    pub customer_name: String,
    /// The customer's number in E.164.
    #[schema(example = "+19725550123")]
    pub customer_phone: Option<String>,
    /// The customer's e-mail address; nobody has checked that it exists.
    #[schema(example = "jordan@example.com")]
    pub customer_email: Option<String>,
    /// Where to go.
    #[schema(example = "1200 Elm Street, Dallas")]
    pub customer_address: Option<String>,
    /// What is to be done.
    #[schema(example = "repair")]
    pub service_type: Option<String>,
    /// What the customer says.
    #[schema(example = "No heat since last night.")]
    pub problem_description: Option<String>,
    /// Who or what can be in one place only; `default` for a firm that has one.
    #[schema(example = "default")]
    pub resource: String,
    /// When it begins.
    #[schema(example = "2026-12-01T15:00:00Z")]
    pub starts_at: DateTime<Utc>,
    /// When it ends; the next one may begin then.
    #[schema(example = "2026-12-01T16:30:00Z")]
    pub ends_at: DateTime<Utc>,
    /// How far it is.
    #[schema(value_type = AppointmentStatus)]
    pub status: String,
    /// When it was booked.
    #[schema(example = "2026-11-25T20:00:43.104512Z")]
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    #[schema(example = "2026-11-25T20:00:43.104512Z")]
    pub updated_at: DateTime<Utc>,
}

impl Appointment {
    /// Where it stands in the list.
    #[must_use]
    pub fn place(&self) -> Cursor {
        Cursor { time: self.starts_at, id: self.id }
    }
}

/// What a visit that is being booked says.
pub struct NewAppointment {
    /// The call that it was agreed in.
    pub call_log_id: Option<Uuid>,
    /// Whom to visit.
    pub customer_name: String,
    /// E.164.
    pub customer_phone: Option<String>,
    /// Unchecked.
    pub customer_email: Option<String>,
    /// Where to go.
    pub customer_address: Option<String>,
    /// What is to be done.
    pub service_type: Option<String>,
    /// What the customer says.
    pub problem_description: Option<String>,
    /// Who comes.
    pub resource: String,
    /// When it takes place.
    pub time: TimeRange,
    /// Pending or confirmed.
    pub status: AppointmentStatus,
}

/// From a moment on, up to another that is later and no longer part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeRange {
    start: DateTime<Utc>,
    end: DateTime<Utc>,
}

impl TimeRange {
    /// None if it would be empty or turned around.
    #[must_use]
    pub fn new(start: DateTime<Utc>, end: DateTime<Utc>) -> Option<Self> {
        (start < end).then_some(Self { start, end })
    }

    /// The first moment.
    #[must_use]
    pub fn start(self) -> DateTime<Utc> {
        self.start
    }

    /// The moment after the last one.
    #[must_use]
    pub fn end(self) -> DateTime<Utc> {
        self.end
    }
}

/// Which visits are asked for; what is `None` doesn't matter.
#[derive(Clone, Debug, Default)]
pub struct AppointmentFilter {
    /// How far they are.
    pub status: Option<AppointmentStatus>,
    /// Beginning then or later.
    pub since: Option<DateTime<Utc>>,
    /// Beginning before.
    pub until: Option<DateTime<Utc>>,
    /// Only what comes after this place in the list.
    pub after: Option<Cursor>,
}

/// What became of a cancellation.
pub enum Cancellation {
    /// It is cancelled, now or since before.
    Done(Box<Appointment>),
    /// It took place or was missed: there is nothing left to cancel.
    Over(AppointmentStatus),
    /// There is no such visit.
    NotThere,
}

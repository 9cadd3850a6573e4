//! A tenant, as somebody makes or lists it.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::hours::{UnknownZone, Zone};
use crate::tenancy::TenantId;
use crate::twilio::phone_number::E164PhoneNumber;
use crate::twilio::region::Region;

/// The name of a tenant in commands and URLs: lower-case letters, digits and single hyphens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Slug(String);

/// Not a slug.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is no slug; use 1 to 63 lower-case letters, digits and hyphens, such as acme-hvac")]
pub struct InvalidSlug(String);

impl FromStr for Slug {
    type Err = InvalidSlug;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let plain = |part: &str| {
            !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        if text.len() <= 63 && text.split('-').all(plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidSlug(text.to_owned()))
        }
    }
}

impl Slug {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The name of a time zone in the IANA database that this program carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneName(String);

impl FromStr for ZoneName {
    type Err = UnknownZone;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let zone: Zone = text.parse()?;
        Ok(Self(zone.name().to_owned()))
    }
}

impl Default for ZoneName {
    fn default() -> Self {
        Self("America/Chicago".to_owned())
    }
}

impl ZoneName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// In which country numbers without a country code are meant.
    #[must_use]
    pub fn region(&self) -> Region {
        Region::of_time_zone(&self.0)
    }
}

/// What a new tenant needs.
#[derive(Clone, Debug)]
pub struct NewTenant {
    /// Unique.
    pub slug: Slug,
    /// What the firm is called.
    pub company_name: String,
    /// Where it is.
    pub timezone: ZoneName,
    /// What callers hear first; none: a sentence with the firm's name.
    pub greeting_message: Option<String>,
    /// Where calls go; none: a goodbye.
    pub forward_number: Option<E164PhoneNumber>,
}

/// A firm whose calls are answered.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Tenant {
    /// Our id of the tenant.
    #[schema(value_type = Uuid, example = "0199a0e8-0000-7000-8000-000000000001")]
    pub id: TenantId,
    /// Its short name in commands and addresses.
    #[schema(example = "acme-hvac")]
    pub slug: String,
    /// The firm's name.
    #[schema(example = "Acme HVAC")]
    pub company_name: String,
    /// The IANA name of the time zone that it is in.
    #[schema(example = "America/Chicago")]
    pub timezone: String,
    /// What callers hear first; null: a sentence with the firm's name.
    #[schema(example = "Thank you for calling Acme HVAC.")]
    pub greeting_message: Option<String>,
    /// Where calls go, in E.164; null: a goodbye.
    #[schema(example = "+12145550199")]
    pub forward_number: Option<String>,
    /// Whether its calls are answered and its keys good.
    #[schema(example = true)]
    pub is_active: bool,
    /// Whether it gets the calls to numbers that nobody owns.
    #[schema(example = false)]
    pub accepts_unknown_numbers: bool,
    /// When it was made.
    #[schema(example = "2026-11-02T15:00:00Z")]
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    #[schema(example = "2026-11-02T15:00:00Z")]
    pub updated_at: DateTime<Utc>,
}

/// A tenant in the list of all.
#[derive(Clone, Debug, Serialize)]
pub struct ListedTenant {
    /// Its id.
    pub id: TenantId,
    /// Its name in commands.
    pub slug: String,
    /// The firm's name.
    pub company_name: String,
    /// IANA name.
    pub timezone: String,
    /// E.164.
    pub forward_number: Option<String>,
    /// Whether its calls are answered.
    pub is_active: bool,
    /// Whether it gets the calls to numbers that nobody owns.
    pub accepts_unknown_numbers: bool,
    /// How many numbers it has.
    pub numbers: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_plain() {
        for text in ["acme", "acme-hvac", "a1-2b"] {
            assert!(text.parse::<Slug>().is_ok(), "{text}");
        }
        for text in ["", "-acme", "acme-", "a--b", "Acme", "acme hvac", "ä", &"a".repeat(64)] {
            assert!(text.parse::<Slug>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_zone_must_exist() {
        assert!("America/Vancouver".parse::<ZoneName>().is_ok());
        assert!("Mars/Olympus".parse::<ZoneName>().is_err());
    }
}

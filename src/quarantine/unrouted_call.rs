//! A call in quarantine.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::calls::call::Event;
use crate::tenancy::ingest::QuarantineReason;
use crate::web::page::Cursor;

/// A call that belonged to nobody when it came. It doesn't print: it holds numbers.
#[derive(Clone, Serialize, ToSchema)]
#[schema(description = "A call that belonged to nobody when it came.")]
pub struct UnroutedCall {
    /// Our id of the call.
    #[schema(example = "01a2145c-2c6f-71e8-a3e0-76c5680ced8d")]
    pub id: Uuid,
    /// The SID of the Twilio account that sent it.
    #[schema(example = "AC22222222222222222222222222222222")]
    pub account_sid: String,
    /// Twilio's id of the call.
    #[schema(example = "CA11111111111111111111111111111111")]
    pub call_sid: String,
    /// Why it belongs to nobody.
    #[schema(value_type = QuarantineReason)]
    pub reason: String,
    /// The dialled number, as Twilio said it.
    #[schema(example = "+12145550177")]
    pub called_number: Option<String>,
    /// Who called, as Twilio said it.
    #[schema(example = "+19725550123")]
    pub from_number: Option<String>,
    /// When it was first heard of.
    #[schema(example = "2026-11-25T20:00:00Z")]
    pub received_at: DateTime<Utc>,
    /// The short name of the tenant that has it now; null while it waits.
    #[schema(example = json!(null))]
    pub adopted_by: Option<String>,
    /// Since when that tenant has it.
    #[schema(example = json!(null))]
    pub adopted_at: Option<DateTime<Utc>>,
}

/// A call in quarantine with everything that was heard of it.
#[derive(Clone, Serialize, ToSchema)]
pub struct UnroutedCallWithEvents {
    /// The row.
    #[serde(flatten)]
    pub call: UnroutedCall,
    /// What was heard of it, in the order in which it happened.
    pub events: Vec<Event>,
}

/// Which calls of the quarantine: those that nobody has adopted, those that somebody has, or both.
#[derive(Clone, Copy, Debug, Default, ToSchema, PartialEq, Eq)]
#[schema(rename_all = "lowercase")]
pub enum QuarantineState {
    /// Those that nobody has adopted.
    #[default]
    Waiting,
    /// Those that somebody has.
    Adopted,
    /// Both.
    All,
}

/// What is to become of a call in quarantine.
#[derive(Clone, ToSchema)]
pub struct AdoptionBody {
    /// The short name of the tenant that the call goes to.
    #[schema(example = "acme-hvac")]
    pub tenant: String,
    /// What happens to the number that was dialled; `leave` if it is missing.
    pub with_number: Option<DialledNumber>,
}

/// What happens to the number that was dialled: `leave` it nobody's, because one call was misdirected, or `give` it to the
/// tenant for the calls to come.
#[derive(Clone, Copy, Debug, Default, ToSchema, PartialEq, Eq)]
#[schema(rename_all = "lowercase", example = "give")]
pub enum DialledNumber {
    /// It stays nobody's: one call was misdirected.
    #[default]
    Leave,
    /// It is the tenant's from now on.
    Give,
}

/// What became of an adoption.
#[derive(Clone)]
pub enum Adoption {
    /// The call is in the tenant's log.
    Done {
        /// Twilio's id of the call.
        call_sid: String,
        /// The number that was dialled, as Twilio said it.
        dialled: Option<String>,
    },
    /// Another tenant has adopted it before.
    TakenByAnother,
    /// There is no such call.
    NotThere,
}

impl UnroutedCall {
    /// Where it stands in the list.
    #[must_use]
    pub fn place(&self) -> Cursor {
        Cursor { time: self.received_at, id: self.id }
    }
}

impl QuarantineState {
    /// Reads the parameter `state`.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            "waiting" => Ok(Self::Waiting),
            "adopted" => Ok(Self::Adopted),
            "all" => Ok(Self::All),
            _ => Err("Must be one of: waiting, adopted, all.".to_owned()),
        }
    }

    /// As the database asks: waiting, not waiting, either.
    #[must_use]
    pub fn waiting(self) -> Option<bool> {
        match self {
            Self::Waiting => Some(true),
            Self::Adopted => Some(false),
            Self::All => None,
        }
    }
}

impl DialledNumber {
    /// Reads the field `with_number`.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            "leave" => Ok(Self::Leave),
            "give" => Ok(Self::Give),
            _ => Err("Must be one of: leave, give.".to_owned()),
        }
    }
}

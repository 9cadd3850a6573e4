//! A call in quarantine.

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use crate::calls::call::Event;
use crate::web::page::Cursor;

/// A call that belonged to nobody when it came. It doesn't print: it holds numbers.
#[derive(Clone, Serialize)]
pub struct UnroutedCall {
    /// Our id.
    pub id: Uuid,
    /// The account that sent it.
    pub account_sid: String,
    /// Twilio's id.
    pub call_sid: String,
    /// `unknown_number`, `wrong_account` or `inactive_tenant`.
    pub reason: String,
    /// The dialled number, as Twilio said it.
    pub called_number: Option<String>,
    /// Who called, as Twilio said it.
    pub from_number: Option<String>,
    /// When it was first heard of.
    pub received_at: DateTime<Utc>,
    /// The slug of the tenant that has it now; null while it waits.
    pub adopted_by: Option<String>,
    /// Since when.
    pub adopted_at: Option<DateTime<Utc>>,
}

/// A call in quarantine with everything that was heard of it.
#[derive(Clone, Serialize)]
pub struct UnroutedCallWithEvents {
    /// The row.
    #[serde(flatten)]
    pub call: UnroutedCall,
    /// Its ledger.
    pub events: Vec<Event>,
}

/// Which calls of the quarantine are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QuarantineState {
    /// Those that nobody has adopted.
    #[default]
    Waiting,
    /// Those that somebody has.
    Adopted,
    /// Both.
    All,
}

/// What happens to the number that was dialled when a call is adopted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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

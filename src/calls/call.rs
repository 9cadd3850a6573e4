//! A call as the log shows it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::twilio::call_status::CallStatus;
use crate::web::page::Cursor;

/// One row of the call log. Times are UTC.
#[derive(Clone, Debug, Serialize, PartialEq)]
pub struct Call {
    /// Our id.
    pub id: Uuid,
    /// Twilio's id.
    pub call_sid: String,
    /// The call that this leg belongs to, if it is one.
    pub parent_call_sid: Option<String>,
    /// Who called, as Twilio said it: a number, `anonymous`, `client:…`, `sip:…`.
    pub from_number: Option<String>,
    /// The dialled number.
    pub to_number: Option<String>,
    /// The caller's name, where the number has caller-name look-up.
    pub caller_name: Option<String>,
    /// `inbound`, or one of Twilio's outbound words.
    pub direction: String,
    /// Twilio's word for how far the call is.
    pub status: String,
    /// What it came to: `answered`, `missed`, …; null while unknown.
    pub outcome: Option<String>,
    /// Length in seconds; null until the call has ended.
    pub duration_seconds: Option<i32>,
    /// Nobody picked up.
    pub is_missed: bool,
    /// The first that was heard of the call.
    pub started_at: DateTime<Utc>,
    /// When a person picked up.
    pub answered_at: Option<DateTime<Utc>>,
    /// When the call ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When the row last changed.
    pub updated_at: DateTime<Utc>,
}

/// One line of a call's ledger.
#[derive(Clone, Debug, Serialize, PartialEq)]
pub struct Event {
    /// `incoming`, `status`, `dial_result` or `decision`.
    pub kind: String,
    /// The call's status as the event has it.
    pub status: Option<String>,
    /// Twilio's number for the event.
    pub sequence_number: Option<i32>,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// When it reached us.
    pub received_at: DateTime<Utc>,
    /// All that came with it.
    pub payload: Value,
}

/// A call with its ledger, in the order in which things happened.
#[derive(Clone, Debug, Serialize)]
pub struct CallWithEvents {
    /// The row.
    #[serde(flatten)]
    pub call: Call,
    /// Its ledger.
    pub events: Vec<Event>,
}

/// Which calls are asked for; what is `None` doesn't matter.
#[derive(Clone, Debug, Default)]
pub struct CallFilter {
    /// How far they are.
    pub status: Option<CallStatus>,
    /// Who called, exactly as logged.
    pub from_number: Option<String>,
    /// The dialled number.
    pub to_number: Option<String>,
    /// Started then or later.
    pub since: Option<DateTime<Utc>>,
    /// Started before.
    pub until: Option<DateTime<Utc>>,
    /// Only what comes after this place in the list.
    pub after: Option<Cursor>,
}

impl Call {
    /// Where it stands in the list.
    #[must_use]
    pub fn place(&self) -> Cursor {
        Cursor { time: self.started_at, id: self.id }
    }
}

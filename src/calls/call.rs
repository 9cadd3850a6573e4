//! A call as the log shows it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};
use uuid::Uuid;

use crate::tenancy::ingest::EventKind;
use crate::twilio::call_status::{CallStatus, Direction};
use crate::web::page::Cursor;
use crate::web::vocabulary;

/// A call, as the log shows it.
#[derive(Clone, Debug, Serialize, ToSchema, PartialEq)]
pub struct Call {
    /// Our id of the call. An appointment names it as `call_log_id`.
    #[schema(example = "01a2145c-2c6f-71e8-a3e0-76c5680ced8d")]
    pub id: Uuid,
    /// Twilio's id of the call.
    #[schema(pattern = "^CA[0-9a-f]{32}$", example = "CA11111111111111111111111111111111")]
    pub call_sid: String,
    /// Twilio's id of the call that this one is a leg of; null for a call of its own.
    #[schema(example = json!(null))]
    pub parent_call_sid: Option<String>,
    /// Who called, as Twilio said it: a number, `anonymous`, `client:…`, `sip:…`.
    #[schema(example = "+19725550123")]
    pub from_number: Option<String>,
    /// The dialled number.
    #[schema(example = "+12145550100")]
    pub to_number: Option<String>,
    /// The caller's name, where the number has caller-name look-up.
    #[schema(example = json!(null))]
    pub caller_name: Option<String>,
    /// Which way the call goes, in Twilio's words.
    #[schema(value_type = Direction)]
    pub direction: String,
    /// How far the call is, in Twilio's words. A call that got any answer of ours ends as `completed`.
    #[schema(value_type = CallStatus)]
    pub status: String,
    /// What the call came to; null while it goes on.
    #[schema(value_type = Option<Outcome>)]
    pub outcome: Option<String>,
    /// Length in seconds; null until the call has ended.
    #[schema(minimum = 0, example = 42)]
    pub duration_seconds: Option<i32>,
    /// Whether it came within hours, and nobody took it, nor a message: `outcome` is `missed`.
    #[schema(example = false)]
    pub is_missed: bool,
    /// Whether it came outside of the firm's hours.
    #[schema(example = false)]
    pub is_after_hours: bool,
    /// What was said on the message, where it was written down.
    #[schema(example = json!(null))]
    pub transcript: Option<String>,
    /// When the call was first heard of.
    #[schema(example = "2026-11-25T20:00:00Z")]
    pub started_at: DateTime<Utc>,
    /// When a person took it: pressed 1, or picked up where that is enough; null if nobody has.
    #[schema(example = "2026-11-25T20:00:11Z")]
    pub answered_at: Option<DateTime<Utc>>,
    /// The number of the person who took it.
    #[schema(example = "+12145550199")]
    pub answered_by: Option<String>,
    /// Since when it is known that nobody takes up the emergency that the caller reported; null if there is none.
    #[schema(example = json!(null))]
    pub alarmed_at: Option<DateTime<Utc>>,
    /// When the call ended; null while it goes on.
    #[schema(example = "2026-11-25T20:00:42Z")]
    pub ended_at: Option<DateTime<Utc>>,
    /// When it was written into the log.
    #[schema(example = "2026-11-25T20:00:00.733865Z")]
    pub created_at: DateTime<Utc>,
    /// When its line in the log last changed.
    #[schema(example = "2026-11-25T20:00:43.104512Z")]
    pub updated_at: DateTime<Utc>,
}

/// One thing that was heard of a call.
#[derive(Clone, Debug, Serialize, ToSchema, PartialEq)]
pub struct Event {
    /// What kind of thing.
    #[schema(value_type = EventKind)]
    pub kind: String,
    /// The step of the call that it belongs to; null for the call as a whole.
    #[schema(example = json!(null))]
    pub place: Option<String>,
    /// Twilio's id of the dialled leg that it is about; null for the call itself.
    #[schema(example = json!(null))]
    pub leg_sid: Option<String>,
    /// The status of the call that it tells, in Twilio's words; null if it tells none.
    #[schema(example = "completed")]
    pub status: Option<String>,
    /// Twilio's number of the event within its call; null where Twilio gives none.
    #[schema(example = 3)]
    pub sequence_number: Option<i32>,
    /// When it happened.
    #[schema(example = "2026-11-25T20:00:42Z")]
    pub occurred_at: DateTime<Utc>,
    /// When it reached us.
    #[schema(example = "2026-11-25T20:00:43.104512Z")]
    pub received_at: DateTime<Utc>,
    /// All parameters that came with it.
    #[schema(value_type = Object, example = json!({ "CallStatus": "completed", "CallDuration": "42" }))]
    pub payload: Value,
}

/// A call with everything that was heard of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CallWithEvents {
    /// The row.
    #[serde(flatten)]
    pub call: Call,
    /// What was heard of it, in the order in which it happened.
    pub events: Vec<Event>,
}

/// The end of a call that was looked for.
#[derive(Clone, Debug)]
pub struct FoundEnd {
    /// Twilio's id of the call.
    pub call_sid: String,
    /// What Twilio says; none: nobody knows.
    pub status: Option<CallStatus>,
    /// When it ended; where nobody knows, when it was given up.
    pub ended_at: DateTime<Utc>,
    /// When it was looked for.
    pub swept_at: DateTime<Utc>,
    /// What was found, in the words of Twilio's callbacks.
    pub found: Value,
}

/// Which calls are asked for; what is `None` doesn't matter.
#[derive(Clone, Debug, Default)]
pub struct CallFilter {
    /// How far they are.
    pub status: Option<CallStatus>,
    /// What they came to.
    pub outcome: Option<Outcome>,
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

/// What a call came to, folded from everything that was heard of it and of the legs that it dialled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A person took it.
    Answered,
    /// The caller left a message.
    Voicemail,
    /// It came within hours, and nobody took it.
    Missed,
    /// The caller hung up before the firm's patience with them was over.
    Abandoned,
    /// The caller reported an emergency.
    Emergency,
    /// It came outside of hours, and no message was left.
    AfterHours,
    /// The firm doesn't take calls of this number.
    Blocked,
    /// Twilio or we failed.
    Failed,
    /// It never got its end, and nobody knows it.
    Unknown,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Answered,
        Self::Voicemail,
        Self::Missed,
        Self::Abandoned,
        Self::Emergency,
        Self::AfterHours,
        Self::Blocked,
        Self::Failed,
        Self::Unknown,
    ];

    /// The word in the log.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Voicemail => "voicemail",
            Self::Missed => "missed",
            Self::Abandoned => "abandoned",
            Self::Emergency => "emergency",
            Self::AfterHours => "after_hours",
            Self::Blocked => "blocked",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

impl PartialSchema for Outcome {
    fn schema() -> RefOr<Schema> {
        let words = Self::ALL.iter().map(|outcome| outcome.as_str());
        vocabulary::of(words, "What a call came to.", Some(Self::Answered.as_str())).into()
    }
}

impl ToSchema for Outcome {}

impl PartialSchema for CallStatus {
    fn schema() -> RefOr<Schema> {
        let words = Self::ALL.iter().map(|status| status.as_str());
        vocabulary::of(words, "How far a call is, in Twilio's words.", Some(Self::Completed.as_str())).into()
    }
}

impl ToSchema for CallStatus {}

impl PartialSchema for Direction {
    fn schema() -> RefOr<Schema> {
        let words = Self::ALL.iter().map(|direction| direction.as_str());
        vocabulary::of(words, "Which way a call goes, in Twilio's words.", None).into()
    }
}

impl ToSchema for Direction {}

//! What goes into the one round trip of an event, and what comes out of it: the tenant, and what routing needs.
//!
//! Promises: a statement that takes too long costs its connection, so that its late answer is nobody else's.
//! Doesn't: write; `shared_trips` does. Nor decide what the caller hears.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;
use utoipa::ToSchema;

use super::db_error;
use super::ids::TenantId;
use super::scope::TenantScope;
use super::twilio_request::VerifiedTwilioRequest;
use super::webhook_connections::IngestConnection;
use crate::handling::SettingsRow;
use crate::twilio::call_status::CallStatus;
use crate::twilio::sid::CallSid;

/// Nobody has waited for the statement for more than a second by then. The sooner it is given up, the sooner its place
/// in the pool is free for a database that is back.
const DEADLINE: Duration = Duration::from_secs(3);

/// What Twilio told: a verified request, and the event that it reports.
#[derive(Debug)]
pub struct Told {
    /// The proof.
    pub request: VerifiedTwilioRequest,
    /// Whose call.
    pub addressed: Addressed,
    /// What happened to it.
    pub event: CallEvent,
}

/// What happened to a call, as one line of its ledger.
#[derive(Clone, Debug)]
pub struct CallEvent {
    /// Which call: of a leg that a call dialled, the call that dialled it.
    pub call_sid: CallSid,
    /// The dialled leg that it is about; none: the call itself.
    pub leg_sid: Option<CallSid>,
    /// The step of the call that it belongs to, as the URL names it.
    pub place: Option<String>,
    /// What kind of event.
    pub kind: EventKind,
    /// What makes a repetition a repetition: two events of one call with the same key are one.
    pub key: String,
    /// The call's status as the event has it, where it is one that we know.
    pub status: Option<CallStatus>,
    /// Twilio's `SequenceNumber`, from 0, where the event has one.
    pub sequence_number: Option<i32>,
    /// Twilio's `Timestamp`, else `received_at`.
    pub occurred_at: DateTime<Utc>,
    /// When it reached us.
    pub received_at: DateTime<Utc>,
    /// All parameters, as Twilio sent them.
    pub payload: Value,
}

/// What was heard of a call, and what we decided.
#[derive(Clone, Copy, Debug, ToSchema, PartialEq, Eq)]
#[schema(rename_all = "snake_case", example = "status")]
pub enum EventKind {
    /// A call comes in.
    Incoming,
    /// A status callback.
    Status,
    /// A question ended.
    Asked,
    /// Ringing, or the conversation after it, ended.
    DialResult,
    /// The caller left a message.
    Message,
    /// Somebody who was rung picked up, and heard that there is a call; or pressed a key.
    Whisper,
    /// A status callback of a leg that the call dialled.
    Leg,
    /// A recording is ready.
    Recording,
    /// A recording was written down.
    Transcription,
    /// A call that never got its end was looked for.
    Swept,
    /// Twilio could not use our answer.
    Fallback,
    /// What we answered. Ours, not Twilio's.
    Decision,
}

impl EventKind {
    /// The word in the ledger.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Incoming => "incoming",
            Self::Status => "status",
            Self::Asked => "asked",
            Self::DialResult => "dial_result",
            Self::Message => "message",
            Self::Whisper => "whisper",
            Self::Leg => "leg",
            Self::Recording => "recording",
            Self::Transcription => "transcription",
            Self::Swept => "swept",
            Self::Fallback => "fallback",
            Self::Decision => "decision",
        }
    }
}

/// How the event says whose call it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Addressed {
    /// By the number of ours that takes part: the dialled one of an inbound call. None if the request names none.
    OurNumber(Option<String>),
    /// By the tenant in a URL that we gave out for this call.
    RunningCall(TenantId),
}

/// What is known of a tenant when one of its calls is answered.
#[derive(Debug, PartialEq)]
pub struct CallSettings {
    /// The tenant's short name, for log lines.
    pub slug: String,
    /// The firm's name.
    pub company_name: String,
    /// How its calls are handled. Empty where nobody waits for an answer.
    pub row: SettingsRow,
}

/// Why a call belongs to nobody: no tenant owns the number, the account may not call the tenant that does, or that tenant is
/// switched off.
#[derive(Clone, Copy, Debug, ToSchema, PartialEq, Eq)]
#[schema(rename_all = "snake_case")]
pub enum QuarantineReason {
    /// No tenant owns the number.
    UnknownNumber,
    /// The account may not call this tenant.
    WrongAccount,
    /// The tenant is switched off.
    InactiveTenant,
}

impl QuarantineReason {
    /// The word in the quarantine.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UnknownNumber => "unknown_number",
            Self::WrongAccount => "wrong_account",
            Self::InactiveTenant => "inactive_tenant",
        }
    }

    pub(super) fn parse(word: &str) -> Option<Self> {
        [Self::UnknownNumber, Self::WrongAccount, Self::InactiveTenant]
            .into_iter()
            .find(|reason| reason.as_str() == word)
    }
}

/// Whether the ledger had the event already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// It is the first of its kind.
    First,
    /// A repetition; nothing was changed.
    Repeated,
}

/// Whether somebody who was rung pressed 1, as far as the ledger knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acknowledged {
    /// In this step, yes.
    Yes,
    /// In this step, no; or the event is not the end of one.
    No,
}

/// A call that has a tenant.
#[derive(Clone, Debug)]
pub struct RoutedCall {
    /// The proof for everything that follows in this call.
    pub scope: TenantScope,
    /// What routing needs.
    pub settings: Arc<CallSettings>,
    /// Whether the event was new.
    pub news: News,
    /// Whether the call was taken, where ringing has ended.
    pub acknowledged: Acknowledged,
}

/// What became of an event.
#[derive(Clone, Debug)]
pub enum Ingested {
    /// It is in its tenant's ledger.
    Routed(RoutedCall),
    /// It is in quarantine.
    Quarantined(QuarantineReason),
}

/// The event could not be written. Nothing was.
#[derive(Clone, Debug, thiserror::Error)]
pub enum IngestError {
    /// The database refused, or can't be reached.
    #[error("the event could not be written: {0}")]
    Database(#[source] Arc<sqlx::Error>),
    /// The database didn't answer.
    #[error("the database did not answer within {} s", DEADLINE.as_secs())]
    TimedOut,
    /// The function answered what this program doesn't know.
    #[error("the ingest function returned a row that this version does not understand")]
    NotUnderstood,
}

impl IngestError {
    /// Whether the database is away, for now, so that the same may be written later.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::TimedOut => true,
            Self::Database(error) => db_error::is_unavailable(error),
            Self::NotUnderstood => false,
        }
    }
}

impl From<sqlx::Error> for IngestError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(Arc::new(error))
    }
}

impl IngestConnection {
    /// Does a piece of work, and throws the connection away where its next user could not trust it.
    pub(super) async fn within_deadline<T>(
        mut self,
        work: impl AsyncFnOnce(&mut PgConnection) -> Result<T, IngestError>,
    ) -> Result<T, IngestError> {
        match tokio::time::timeout(DEADLINE, work(self.connection())).await {
            Ok(Err(IngestError::Database(error))) if db_error::is_wrong_connection(&error) => {
                self.discard();
                Err(IngestError::Database(error))
            }
            Ok(Ok(done)) => {
                self.keep();
                Ok(done)
            }
            Ok(Err(error)) => Err(error),
            Err(_) => {
                self.discard();
                Err(IngestError::TimedOut)
            }
        }
    }
}

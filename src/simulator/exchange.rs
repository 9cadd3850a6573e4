//! One request of Twilio's, and what our answer is to it.

use std::fmt;
use std::time::Duration;

use super::line::{NoReply, Reply};
use super::twiml::{self, Refusal, Verb};
use crate::twilio::call_status::{CallStatus, DialStatus};

/// What a request is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// The call comes in.
    Incoming,
    /// A question ended.
    Asked,
    /// Ringing ended.
    Dialled(DialStatus),
    /// A message ended.
    Recorded,
    /// A document sent the call on.
    Redirected,
    /// Somebody has picked up: what do they hear before the caller?
    Whisper,
    /// An answer was of no use.
    Fallback,
    /// The call's status.
    Status(CallStatus),
    /// A dialled leg's status.
    Leg(CallStatus),
    /// A recording is there.
    Recording,
    /// Its words are.
    Transcription,
}

impl Request {
    /// Whether the answer is a document; the others are told and go their way.
    #[must_use]
    pub fn wants_twiml(&self) -> bool {
        match self {
            Self::Incoming
            | Self::Asked
            | Self::Dialled(_)
            | Self::Recorded
            | Self::Redirected
            | Self::Whisper
            | Self::Fallback => true,
            Self::Status(_) | Self::Leg(_) | Self::Recording | Self::Transcription => false,
        }
    }
}

impl fmt::Display for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Incoming => formatter.write_str("incoming call"),
            Self::Asked => formatter.write_str("answer"),
            Self::Dialled(status) => write!(formatter, "dial result {status}"),
            Self::Recorded => formatter.write_str("message"),
            Self::Redirected => formatter.write_str("redirection"),
            Self::Whisper => formatter.write_str("whisper"),
            Self::Fallback => formatter.write_str("fallback"),
            Self::Status(status) => write!(formatter, "status {status}"),
            Self::Leg(status) => write!(formatter, "leg {status}"),
            Self::Recording => formatter.write_str("recording"),
            Self::Transcription => formatter.write_str("transcription"),
        }
    }
}

/// Why Twilio can't use an answer.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// There was none.
    #[error(transparent)]
    NoReply(#[from] NoReply),
    /// It is an error, or a redirection, which we don't send.
    #[error("the answer is {0}")]
    Status(u16),
    /// It is no TwiML that Twilio takes.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

impl Failure {
    /// Twilio's number for it; none where the simulator is at fault.
    #[must_use]
    pub fn code(&self) -> Option<u16> {
        match self {
            Self::NoReply(NoReply::Client(_)) => None,
            Self::NoReply(NoReply::Elsewhere { .. } | NoReply::Policy(_)) => Some(11100),
            Self::NoReply(NoReply::Silence { .. } | NoReply::Late { .. }) => Some(11205),
            Self::Status(_) => Some(11217),
            Self::Refused(refusal) => refusal.code(),
        }
    }
}

impl Reply {
    /// The document, if Twilio takes it for one.
    pub fn verbs(&self) -> Result<Vec<Verb>, Failure> {
        if !(200..300).contains(&self.status) {
            return Err(Failure::Status(self.status));
        }
        match self.content_type.as_deref() {
            Some("text/xml" | "application/xml" | "text/html") => Ok(twiml::read(&self.body)?),
            found => Err(Refusal::ContentType { found: found.map(str::to_owned) }.into()),
        }
    }
}

/// A request and its answer.
#[derive(Debug)]
pub struct Exchange {
    /// What it is about.
    pub request: Request,
    /// Where to, as the server sees it; the whole URL if that lies elsewhere.
    pub path: String,
    /// How often it had been sent before.
    pub earlier: usize,
    /// The HTTP status, if there was an answer.
    pub status: Option<u16>,
    /// How long it took.
    pub took: Duration,
    /// The document of a request that wants one, and nothing of the others, unless Twilio can't use the answer.
    pub answer: Result<Vec<Verb>, Failure>,
}

impl Exchange {
    /// Whether Twilio is content with the answer.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.answer.is_ok()
    }
}

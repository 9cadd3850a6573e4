//! What happened on a call: everything that was said, done and asked, at its time, and what it came to.
//!
//! Promises: times are those of the call, from its first ring; nobody has waited for them. What it came to is what people did,
//! whatever the server believes.

use std::fmt;
use std::time::Duration;

use super::exchange::Exchange;
use super::people::Answer;
use crate::twilio::sid::CallSid;

/// Something that happened.
#[derive(Debug)]
pub struct Entry {
    /// When, after the first ring.
    pub at: Duration,
    /// On whose telephone.
    pub ear: Ear,
    /// What.
    pub what: Happening,
}

/// Whose telephone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ear {
    /// The caller's.
    Caller,
    /// The one with this number.
    Phone(String),
}

/// What happens.
#[derive(Debug)]
pub enum Happening {
    /// Twilio asks, or tells, us.
    Request(Box<Exchange>),
    /// The voice reads a text.
    Says(String),
    /// Nothing is heard for so long.
    Silence(Duration),
    /// A person presses keys or says something, or does neither.
    Answers(Answer),
    /// The tone before a message.
    Tone,
    /// The caller leaves a message of this length.
    Message(Duration),
    /// It rings.
    Rings,
    /// Somebody, or something, answers.
    PicksUp(Who),
    /// It doesn't ring any more, and nobody has answered.
    StopsRinging(Why),
    /// The caller and whoever has picked up talk.
    Talk,
    /// A person hangs up.
    HangsUp(Who),
    /// We do.
    IsHungUp,
    /// The call isn't taken.
    Rejected,
    /// Twilio has nothing left to do: an application error has occurred.
    ApplicationError,
}

/// Who answers or hangs up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Who called.
    Caller,
    /// A person who was rung.
    Person,
    /// A voicemail.
    Machine,
}

/// Why a telephone stops ringing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Nobody has answered in time.
    Unanswered,
    /// It is busy.
    Busy,
    /// It can't be reached.
    Unreachable,
    /// Another one has the call, or the caller has gone.
    NoLongerNeeded,
}

/// What a call came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Truth {
    /// What the caller pressed or said that was listened for, in order.
    pub answers: Vec<Answer>,
    /// The numbers that rang, in order.
    pub rang: Vec<String>,
    /// Who was put through.
    pub talks: Vec<Talk>,
    /// The messages that were left, by their length.
    pub messages: Vec<Duration>,
    /// When it ended.
    pub lasted: Duration,
    /// How.
    pub end: End,
}

/// A conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Talk {
    /// With whom.
    pub number: String,
    /// Its leg.
    pub call_sid: CallSid,
    /// A person, or a machine.
    pub with: Who,
    /// Since when, after the first ring.
    pub since: Duration,
    /// For how long.
    pub lasted: Duration,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum End {
    /// We hung up, or had nothing more to say.
    #[default]
    HungUp,
    /// The caller did.
    CallerLeft,
    /// We didn't take it.
    Rejected,
    /// We failed, and Twilio apologised.
    Failed,
}

impl fmt::Display for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Keys(keys) => write!(formatter, "presses {keys}"),
            Self::Words(words) => write!(formatter, "“{words}”"),
            Self::Nothing => formatter.write_str("says nothing"),
        }
    }
}

//! What is said and done next.
//!
//! Promises: a decision is complete: whoever carries it out decides nothing. Doesn't: know how.

use super::place::Place;
use super::settings::{Acceptance, Phone, Voicemail};
use crate::twilio::phone_number::{CallerId, E164PhoneNumber};

/// What a caller gets next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What is said first, to the end, whatever keys are pressed.
    pub lines: Vec<Line>,
    /// What is done then.
    pub step: Step,
    /// What the office has to know of it, beyond the step.
    pub mark: Option<Mark>,
}

/// A sentence, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// The firm's: that the call is recorded.
    Notice(String),
    /// The firm's: within hours.
    Greeting(String),
    /// The firm's: outside of them.
    AfterHours(String),
    /// The firm's: what can be chosen.
    Menu(String),
    /// The firm's: how to report an emergency.
    Offer(String),
    /// The firm's: an answer of its menu.
    Information(String),
    /// The firm's: how to be safe in an emergency.
    Safety(String),
    /// Ours: that a choice was none.
    NotUnderstood,
    /// Ours: that nobody takes the call.
    NobodyFree,
    /// Ours: that nobody has taken up the emergency yet.
    NobodyOnCall,
    /// Ours: that nothing was said after the tone.
    NoMessage,
    /// Ours: that the message has been taken.
    Thanks,
    /// Ours.
    Goodbye,
}

impl Line {
    /// What the caller hears.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Notice(text)
            | Self::Greeting(text)
            | Self::AfterHours(text)
            | Self::Menu(text)
            | Self::Offer(text)
            | Self::Information(text)
            | Self::Safety(text) => text,
            Self::NotUnderstood => "Sorry, that was not one of the choices.",
            Self::NobodyFree => "We are sorry, nobody can take your call right now.",
            Self::NobodyOnCall => {
                "Nobody on call has answered. If anybody is in danger, please hang up and call the emergency services."
            }
            Self::NoMessage => "We did not hear a message.",
            Self::Thanks => "Thank you. We have your message.",
            Self::Goodbye => "Goodbye.",
        }
    }
}

impl Line {
    /// The word in the ledger.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Notice(_) => "notice",
            Self::Greeting(_) => "greeting",
            Self::AfterHours(_) => "after_hours",
            Self::Menu(_) => "menu",
            Self::Offer(_) => "offer",
            Self::Information(_) => "information",
            Self::Safety(_) => "safety",
            Self::NotUnderstood => "not_understood",
            Self::NobodyFree => "nobody_free",
            Self::NobodyOnCall => "nobody_on_call",
            Self::NoMessage => "no_message",
            Self::Thanks => "thanks",
            Self::Goodbye => "goodbye",
        }
    }
}

impl Step {
    /// The word in the ledger and in log lines.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Reject => "reject",
            Self::Ask { .. } => "ask",
            Self::Ring(_) => "ring",
            Self::TakeMessage(_) => "take_message",
            Self::HangUp => "hang_up",
        }
    }
}

impl Mark {
    /// The word in the ledger.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Emergency => "emergency",
            Self::Alarm => "alarm",
        }
    }
}

/// What is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The call is refused before it is answered.
    Reject,
    /// A question. Its end is reported even if nothing came in.
    Ask {
        /// Where the answer goes: a [`Place::Ask`].
        place: Place,
        /// What is said; a key or a word interrupts it.
        says: Vec<Line>,
        /// Whether words count.
        listening: Listening,
        /// The words and phrases that are listened for.
        hints: Vec<String>,
    },
    /// Telephones are rung.
    Ring(Ring),
    /// A message is taken.
    TakeMessage(Voicemail),
    /// The call ends.
    HangUp,
}

/// How telephones are rung.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ring {
    /// Where the end goes: a ring or a ladder.
    pub place: Place,
    /// Which ones, at once; at least one, at most ten.
    pub phones: Vec<Phone>,
    /// What counts as an answer.
    pub acceptance: Acceptance,
    /// Which number they show.
    pub shows: ShownNumber,
    /// Whether the conversation is recorded.
    pub recorded: Recorded,
    /// After how many seconds it is cut off.
    pub longest_talk_seconds: u16,
}

/// Whether a conversation is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// Yes; the caller has heard the notice.
    Yes,
    /// No.
    No,
}

/// Which number a rung person sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShownNumber {
    /// The caller's, as the network has it.
    Callers,
    /// The dialled one: Twilio puts no call through that shows a `client:` or `sip:` address.
    Dialled(E164PhoneNumber),
}

impl ShownNumber {
    /// Of a call from this caller to this number.
    #[must_use]
    pub fn of(caller: &CallerId, dialled: Option<&E164PhoneNumber>) -> Self {
        match (caller, dialled) {
            (CallerId::Client(_) | CallerId::Sip(_), Some(dialled)) => Self::Dialled(dialled.clone()),
            (
                CallerId::Client(_)
                | CallerId::Sip(_)
                | CallerId::Known(_)
                | CallerId::Withheld
                | CallerId::Other(_),
                _,
            ) => Self::Callers,
        }
    }
}

/// What a question listens for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listening {
    /// Keys.
    Keys,
    /// Keys and words.
    KeysAndWords,
}

/// How ringing ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DialOutcome {
    /// A person took the call, and it is over.
    Answered,
    /// Nobody did.
    NotAnswered,
}

/// What the office has to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The caller reports an emergency.
    Emergency,
    /// Nobody has taken it up: somebody must be alerted now.
    Alarm,
}

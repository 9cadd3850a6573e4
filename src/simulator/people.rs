//! What the people on a call do.
//!
//! Promises: plain values; a script says everything that isn't ours to decide. Doesn't: know what it leads to.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::twilio::phone_number::E164PhoneNumber;

/// Everybody on a call.
#[derive(Clone, Debug, Default)]
pub struct People {
    /// Who calls.
    pub caller: Caller,
    /// The telephones in the order in which they ring; the last one stands for all further ones. None: they are answered.
    pub phones: Vec<Phone>,
    /// Telephones of certain numbers; they come before those in order.
    pub by_number: BTreeMap<E164PhoneNumber, Phone>,
}

impl People {
    /// Who has the telephone with this number that rings after `earlier` others of the call.
    #[must_use]
    pub fn phone(&self, number: &str, earlier: usize) -> Phone {
        let named = E164PhoneNumber::parse(number).ok().and_then(|number| self.by_number.get(&number));
        let in_order = || self.phones.get(earlier).or(self.phones.last());
        named.or_else(in_order).copied().unwrap_or_default()
    }
}

/// Who calls.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// What they do at each question, in order; nothing at any further one.
    pub answers: Vec<Answer>,
    /// When they do it.
    pub patience: Patience,
    /// What they leave after the tone.
    pub message: Message,
    /// When they hang up.
    pub leaves: Leaves,
}

/// What a person does at a question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Answer {
    /// Presses keys.
    Keys(String),
    /// Says words.
    Words(String),
    /// Neither.
    #[default]
    Nothing,
}

/// When a person answers a question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Patience {
    /// A second after it is over.
    #[default]
    HearsItOut,
    /// Two seconds after it has begun.
    Interrupts,
}

/// What a caller leaves after the tone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// How long it is; 0: silence.
    pub length: Duration,
    /// What it says, as its transcription has it.
    pub words: String,
    /// What comes then.
    pub then: AfterMessage,
}

/// What a caller does after a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AfterMessage {
    /// Hangs up.
    #[default]
    HangsUp,
    /// Waits for what comes.
    Waits,
    /// Presses this key.
    Presses(char),
}

/// When a caller hangs up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Leaves {
    /// Not before the call has come to its end.
    #[default]
    AtTheEnd,
    /// So long after the first ring.
    After(Duration),
    /// A second into the nth verb of the call, from 1.
    AtVerb(usize),
}

/// A telephone that is rung.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Phone {
    /// Who answers it.
    pub callee: Callee,
    /// How long it rings before that.
    pub after: Duration,
    /// How long they talk.
    pub talk: Duration,
}

impl Default for Phone {
    fn default() -> Self {
        Callee::Accepts.into()
    }
}

impl From<Callee> for Phone {
    fn from(callee: Callee) -> Self {
        let after = match callee {
            Callee::Busy | Callee::Unreachable => 1,
            Callee::Accepts | Callee::Declines | Callee::HangsUp | Callee::Ignores => 6,
            Callee::Voicemail => 12,
        };
        Self { callee, after: Duration::from_secs(after), talk: Duration::from_secs(38) }
    }
}

/// Who, or what, answers a telephone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Callee {
    /// A person, who presses 1 at every question.
    #[default]
    Accepts,
    /// A person, who presses 2 at every question.
    Declines,
    /// A person, who hangs up at once.
    HangsUp,
    /// Nobody.
    Ignores,
    /// A machine, which presses nothing and talks on.
    Voicemail,
    /// Nobody: somebody else is on the line.
    Busy,
    /// Nobody: there is no such telephone.
    Unreachable,
}

impl Callee {
    /// What it does at a question.
    #[must_use]
    pub fn answer(self) -> Answer {
        match self {
            Self::Accepts => Answer::Keys("1".to_owned()),
            Self::Declines => Answer::Keys("2".to_owned()),
            Self::HangsUp | Self::Ignores | Self::Voicemail | Self::Busy | Self::Unreachable => {
                Answer::Nothing
            }
        }
    }
}

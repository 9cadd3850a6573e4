//! The verbs of a document, and what they say.
//!
//! Promises: what a document leaves out is as Twilio has it. Doesn't: know how a document is written.

use std::time::Duration;

/// One instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verb {
    /// A voice reads a text.
    Say(Say),
    /// Nothing is heard.
    Pause {
        /// For how long.
        length: Duration,
    },
    /// The caller is asked.
    Gather(Gather),
    /// Telephones are rung.
    Dial(Dial),
    /// A message is taken.
    Record(Record),
    /// The call goes on with another document.
    Redirect {
        /// Where it is.
        url: String,
    },
    /// The call ends.
    Hangup,
    /// The call isn't taken.
    Reject {
        /// Why, as the caller's network is told.
        reason: RejectReason,
    },
}

/// A text that is read aloud; marked-up words are kept, the marks are not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Say {
    /// The words.
    pub text: String,
    /// How often.
    pub times: u32,
}

/// Why a call isn't taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RejectReason {
    /// The number seems to be out of service.
    Rejected,
    /// The line seems to be busy.
    Busy,
}

/// A question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gather {
    /// What is said meanwhile: Say and Pause alone.
    pub prompt: Vec<Verb>,
    /// What counts.
    pub input: Input,
    /// Where the answer goes; none: to the document's own URL.
    pub action: Option<String>,
    /// How long silence is waited for.
    pub timeout: Duration,
    /// The key that ends an input; none: no key does.
    pub finish_on_key: Option<char>,
    /// After how many keys the input is complete; none: any number.
    pub digits: Option<usize>,
    /// What becomes of a question without an answer.
    pub when_empty: WhenEmpty,
    /// Whether an answer may come before the question is over.
    pub barge_in: BargeIn,
}

/// What a question listens for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// Keys.
    Keys,
    /// Words.
    Words,
    /// Both.
    KeysAndWords,
}

impl Input {
    /// Whether keys count.
    #[must_use]
    pub fn hears_keys(self) -> bool {
        match self {
            Self::Keys | Self::KeysAndWords => true,
            Self::Words => false,
        }
    }

    /// Whether words count.
    #[must_use]
    pub fn hears_words(self) -> bool {
        match self {
            Self::Words | Self::KeysAndWords => true,
            Self::Keys => false,
        }
    }
}

/// What becomes of a question without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenEmpty {
    /// The next verb is carried out.
    GoesOn,
    /// The action is asked all the same.
    Reports,
}

/// Whether an answer interrupts a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BargeIn {
    /// At once.
    Interrupts,
    /// It counts from the question's end on.
    Waits,
}

/// Telephones that are rung at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dial {
    /// Which ones: one to ten.
    pub numbers: Vec<Number>,
    /// Who is told how it ended, and says what comes next; none: the next verb is carried out.
    pub action: Option<String>,
    /// How long they ring.
    pub timeout: Duration,
    /// After how long a conversation is cut off.
    pub time_limit: Duration,
    /// The number that they show; none: the caller's.
    pub caller_id: Option<String>,
    /// Whether the conversation is recorded, and who is told.
    pub recording: Option<DialRecording>,
}

/// How a conversation is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialRecording {
    /// Each side on a channel of its own, or both on one. 2 or 1.
    pub channels: u8,
    /// Who is told when the recording is there.
    pub status_callback: Option<String>,
}

/// A telephone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number {
    /// Its number, E.164.
    pub number: String,
    /// What whoever picks up hears before the caller is put through.
    pub url: Option<String>,
    /// Who is told how the leg goes on.
    pub status_callback: Option<String>,
    /// Of what.
    pub events: Vec<LegEvent>,
}

/// What can be told of a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LegEvent {
    /// It is being dialled.
    Initiated,
    /// It rings.
    Ringing,
    /// Somebody, or something, picked up.
    Answered,
    /// It is over, however it ended.
    Completed,
}

/// A message that is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Who is told, and says what comes next; none: the document's own URL.
    pub action: Option<String>,
    /// How much silence ends it.
    pub timeout: Duration,
    /// The keys that end it.
    pub finish_on_key: String,
    /// The longest message.
    pub max_length: Duration,
    /// Whether a tone is heard first.
    pub tone: Tone,
    /// Who is told when the recording is there.
    pub status_callback: Option<String>,
    /// Who gets its words; none: it isn't transcribed.
    pub transcribe_callback: Option<String>,
}

/// Whether a tone is heard before a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Yes.
    Heard,
    /// No.
    Left,
}

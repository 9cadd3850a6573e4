//! What Twilio can be told to do, as far as we tell it.
//!
//! Promises: what Twilio needs for a verb can't be left out. Doesn't: know how it is written.

use std::fmt;

use super::super::phone_number::E164PhoneNumber;

/// Twilio's limit for the text of one `<Say>`. Characters.
pub const MAX_SAY_CHARACTERS: usize = 4_096;

/// Text that Twilio reads to the caller. Cut at a word's end if it is longer than Twilio takes.
#[derive(Clone, PartialEq, Eq)]
pub struct Say {
    /// The words.
    pub text: String,
    /// A language such as `en-GB`; without it Twilio's default.
    pub language: Option<String>,
    /// A voice such as `Polly.Joanna-Neural`; without it Twilio's default.
    pub voice: Option<String>,
}

impl Say {
    /// In Twilio's default voice and language.
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), language: None, voice: None }
    }
}

impl fmt::Debug for Say {
    /// The length alone: what is said may repeat what a caller said.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Say({} characters)", self.text.chars().count())
    }
}

/// When a dialled call counts as answered for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerMoment {
    /// At once: the caller hears Twilio's ringing tone, and the call is billed from now on.
    Immediately,
    /// When somebody answers (`answerOnBridge`): until then the caller hears the network's own tone.
    OnBridge,
}

/// A question: a key or words, and where Twilio takes the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gather {
    /// What counts.
    pub input: GatherInput,
    /// Where Twilio posts what came in, even if nothing did (`actionOnEmptyResult`), and asks for the next verbs.
    pub action: String,
    /// How long Twilio waits for the first key or word. Seconds.
    pub timeout_seconds: u16,
    /// What is said meanwhile; a key or a word interrupts it.
    pub says: Vec<Say>,
}

/// What counts as an answer to a question. One key ends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GatherInput {
    /// Keys.
    Key,
    /// Keys, and words.
    KeyOrWords {
        /// Words and phrases that are likely. Twilio takes 500 of 100 characters at most; the rest is left out.
        hints: Vec<String>,
    },
}

/// A call to one number, or to some at once, connected with the caller. Verbs after it run only if it has no `action`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dial {
    /// Whom to ring: one to ten; the first to answer has the call.
    pub numbers: Vec<Number>,
    /// Where Twilio posts the outcome and asks for the next verbs.
    pub action: String,
    /// How long to ring. Seconds.
    pub timeout_seconds: u16,
    /// After how many seconds the conversation is cut off.
    pub longest_seconds: u16,
    /// The number that the called person sees; without it the caller's own.
    pub caller_id: Option<E164PhoneNumber>,
    /// When the call counts as answered.
    pub answer: AnswerMoment,
    /// Whether the conversation is recorded.
    pub recording: DialRecording,
}

/// A number that is rung.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number {
    /// The number.
    pub number: E164PhoneNumber,
    /// Which verbs whoever picks up hears before the caller is put through; none: they are put through at once.
    pub whisper: Option<String>,
    /// Where Twilio reports how this leg goes on.
    pub status: LegCallback,
}

/// Where Twilio reports that a leg was picked up, and that it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegCallback(pub String);

/// Whether a conversation is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DialRecording {
    /// From the moment that somebody answers, each side on a channel of its own.
    FromAnswer {
        /// Where Twilio reports that it is ready.
        status: String,
    },
    /// It isn't.
    Off,
}

/// A message of the caller's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Where Twilio posts that it is taken and asks for the next verbs. An empty message runs the verbs after this one.
    pub action: String,
    /// The longest message. Seconds.
    pub longest_seconds: u16,
    /// After how much silence it ends. Seconds.
    pub silence_seconds: u16,
    /// Where Twilio reports that the recording is ready.
    pub status: String,
    /// Whether Twilio writes down what is said.
    pub transcribe: Transcribe,
}

/// Whether Twilio writes down a message; recordings of 2 to 120 seconds alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transcribe {
    /// Yes.
    To {
        /// Where Twilio posts the text.
        callback: String,
    },
    /// No.
    No,
}

/// Why a call is turned away; decides between a busy signal and a message of Twilio's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RejectReason {
    /// Twilio's message that the number is not in service.
    Rejected,
    /// A busy signal.
    Busy,
}

/// One instruction to Twilio; they run in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Read a text.
    Say(Say),
    /// Wait in silence.
    Pause {
        /// How long. Seconds.
        length_seconds: u16,
    },
    /// Ask something.
    Gather(Gather),
    /// Ring somebody.
    Dial(Dial),
    /// Take a message.
    Record(Record),
    /// Ask another URL, by POST, for the next verbs.
    Redirect {
        /// The URL, absolute or a path.
        url: String,
    },
    /// End the call.
    Hangup,
    /// Turn the call away unanswered and unbilled; only as the first verb.
    Reject {
        /// What the caller hears.
        reason: RejectReason,
    },
}

impl Verb {
    /// Reads a text in Twilio's default voice and language.
    #[must_use]
    pub fn say(text: impl Into<String>) -> Self {
        Self::Say(Say::plain(text))
    }
}

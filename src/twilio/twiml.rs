//! The voice TwiML that we answer with: typed verbs in, one XML document out.
//!
//! Promises: the document is well formed whatever text goes in, at most 64 000 bytes, and each `<Say>` at
//! most 4 096 characters, so that Twilio never meets an answer it must drop (its errors 11750 and 12100).
//! Doesn't: know when to say what, offer verbs that nothing uses, or check that a URL leads anywhere.

use std::fmt;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::phone_number::E164PhoneNumber;
use super::xml_characters::without_forbidden;

/// Twilio's limit for a document is "64 kB"; we take the smaller reading. Bytes.
pub const MAX_DOCUMENT_BYTES: usize = 64_000;
/// Twilio's limit for the text of one `<Say>`. Characters.
pub const MAX_SAY_CHARACTERS: usize = 4_096;

/// Why verbs did not become a document.
#[derive(Debug, thiserror::Error)]
pub enum TwimlError {
    /// More than [`MAX_DOCUMENT_BYTES`].
    #[error("the TwiML would have {bytes} bytes, Twilio takes 64 000: shorten the texts")]
    TooLarge {
        /// The length it would have had.
        bytes: usize,
    },
    /// The XML writer gave up; it writes to memory, so this is a fault of ours.
    #[error("the TwiML could not be written")]
    Writer(#[from] std::io::Error),
}

/// A finished document, to be sent as `text/xml`.
#[derive(Clone, PartialEq, Eq)]
pub struct Twiml(String);

impl Twiml {
    /// The document.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The document, for a response's body.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Debug for Twiml {
    /// The length alone: documents hold phone numbers.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Twiml({} bytes)", self.0.len())
    }
}

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

/// A call to one number, connected with the caller. Verbs after it run only if it has no `action`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dial {
    /// Whom to ring.
    pub number: E164PhoneNumber,
    /// Where Twilio posts the outcome and asks for the next verbs.
    pub action: Option<String>,
    /// How long to ring. Seconds.
    pub timeout_seconds: u16,
    /// The number that the called person sees; without it the caller's own.
    pub caller_id: Option<E164PhoneNumber>,
    /// When the call counts as answered.
    pub answer: AnswerMoment,
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
    /// Ring somebody.
    Dial(Dial),
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
        Self::Say(Say { text: text.into(), language: None, voice: None })
    }
}

/// The verbs of one answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VoiceResponse {
    verbs: Vec<Verb>,
}

impl VoiceResponse {
    /// An answer of these verbs, in order; without any it hangs up.
    #[must_use]
    pub fn new(verbs: Vec<Verb>) -> Self {
        Self { verbs }
    }

    /// Writes the document.
    pub fn render(&self) -> Result<Twiml, TwimlError> {
        let mut writer = Writer::new(Vec::new());
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        writer.write_event(Event::Start(BytesStart::new("Response")))?;
        for verb in &self.verbs {
            write_verb(&mut writer, verb)?;
        }
        writer.write_event(Event::End(BytesEnd::new("Response")))?;
        let bytes = writer.into_inner();
        if bytes.len() > MAX_DOCUMENT_BYTES {
            return Err(TwimlError::TooLarge { bytes: bytes.len() });
        }
        String::from_utf8(bytes).map(Twiml).map_err(|error| TwimlError::Writer(std::io::Error::other(error)))
    }
}

type XmlWriter = Writer<Vec<u8>>;

fn write_verb(writer: &mut XmlWriter, verb: &Verb) -> std::io::Result<()> {
    match verb {
        Verb::Say(say) => {
            let text = without_forbidden(&say.text);
            let start =
                element("Say", &[("language", say.language.as_deref()), ("voice", say.voice.as_deref())]);
            write_with_text(writer, start, cut_to_say(&text))
        }
        Verb::Pause { length_seconds } => {
            write_empty(writer, element("Pause", &[("length", Some(&length_seconds.to_string()))]))
        }
        Verb::Dial(dial) => write_dial(writer, dial),
        Verb::Redirect { url } => {
            write_with_text(writer, element("Redirect", &[("method", Some("POST"))]), &without_forbidden(url))
        }
        Verb::Hangup => write_empty(writer, element("Hangup", &[])),
        Verb::Reject { reason } => {
            let word = match reason {
                RejectReason::Rejected => "rejected",
                RejectReason::Busy => "busy",
            };
            write_empty(writer, element("Reject", &[("reason", Some(word))]))
        }
    }
}

fn write_dial(writer: &mut XmlWriter, dial: &Dial) -> std::io::Result<()> {
    let answer_on_bridge = match dial.answer {
        AnswerMoment::Immediately => None,
        AnswerMoment::OnBridge => Some("true"),
    };
    let start = element(
        "Dial",
        &[
            ("action", dial.action.as_deref()),
            ("method", dial.action.as_ref().map(|_| "POST")),
            ("timeout", Some(&dial.timeout_seconds.to_string())),
            ("callerId", dial.caller_id.as_ref().map(E164PhoneNumber::as_str)),
            ("answerOnBridge", answer_on_bridge),
        ],
    );
    writer.write_event(Event::Start(start))?;
    write_with_text(writer, element("Number", &[]), dial.number.as_str())?;
    writer.write_event(Event::End(BytesEnd::new("Dial")))
}

fn element(name: &'static str, attributes: &[(&str, Option<&str>)]) -> BytesStart<'static> {
    let mut start = BytesStart::new(name);
    for (key, value) in attributes {
        if let Some(value) = value {
            start.push_attribute((*key, without_forbidden(value)));
        }
    }
    start
}

fn write_empty(writer: &mut XmlWriter, start: BytesStart<'static>) -> std::io::Result<()> {
    writer.write_event(Event::Empty(start))
}

fn write_with_text(writer: &mut XmlWriter, start: BytesStart<'static>, text: &str) -> std::io::Result<()> {
    let end = start.to_end().into_owned();
    writer.write_event(Event::Start(start))?;
    writer.write_event(Event::Text(BytesText::new(text)))?;
    writer.write_event(Event::End(end))
}

/// At most [`MAX_SAY_CHARACTERS`], ending at a word's end unless the last word is half of the text.
fn cut_to_say(text: &str) -> &str {
    let Some((end, first_left_out)) = text.char_indices().nth(MAX_SAY_CHARACTERS) else { return text };
    let kept = text.get(..end).unwrap_or_default();
    if first_left_out.is_whitespace() {
        return kept;
    }
    match kept.rfind(char::is_whitespace) {
        Some(last_gap) if last_gap >= end / 2 => kept.get(..last_gap).unwrap_or_default(),
        Some(_) | None => kept,
    }
}

#[cfg(test)]
mod tests;

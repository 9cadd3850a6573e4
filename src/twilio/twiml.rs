//! The voice TwiML that we answer with: typed verbs in, one XML document out.
//!
//! Promises: the document is well formed whatever text goes in, at most 64 000 bytes, and each `<Say>` at
//! most 4 096 characters, so that Twilio never meets an answer it must drop (its errors 11750 and 12100).
//! Doesn't: know when to say what, offer verbs that nothing uses, or check that a URL leads anywhere.

mod verbs;
mod writer;

use std::fmt;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, Event};

pub use verbs::{
    AnswerMoment, Dial, DialRecording, Gather, GatherInput, LegCallback, MAX_SAY_CHARACTERS, Number, Record,
    RejectReason, Say, Transcribe, Verb,
};

/// Twilio's limit for a document is "64 kB"; we take the smaller reading. Bytes.
pub const MAX_DOCUMENT_BYTES: usize = 64_000;

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
            writer::write_verb(&mut writer, verb)?;
        }
        writer.write_event(Event::End(BytesEnd::new("Response")))?;
        let bytes = writer.into_inner();
        if bytes.len() > MAX_DOCUMENT_BYTES {
            return Err(TwimlError::TooLarge { bytes: bytes.len() });
        }
        String::from_utf8(bytes).map(Twiml).map_err(|error| TwimlError::Writer(std::io::Error::other(error)))
    }
}

#[cfg(test)]
mod tests;

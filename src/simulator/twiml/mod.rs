//! A document of TwiML as Twilio takes it: read strictly, typed, or refused with Twilio's number for the error.
//!
//! Promises: all verbs and attributes that Twilio knows are known; a wrong name, place or value is refused and never skipped.
//! What Twilio knows and the engine doesn't carry out is refused as such, without a number. Doesn't: look behind URLs.

mod attributes;
mod element;
mod nouns;
mod reader;
mod refusal;
mod verbs;
mod vocabulary;

pub use refusal::Refusal;
pub use verbs::{
    BargeIn, Dial, DialRecording, Gather, Input, LegEvent, Number, Record, RejectReason, Say, Tone, Verb,
    WhenEmpty,
};

/// Reads a document: its verbs in order.
pub fn read(document: &str) -> Result<Vec<Verb>, Refusal> {
    reader::read(document)
}

#[cfg(test)]
mod tests;

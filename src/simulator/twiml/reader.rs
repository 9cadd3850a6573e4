//! From a document to verbs.

use super::attributes::Attributes;
use super::element::Element;
use super::nouns;
use super::refusal::Refusal;
use super::verbs::{BargeIn, Gather, Input, Record, RejectReason, Say, Tone, Verb, WhenEmpty};
use super::vocabulary;
use crate::twilio::twiml::{MAX_DOCUMENT_BYTES, MAX_SAY_CHARACTERS};

pub(super) fn read(document: &str) -> Result<Vec<Verb>, Refusal> {
    if document.len() > MAX_DOCUMENT_BYTES {
        return Err(Refusal::TooLarge { bytes: document.len() });
    }
    let root = Element::parse(document)?;
    if root.name != "Response" {
        return Err(Refusal::NotResponse { found: root.name });
    }
    vocabulary::check(&root)?;
    root.elements()?.into_iter().map(verb).collect()
}

fn verb(element: &Element) -> Result<Verb, Refusal> {
    let attributes = Attributes(element);
    match element.name.as_str() {
        "Say" => say(element).map(Verb::Say),
        "Pause" => Ok(Verb::Pause { length: attributes.seconds("length", 1)? }),
        "Gather" => gather(element).map(Verb::Gather),
        "Dial" => nouns::dial(element).map(Verb::Dial),
        "Record" => record(element).map(Verb::Record),
        "Redirect" => {
            attributes.must_be_post(&["method"])?;
            let url = element.words();
            if url.is_empty() {
                return Err(Refusal::Empty { element: element.name.clone() });
            }
            Ok(Verb::Redirect { url })
        }
        "Hangup" => Ok(Verb::Hangup),
        "Reject" => {
            let words = [("rejected", RejectReason::Rejected), ("busy", RejectReason::Busy)];
            let reason = attributes.choice("reason", &words, RejectReason::Rejected, "rejected or busy")?;
            Ok(Verb::Reject { reason })
        }
        other => Err(Refusal::NotCarriedOut(format!("<{other}>"))),
    }
}

fn say(element: &Element) -> Result<Say, Refusal> {
    let text = element.words();
    let characters = text.chars().count();
    if characters > MAX_SAY_CHARACTERS {
        return Err(Refusal::TooMuchSpeech { characters });
    }
    if text.is_empty() {
        return Err(Refusal::NothingToSay);
    }
    let times = Attributes(element).number("loop", 1)?;
    if times == 0 {
        return Err(Refusal::NotCarriedOut("<Say loop=\"0\">, which never ends".to_owned()));
    }
    Ok(Say { text, times })
}

fn gather(element: &Element) -> Result<Gather, Refusal> {
    let attributes = Attributes(element);
    attributes.must_be_post(&["method"])?;
    attributes.must_be_missing(&["partialResultCallback"])?;
    let inputs = [
        ("dtmf", Input::Keys),
        ("speech", Input::Words),
        ("dtmf speech", Input::KeysAndWords),
        ("speech dtmf", Input::KeysAndWords),
    ];
    let input = attributes.choice("input", &inputs, Input::Keys, "dtmf, speech or both")?;
    if attributes.text("speechTimeout") != Some("auto") {
        attributes.seconds("speechTimeout", 0)?;
    } else if attributes.text("speechModel").is_some() {
        return Err(attributes.refused("speechTimeout", "a number of seconds where a speechModel is named"));
    }
    let digits = match attributes.number("numDigits", 0)? {
        0 if attributes.text("numDigits").is_some() => {
            return Err(attributes.refused("numDigits", "a number from 1"));
        }
        0 => None,
        digits => usize::try_from(digits).ok(),
    };
    Ok(Gather {
        prompt: element.elements()?.into_iter().map(verb).collect::<Result<_, _>>()?,
        input,
        action: attributes.owned("action"),
        timeout: attributes.seconds("timeout", 5)?,
        finish_on_key: finish_on_key(&attributes)?,
        digits,
        when_empty: attributes.flag(
            "actionOnEmptyResult",
            (WhenEmpty::Reports, WhenEmpty::GoesOn),
            WhenEmpty::GoesOn,
        )?,
        barge_in: attributes.flag("bargeIn", (BargeIn::Interrupts, BargeIn::Waits), BargeIn::Interrupts)?,
    })
}

/// An empty one is no key.
fn finish_on_key(attributes: &Attributes<'_>) -> Result<Option<char>, Refusal> {
    let Some(text) = attributes.0.attribute("finishOnKey") else { return Ok(Some('#')) };
    let mut keys = text.chars();
    match (keys.next(), keys.next()) {
        (key, None) if key.is_none_or(is_key) => Ok(key),
        (_, _) => Err(attributes.refused("finishOnKey", "one key, or nothing")),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Transcribes {
    Yes,
    No,
}

fn record(element: &Element) -> Result<Record, Refusal> {
    let attributes = Attributes(element);
    attributes.must_be_post(&["method", "recordingStatusCallbackMethod"])?;
    let trim = [("trim-silence", ()), ("do-not-trim", ())];
    attributes.choice("trim", &trim, (), "trim-silence or do-not-trim")?;
    let finish_on_key = attributes.0.attribute("finishOnKey").unwrap_or("1234567890*#").to_owned();
    if !finish_on_key.chars().all(is_key) {
        return Err(attributes.refused("finishOnKey", "keys"));
    }
    let transcribes = attributes.flag("transcribe", (Transcribes::Yes, Transcribes::No), Transcribes::No)?;
    let transcribe_callback = attributes.owned("transcribeCallback");
    Ok(Record {
        action: attributes.owned("action"),
        timeout: attributes.seconds("timeout", 5)?,
        finish_on_key,
        max_length: attributes.seconds("maxLength", 3600)?,
        tone: attributes.flag("playBeep", (Tone::Heard, Tone::Left), Tone::Heard)?,
        status_callback: attributes.owned("recordingStatusCallback"),
        transcribe_callback: transcribe_callback.filter(|_| transcribes == Transcribes::Yes),
    })
}

fn is_key(key: char) -> bool {
    key.is_ascii_digit() || key == '*' || key == '#'
}

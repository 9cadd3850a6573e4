//! What `<Dial>` rings.

use super::attributes::Attributes;
use super::element::Element;
use super::refusal::Refusal;
use super::verbs::{Dial, DialRecording, LegEvent, Number};
use crate::twilio::phone_number::E164PhoneNumber;

/// Twilio rings ten telephones at once at most.
const MOST_NUMBERS: usize = 10;
const NUMBER: &str = "Number";

pub(super) fn dial(element: &Element) -> Result<Dial, Refusal> {
    let attributes = Attributes(element);
    attributes.must_be_post(&["method", "recordingStatusCallbackMethod"])?;
    attributes.must_be_missing(&["referUrl", "sequential", "events"])?;
    attributes.flag("answerOnBridge", ((), ()), ())?;
    if attributes.text("hangupOnStar") == Some("true") {
        attributes.must_be_missing(&["hangupOnStar"])?;
    }
    let numbers = numbers(element)?;
    if numbers.len() > MOST_NUMBERS {
        return Err(Refusal::TooManyNumbers { count: numbers.len() });
    }
    let caller_id = attributes.owned("callerId");
    if let Some(shown) = &caller_id {
        e164(shown)?;
    }
    Ok(Dial {
        numbers,
        action: attributes.owned("action"),
        timeout: attributes.seconds("timeout", 30)?,
        time_limit: attributes.seconds("timeLimit", 14_400)?,
        caller_id,
        recording: recording(&attributes)?,
    })
}

/// As nouns, or one as the verb's own words.
fn numbers(element: &Element) -> Result<Vec<Number>, Refusal> {
    let bare = element.words();
    let Ok(nouns) = element.elements() else {
        let number = e164(&bare)?;
        return Ok(vec![Number { number, url: None, status_callback: None, events: Vec::new() }]);
    };
    if nouns.is_empty() {
        return Err(Refusal::Empty { element: element.name.clone() });
    }
    nouns.into_iter().map(number).collect()
}

fn number(element: &Element) -> Result<Number, Refusal> {
    if element.name != NUMBER {
        return Err(Refusal::NotCarriedOut(format!("<Dial><{}>", element.name)));
    }
    let attributes = Attributes(element);
    attributes.must_be_post(&["method", "statusCallbackMethod"])?;
    attributes.must_be_missing(&["sendDigits", "machineDetection", "byoc"])?;
    let words = [
        ("initiated", LegEvent::Initiated),
        ("ringing", LegEvent::Ringing),
        ("answered", LegEvent::Answered),
        ("completed", LegEvent::Completed),
    ];
    let mut events = Vec::new();
    for word in attributes.text("statusCallbackEvent").unwrap_or("completed").split_whitespace() {
        let event = words.iter().find(|(known, _)| *known == word);
        let takes = "initiated, ringing, answered, completed";
        events.push(event.ok_or_else(|| attributes.refused("statusCallbackEvent", takes))?.1);
    }
    Ok(Number {
        number: e164(&element.words())?,
        url: attributes.owned("url"),
        status_callback: attributes.owned("statusCallback"),
        events,
    })
}

fn e164(text: &str) -> Result<String, Refusal> {
    let number = E164PhoneNumber::parse(text).map_err(|_| Refusal::NotANumber)?;
    Ok(number.as_str().to_owned())
}

fn recording(attributes: &Attributes<'_>) -> Result<Option<DialRecording>, Refusal> {
    let channels = [
        ("do-not-record", 0),
        ("false", 0),
        ("record-from-answer", 1),
        ("true", 1),
        ("record-from-ringing", 1),
        ("record-from-answer-dual", 2),
        ("record-from-ringing-dual", 2),
    ];
    let takes = "do-not-record, or record-from-answer or record-from-ringing, each with -dual or without";
    let channels = attributes.choice("record", &channels, 0, takes)?;
    let status_callback = attributes.owned("recordingStatusCallback");
    Ok((channels > 0).then_some(DialRecording { channels, status_callback }))
}

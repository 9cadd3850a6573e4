//! A verb in XML.
//!
//! Promises: attributes in Twilio's own names, what is not set left out; text that XML forbids, or that Twilio would not read
//! to its end, never goes in. Doesn't: see the document as a whole.

use quick_xml::Writer;
use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};

use super::super::phone_number::E164PhoneNumber;
use super::super::xml_characters::without_forbidden;
use super::verbs::{
    AnswerMoment, Dial, DialRecording, Gather, GatherInput, LegCallback, MAX_SAY_CHARACTERS, Record,
    RejectReason, Say, Transcribe, Verb,
};

pub(super) type XmlWriter = Writer<Vec<u8>>;

pub(super) fn write_verb(writer: &mut XmlWriter, verb: &Verb) -> std::io::Result<()> {
    match verb {
        Verb::Say(say) => write_say(writer, say),
        Verb::Gather(gather) => write_gather(writer, gather),
        Verb::Record(record) => write_record(writer, record),
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

fn write_say(writer: &mut XmlWriter, say: &Say) -> std::io::Result<()> {
    let text = without_forbidden(&say.text);
    let start = element("Say", &[("language", say.language.as_deref()), ("voice", say.voice.as_deref())]);
    write_with_text(writer, start, cut_to_say(&text))
}

fn write_gather(writer: &mut XmlWriter, gather: &Gather) -> std::io::Result<()> {
    let (input, hints, speech_timeout) = match &gather.input {
        GatherInput::Key => ("dtmf", None, None),
        GatherInput::KeyOrWords { hints } => ("dtmf speech", hints_of(hints), Some("auto")),
    };
    let start = element(
        "Gather",
        &[
            ("input", Some(input)),
            ("action", Some(&gather.action)),
            ("method", Some("POST")),
            ("timeout", Some(&gather.timeout_seconds.to_string())),
            ("numDigits", Some("1")),
            ("actionOnEmptyResult", Some("true")),
            ("speechTimeout", speech_timeout),
            ("hints", hints.as_deref()),
        ],
    );
    writer.write_event(Event::Start(start))?;
    for say in &gather.says {
        write_say(writer, say)?;
    }
    writer.write_event(Event::End(BytesEnd::new("Gather")))
}

/// Commas part them.
fn hints_of(hints: &[String]) -> Option<String> {
    let fitting = hints.iter().map(|hint| hint.replace(',', " ")).filter(|hint| hint.chars().count() <= 100);
    let list = fitting.take(500).collect::<Vec<_>>().join(",");
    (!list.is_empty()).then_some(list)
}

fn write_dial(writer: &mut XmlWriter, dial: &Dial) -> std::io::Result<()> {
    let answer_on_bridge = match dial.answer {
        AnswerMoment::Immediately => None,
        AnswerMoment::OnBridge => Some("true"),
    };
    let (record, recorded) = match &dial.recording {
        DialRecording::FromAnswer { status } => (Some("record-from-answer-dual"), Some(status.as_str())),
        DialRecording::Off => (None, None),
    };
    let start = element(
        "Dial",
        &[
            ("action", Some(&dial.action)),
            ("method", Some("POST")),
            ("timeout", Some(&dial.timeout_seconds.to_string())),
            ("timeLimit", Some(&dial.longest_seconds.to_string())),
            ("callerId", dial.caller_id.as_ref().map(E164PhoneNumber::as_str)),
            ("answerOnBridge", answer_on_bridge),
            ("record", record),
            ("recordingStatusCallback", recorded),
        ],
    );
    writer.write_event(Event::Start(start))?;
    for number in &dial.numbers {
        let LegCallback(status) = &number.status;
        let start = element(
            "Number",
            &[
                ("url", number.whisper.as_deref()),
                ("method", number.whisper.as_ref().map(|_| "POST")),
                ("statusCallback", Some(status)),
                ("statusCallbackEvent", Some("answered completed")),
            ],
        );
        write_with_text(writer, start, number.number.as_str())?;
    }
    writer.write_event(Event::End(BytesEnd::new("Dial")))
}

fn write_record(writer: &mut XmlWriter, record: &Record) -> std::io::Result<()> {
    let (transcribe, callback) = match &record.transcribe {
        Transcribe::To { callback } => (Some("true"), Some(callback.as_str())),
        Transcribe::No => (None, None),
    };
    let start = element(
        "Record",
        &[
            ("action", Some(&record.action)),
            ("method", Some("POST")),
            ("maxLength", Some(&record.longest_seconds.to_string())),
            ("timeout", Some(&record.silence_seconds.to_string())),
            ("finishOnKey", Some("#")),
            ("recordingStatusCallback", Some(&record.status)),
            ("transcribe", transcribe),
            ("transcribeCallback", callback),
        ],
    );
    write_empty(writer, start)
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

//! The TwiML writer: whatever the texts, a reader of XML finds the verbs and the texts that went in.
//!
//! Verbs are parted by the character for it (U+001E), the word of a verb and its texts by tabs.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use switchboard_fuzz::twilio::phone_number::E164PhoneNumber;
use switchboard_fuzz::twilio::twiml::{
    AnswerMoment, Dial, DialRecording, Gather, GatherInput, LegCallback, MAX_DOCUMENT_BYTES,
    MAX_SAY_CHARACTERS, Number, Record, RejectReason, Say, Transcribe, TwimlError, Verb, VoiceResponse,
};
use switchboard_fuzz::twilio::xml_characters::{is_allowed, without_forbidden};

/// A start tag, an end tag, or a text, as a reader meets them.
#[derive(Debug, PartialEq)]
enum Piece {
    Start(String, Vec<(String, String)>),
    End(String),
    Text(String),
}

fuzz_target!(|input: &[u8]| -> Corpus {
    let Ok(input) = std::str::from_utf8(input) else { return Corpus::Reject };
    let verbs: Vec<Verb> = input.split('\u{1e}').filter_map(verb).collect();
    match VoiceResponse::new(verbs.clone()).render() {
        Ok(document) => {
            assert!(document.as_str().len() <= MAX_DOCUMENT_BYTES);
            assert!(document.as_str().chars().all(is_allowed), "XML knows no such character");
            assert_eq!(read(document.as_str()), written(&verbs));
        }
        Err(TwimlError::TooLarge { bytes }) => assert!(bytes > MAX_DOCUMENT_BYTES),
        Err(TwimlError::Writer(error)) => panic!("{error}"),
    }
    Corpus::Keep
});

/// A text may hold anything else, line ends and markup too.
fn verb(record: &str) -> Option<Verb> {
    let mut fields = record.split('\t');
    let kind = fields.next()?;
    let mut text = || fields.next().map(str::to_owned);
    Some(match kind {
        "say" => Verb::Say(Say { text: text()?, language: text(), voice: text() }),
        "pause" => Verb::Pause { length_seconds: text()?.parse().ok()? },
        "ask" => Verb::Gather(Gather {
            input: GatherInput::KeyOrWords { hints: vec![text()?] },
            action: text()?,
            timeout_seconds: 5,
            says: vec![Say { text: text()?, language: None, voice: None }],
        }),
        "dial" => Verb::Dial(Dial {
            numbers: vec![Number {
                number: E164PhoneNumber::parse(&text()?).ok()?,
                status: LegCallback(text()?),
                whisper: text(),
            }],
            timeout_seconds: 20,
            longest_seconds: 3_600,
            answer: if record.len().is_multiple_of(2) {
                AnswerMoment::OnBridge
            } else {
                AnswerMoment::Immediately
            },
            action: text().unwrap_or_default(),
            recording: text().map_or(DialRecording::Off, |status| DialRecording::FromAnswer { status }),
            caller_id: text().and_then(|number| E164PhoneNumber::parse(&number).ok()),
        }),
        "record" => Verb::Record(Record {
            action: text()?,
            longest_seconds: 120,
            silence_seconds: 5,
            status: text()?,
            transcribe: text().map_or(Transcribe::No, |callback| Transcribe::To { callback }),
        }),
        "redirect" => Verb::Redirect { url: text()? },
        "hangup" => Verb::Hangup,
        "busy" => Verb::Reject { reason: RejectReason::Busy },
        "reject" => Verb::Reject { reason: RejectReason::Rejected },
        _ => return None,
    })
}

/// What the verbs are in XML, by Twilio's reference of its verbs.
fn written(verbs: &[Verb]) -> Vec<Piece> {
    let mut pieces = vec![start("Response", &[])];
    for verb in verbs {
        match verb {
            Verb::Say(say) => {
                let attributes = [("language", say.language.as_deref()), ("voice", say.voice.as_deref())];
                enclose(&mut pieces, start("Say", &attributes), &spoken(&say.text));
            }
            Verb::Pause { length_seconds } => {
                enclose(&mut pieces, start("Pause", &[("length", Some(&length_seconds.to_string()))]), "");
            }
            Verb::Gather(gather) => write_gather(&mut pieces, gather),
            Verb::Dial(dial) => write_dial(&mut pieces, dial),
            Verb::Record(record) => write_record(&mut pieces, record),
            Verb::Redirect { url } => {
                enclose(&mut pieces, start("Redirect", &[("method", Some("POST"))]), &without_forbidden(url));
            }
            Verb::Hangup => enclose(&mut pieces, start("Hangup", &[]), ""),
            Verb::Reject { reason: RejectReason::Busy } => {
                enclose(&mut pieces, start("Reject", &[("reason", Some("busy"))]), "");
            }
            Verb::Reject { reason: RejectReason::Rejected } => {
                enclose(&mut pieces, start("Reject", &[("reason", Some("rejected"))]), "");
            }
        }
    }
    pieces.push(Piece::End("Response".to_owned()));
    pieces
}

fn write_gather(pieces: &mut Vec<Piece>, gather: &Gather) {
    let (input, speech_timeout, hints) = match &gather.input {
        GatherInput::Key => ("dtmf", None, None),
        GatherInput::KeyOrWords { hints } => ("dtmf speech", Some("auto"), hints_of(hints)),
    };
    let attributes = [
        ("input", Some(input)),
        ("action", Some(gather.action.as_str())),
        ("method", Some("POST")),
        ("timeout", Some("5")),
        ("numDigits", Some("1")),
        ("actionOnEmptyResult", Some("true")),
        ("speechTimeout", speech_timeout),
        ("hints", hints.as_deref()),
    ];
    pieces.push(start("Gather", &attributes));
    for say in &gather.says {
        enclose(pieces, start("Say", &[]), &spoken(&say.text));
    }
    pieces.push(Piece::End("Gather".to_owned()));
}

/// Commas part hints, and Twilio takes none of more than 100 characters.
fn hints_of(hints: &[String]) -> Option<String> {
    let hints: Vec<String> = hints.iter().map(|hint| hint.replace(',', " ")).collect();
    let list = hints.into_iter().filter(|hint| hint.chars().count() <= 100).collect::<Vec<_>>().join(",");
    (!list.is_empty()).then_some(list)
}

fn write_dial(pieces: &mut Vec<Piece>, dial: &Dial) {
    let on_bridge = (dial.answer == AnswerMoment::OnBridge).then_some("true");
    let recorded = match &dial.recording {
        DialRecording::FromAnswer { status } => Some(status.as_str()),
        DialRecording::Off => None,
    };
    let attributes = [
        ("action", Some(dial.action.as_str())),
        ("method", Some("POST")),
        ("timeout", Some("20")),
        ("timeLimit", Some("3600")),
        ("callerId", dial.caller_id.as_ref().map(E164PhoneNumber::as_str)),
        ("answerOnBridge", on_bridge),
        ("record", recorded.map(|_| "record-from-answer-dual")),
        ("recordingStatusCallback", recorded),
    ];
    pieces.push(start("Dial", &attributes));
    for number in &dial.numbers {
        let attributes = [
            ("url", number.whisper.as_deref()),
            ("method", number.whisper.as_ref().map(|_| "POST")),
            ("statusCallback", Some(number.status.0.as_str())),
            ("statusCallbackEvent", Some("answered completed")),
        ];
        enclose(pieces, start("Number", &attributes), number.number.as_str());
    }
    pieces.push(Piece::End("Dial".to_owned()));
}

fn write_record(pieces: &mut Vec<Piece>, record: &Record) {
    let callback = match &record.transcribe {
        Transcribe::To { callback } => Some(callback.as_str()),
        Transcribe::No => None,
    };
    let attributes = [
        ("action", Some(record.action.as_str())),
        ("method", Some("POST")),
        ("maxLength", Some("120")),
        ("timeout", Some("5")),
        ("finishOnKey", Some("#")),
        ("recordingStatusCallback", Some(record.status.as_str())),
        ("transcribe", callback.map(|_| "true")),
        ("transcribeCallback", callback),
    ];
    enclose(pieces, start("Record", &attributes), "");
}

fn start(name: &str, attributes: &[(&str, Option<&str>)]) -> Piece {
    let given = attributes.iter().filter_map(|(key, value)| Some((*key, (*value)?)));
    Piece::Start(
        name.to_owned(),
        given.map(|(key, value)| (key.to_owned(), without_forbidden(value).into_owned())).collect(),
    )
}

fn enclose(pieces: &mut Vec<Piece>, start: Piece, text: &str) {
    let Piece::Start(name, _) = &start else { return };
    let end = Piece::End(name.clone());
    pieces.push(start);
    if !text.is_empty() {
        pieces.push(Piece::Text(text.to_owned()));
    }
    pieces.push(end);
}

/// What a caller hears of a text: all of it, or as much as Twilio takes, up to the end of a word.
fn spoken(text: &str) -> String {
    let allowed: Vec<char> = text.chars().filter(|character| is_allowed(*character)).collect();
    let Some(kept) = allowed.get(..MAX_SAY_CHARACTERS) else { return allowed.into_iter().collect() };
    let cuts_a_word = allowed.get(MAX_SAY_CHARACTERS).is_some_and(|next| !next.is_whitespace());
    let whole: String = kept.iter().collect();
    let last_gap = whole.rfind(char::is_whitespace).filter(|gap| cuts_a_word && *gap >= whole.len() / 2);
    last_gap.map_or(whole.as_str(), |gap| &whole[..gap]).to_owned()
}

fn read(document: &str) -> Vec<Piece> {
    let mut reader = Reader::from_str(document);
    reader.config_mut().expand_empty_elements = true;
    let mut pieces = Vec::new();
    loop {
        match reader.read_event().expect("the document is well formed") {
            Event::Start(tag) => pieces.push(Piece::Start(tag.name().as_ref().to_owned(), attributes(&tag))),
            Event::End(tag) => pieces.push(Piece::End(tag.name().as_ref().to_owned())),
            Event::Text(text) => add_text(&mut pieces, &text.xml10_content()),
            Event::GeneralRef(reference) => match reference.resolve_char_ref().expect("a character") {
                Some(character) => add_text(&mut pieces, character.encode_utf8(&mut [0; 4])),
                None => add_text(
                    &mut pieces,
                    quick_xml::escape::resolve_predefined_entity(&reference).expect("one of XML's five"),
                ),
            },
            Event::Decl(_) => assert!(pieces.is_empty(), "the declaration comes first"),
            Event::Eof => return pieces,
            Event::Empty(_) | Event::CData(_) | Event::Comment(_) | Event::PI(_) | Event::DocType(_) => {
                panic!("nobody wrote that")
            }
        }
    }
}

fn attributes(tag: &BytesStart<'_>) -> Vec<(String, String)> {
    let all = tag.attributes().map(|attribute| {
        let attribute = attribute.expect("an attribute is well formed");
        let value = attribute.normalized_value(XmlVersion::Explicit1_0).expect("a value is well formed");
        (attribute.key.as_ref().to_owned(), value.into_owned())
    });
    all.collect()
}

/// A reader hands over a text in pieces, cut at its escapes.
fn add_text(pieces: &mut Vec<Piece>, more: &str) {
    if let Some(Piece::Text(text)) = pieces.last_mut() {
        text.push_str(more);
    } else if !more.is_empty() {
        pieces.push(Piece::Text(more.to_owned()));
    }
}

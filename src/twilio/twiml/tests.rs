//! What Twilio reads is what was meant, whatever text went in.

use proptest::prelude::*;
use quick_xml::Reader;

use super::*;
use crate::twilio::phone_number::E164PhoneNumber;
use crate::twilio::xml_characters::without_forbidden;

fn number(text: &str) -> E164PhoneNumber {
    E164PhoneNumber::parse(text).unwrap()
}

fn render(verbs: Vec<Verb>) -> String {
    VoiceResponse::new(verbs).render().unwrap().into_string()
}

fn rung(text: &str) -> Number {
    Number { number: number(text), whisper: None, status: LegCallback("/leg".to_owned()) }
}

fn plain_dial() -> Dial {
    Dial {
        numbers: vec![rung("+12145550100")],
        action: "/step/ring-0-press?a=1&b=2".to_owned(),
        timeout_seconds: 15,
        longest_seconds: 3_600,
        caller_id: None,
        answer: AnswerMoment::Immediately,
        recording: DialRecording::Off,
    }
}

/// The text between the tags, and the attributes, as a reader of XML sees them.
fn read_back(document: &str) -> (String, Vec<(String, String)>) {
    let mut reader = Reader::from_str(document);
    reader.config_mut().check_end_names = true;
    let mut text = String::new();
    let mut attributes = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Text(piece) => text.push_str(&piece.xml10_content()),
            Event::GeneralRef(reference) => match reference.resolve_char_ref().unwrap() {
                Some(character) => text.push(character),
                None => text.push_str(quick_xml::escape::resolve_predefined_entity(&reference).unwrap()),
            },
            Event::Start(start) | Event::Empty(start) => {
                attributes.extend(start.attributes().map(|attribute| {
                    let attribute = attribute.unwrap();
                    let value = attribute.normalized_value(quick_xml::XmlVersion::Explicit1_0).unwrap();
                    (attribute.key.as_ref().to_owned(), value.into_owned())
                }));
            }
            Event::Eof => return (text, attributes),
            Event::Decl(_) | Event::End(_) => {}
            Event::CData(_) | Event::Comment(_) | Event::PI(_) | Event::DocType(_) => {
                panic!("nobody wrote that")
            }
        }
    }
}

#[test]
fn every_verb_is_written_as_twilio_documents_it() {
    let greeting = Say {
        text: "Smith & Sons, <good> \"morning\".".to_owned(),
        language: Some("en-GB".to_owned()),
        voice: Some("Polly.Amy".to_owned()),
    };
    let gather = Gather {
        input: GatherInput::KeyOrWords { hints: vec!["gas leak".to_owned(), "no heat, no water".to_owned()] },
        action: "/step/ask-open-1".to_owned(),
        timeout_seconds: 6,
        says: vec![Say::plain("Press 1.")],
    };
    let dial = Dial {
        numbers: vec![Number { whisper: Some("/whisper".to_owned()), ..rung("+12145550100") }],
        caller_id: Some(number("+12145550199")),
        answer: AnswerMoment::OnBridge,
        recording: DialRecording::FromAnswer { status: "/recording".to_owned() },
        ..plain_dial()
    };
    let record = Record {
        action: "/step/message".to_owned(),
        longest_seconds: 120,
        silence_seconds: 5,
        status: "/recording".to_owned(),
        transcribe: Transcribe::To { callback: "/transcription".to_owned() },
    };

    let document = render(vec![
        Verb::Say(greeting),
        Verb::Pause { length_seconds: 2 },
        Verb::Gather(gather),
        Verb::Dial(dial),
        Verb::Record(record),
        Verb::Redirect { url: "/twilio/voice/again".to_owned() },
        Verb::Hangup,
    ]);

    insta::assert_snapshot!(document.replace("><", ">\n<"));
}

#[test]
fn what_is_not_asked_for_is_left_to_twilio() {
    let dial = plain_dial();

    let document = render(vec![Verb::say("Hello."), Verb::Dial(dial)]);

    insta::assert_snapshot!(document.replace("><", ">\n<"));
}

#[test]
fn a_call_can_be_turned_away_in_two_ways_or_just_end() {
    let reject = |reason| render(vec![Verb::Reject { reason }]);

    assert!(reject(RejectReason::Rejected).contains(r#"<Reject reason="rejected"/>"#));
    assert!(reject(RejectReason::Busy).contains(r#"<Reject reason="busy"/>"#));
    assert_eq!(render(vec![]), r#"<?xml version="1.0" encoding="UTF-8"?><Response></Response>"#);
}

#[test]
fn a_long_text_is_cut_at_the_end_of_a_word() {
    let words = "héllo ".repeat(1_000);
    let one_word = "é".repeat(5_000);
    let exact = "a".repeat(MAX_SAY_CHARACTERS);

    let (cut, _) = read_back(&render(vec![Verb::say(words.clone())]));
    assert!(words.starts_with(&cut) && cut.ends_with("héllo"));
    assert!((MAX_SAY_CHARACTERS - 6..=MAX_SAY_CHARACTERS).contains(&cut.chars().count()));
    assert_eq!(read_back(&render(vec![Verb::say(one_word)])).0.chars().count(), MAX_SAY_CHARACTERS);
    assert_eq!(read_back(&render(vec![Verb::say(exact.clone())])).0, exact);
}

#[test]
fn a_document_that_twilio_would_drop_is_an_error() {
    let verbs = vec![Verb::say("\"".repeat(MAX_SAY_CHARACTERS)); 3];

    let error = VoiceResponse::new(verbs).render().unwrap_err();

    assert!(matches!(error, TwimlError::TooLarge { bytes } if bytes > MAX_DOCUMENT_BYTES), "{error}");
}

#[test]
fn debug_shows_neither_numbers_nor_what_is_said() {
    let dial = plain_dial();
    let verbs = vec![Verb::say("Call +12145550100"), Verb::Dial(dial)];

    let printed = format!("{verbs:?} {:?}", VoiceResponse::new(verbs.clone()).render().unwrap());

    assert!(!printed.contains("2145550100"), "{printed}");
}

/// Text with many of the characters that hurt: markup, quotes, controls, line ends, non-characters.
fn hostile_text() -> impl Strategy<Value = String> {
    let characters = prop_oneof![
        any::<char>(),
        proptest::sample::select(vec!['<', '>', '&', '"', '\'', ']', ';', '#', 'x']),
        proptest::sample::select(vec![
            '\0', '\u{1}', '\u{b}', '\u{1b}', '\t', '\n', '\r', '\u{85}', '\u{fffe}', '\u{feff}'
        ]),
    ];
    proptest::collection::vec(characters, 0..200).prop_map(|characters| characters.into_iter().collect())
}

proptest! {
    #[test]
    fn any_text_comes_back_without_the_characters_that_xml_forbids(text in hostile_text()) {
        let document = render(vec![Verb::say(text.clone())]);

        prop_assert!(document.chars().all(crate::twilio::xml_characters::is_allowed));
        prop_assert_eq!(read_back(&document).0, without_forbidden(&text));
    }

    #[test]
    fn any_text_in_an_attribute_comes_back_too(text in hostile_text()) {
        let say = Say { text: String::new(), language: Some(text.clone()), voice: None };

        let document = render(vec![Verb::Say(say)]);

        prop_assert!(document.chars().all(crate::twilio::xml_characters::is_allowed));
        let expected = vec![("language".to_owned(), without_forbidden(&text).into_owned())];
        prop_assert_eq!(read_back(&document).1, expected);
    }
}

//! What is taken, and what is refused with which number.

use std::time::Duration;

use super::*;

fn response(inside: &str) -> Result<Vec<Verb>, Refusal> {
    read(&format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>{inside}</Response>"))
}

#[track_caller]
fn assert_refused(document: &str, code: u16, part: &str) {
    let refusal = read(document).expect_err(document);

    assert_eq!(refusal.code(), Some(code), "{refusal}");
    assert!(refusal.to_string().contains(part), "{refusal}");
}

#[track_caller]
fn assert_inside_refused(inside: &str, code: u16, part: &str) {
    assert_refused(&format!("<Response>{inside}</Response>"), code, part);
}

#[test]
fn a_document_of_verbs_is_read_in_order() {
    let verbs = response(
        "<Say voice=\"Polly.Joanna-Neural\" language=\"en-US\">Smith &amp; Sons &lt;HVAC&gt; say \"hi\".</Say>
         <Pause length=\"2\"/><Redirect method=\"POST\"> /next </Redirect><Hangup/><Reject reason=\"busy\"/>",
    )
    .unwrap();

    let expected = [
        Verb::Say(Say { text: "Smith & Sons <HVAC> say \"hi\".".into(), times: 1 }),
        Verb::Pause { length: Duration::from_secs(2) },
        Verb::Redirect { url: "/next".into() },
        Verb::Hangup,
        Verb::Reject { reason: RejectReason::Busy },
    ];
    assert_eq!(verbs, expected);
}

#[test]
fn what_a_question_leaves_out_is_as_twilio_has_it() {
    let verbs = response("<Gather><Say>Press a key.</Say><Pause/></Gather>").unwrap();

    let expected = Gather {
        prompt: vec![
            Verb::Say(Say { text: "Press a key.".into(), times: 1 }),
            Verb::Pause { length: Duration::from_secs(1) },
        ],
        input: Input::Keys,
        action: None,
        timeout: Duration::from_secs(5),
        finish_on_key: Some('#'),
        digits: None,
        when_empty: WhenEmpty::GoesOn,
        barge_in: BargeIn::Interrupts,
    };
    assert_eq!(verbs, [Verb::Gather(expected)]);
}

#[test]
fn telephones_are_read_with_all_that_is_said_of_them() {
    let verbs = response(
        "<Dial action=\"/a?x=1&amp;y=2\" timeout=\"20\" timeLimit=\"3600\" callerId=\"+13125550147\" answerOnBridge=\"true\"
            record=\"record-from-answer-dual\" recordingStatusCallback=\"/r\">
           <Number url=\"/w\" statusCallback=\"/s\" statusCallbackEvent=\"answered completed\">+13125550198</Number>
           <Number>+13125550199</Number></Dial><Dial>+13125550197</Dial>",
    )
    .unwrap();

    let number = |number: &str| Number {
        number: number.into(),
        url: None,
        status_callback: None,
        events: vec![LegEvent::Completed],
    };
    let first = Dial {
        numbers: vec![
            Number {
                url: Some("/w".into()),
                status_callback: Some("/s".into()),
                events: vec![LegEvent::Answered, LegEvent::Completed],
                ..number("+13125550198")
            },
            number("+13125550199"),
        ],
        action: Some("/a?x=1&y=2".into()),
        timeout: Duration::from_secs(20),
        time_limit: Duration::from_hours(1),
        caller_id: Some("+13125550147".into()),
        recording: Some(DialRecording { channels: 2, status_callback: Some("/r".into()) }),
    };
    assert_eq!(verbs[0], Verb::Dial(first));
    let Verb::Dial(bare) = &verbs[1] else { panic!("{verbs:?}") };
    assert_eq!((bare.timeout, bare.action.as_ref()), (Duration::from_secs(30), None));
}

#[test]
fn a_message_is_transcribed_only_if_that_is_wished() {
    let of = |attributes: &str| {
        let verb = response(&format!("<Record {attributes}/>")).unwrap().remove(0);
        let Verb::Record(record) = verb else { panic!("{verb:?}") };
        record
    };

    assert_eq!(of("transcribeCallback=\"/t\"").transcribe_callback, None);
    assert_eq!(of("transcribe=\"true\" transcribeCallback=\"/t\"").transcribe_callback, Some("/t".into()));
    assert_eq!((of("").max_length, of("playBeep=\"false\"").tone), (Duration::from_hours(1), Tone::Left));
}

#[test]
fn an_answer_without_verbs_is_twiml_too() {
    assert_eq!(response("").unwrap(), []);
    assert_eq!(read("<Response/>").unwrap(), []);
    assert_eq!(read("<!-- nothing --><Response />\n").unwrap(), []);
}

#[test]
fn marked_up_words_keep_their_words() {
    let verbs =
        response("<Say>Call <say-as interpret-as=\"telephone\">555</say-as> &#8211; now</Say>").unwrap();

    assert_eq!(verbs, [Verb::Say(Say { text: "Call 555 – now".into(), times: 1 })]);
}

#[test]
fn what_is_not_well_formed_is_no_xml() {
    for document in [
        "",
        "hello",
        "<Response><Say>x</Response>",
        "<Response><Say>x</Say>",
        "<Response/><Response/>",
        "<Response><Say>a & b</Say></Response>",
        "<Response><Say>&nbsp;</Say></Response>",
        "<Response><Say>a\u{1}b</Say></Response>",
        "<Response><Say>&#1;</Say></Response>",
        "<Response><Pause length=\"1\" length=\"2\"/></Response>",
        "<Response><Pause length=1/></Response>",
        "<!DOCTYPE html><Response/>",
        "<Response/>more",
        " \n<?xml version=\"1.0\"?><Response/>",
    ] {
        assert_refused(document, 12100, "not well-formed");
    }
}

#[test]
fn another_root_is_no_twiml() {
    assert_refused("<html><body/></html>", 12100, "<html>");
    assert_refused("<response/>", 12100, "in this case of letters");
}

#[test]
fn unknown_names_are_refused_and_other_letters_are_recognised() {
    assert_inside_refused("<Speak>x</Speak>", 12200, "<Speak> is no verb of TwiML");
    assert_inside_refused("<say>x</say>", 12200, "it is written Say");
    assert_inside_refused("<HangUp/>", 12200, "it is written Hangup");
    assert_inside_refused("<Gather numdigits=\"1\"/>", 12200, "it is written numDigits");
    assert_inside_refused("<Dial callerID=\"+13125550147\">+13125550198</Dial>", 12200, "callerId");
    assert_inside_refused("<Hangup reason=\"busy\"/>", 12200, "no attribute reason");
    assert_inside_refused("<Say><b>x</b></Say>", 12200, "<b>");
}

#[test]
fn wrong_places_are_refused() {
    assert_inside_refused("<Gather><Dial>+13125550198</Dial></Gather>", 12200, "may not stand in <Gather>");
    assert_inside_refused("<Number>+13125550198</Number>", 12200, "may not stand in <Response>");
    assert_inside_refused("<Response/>", 12200, "may not stand in <Response>");
    assert_inside_refused("<Say>x<Hangup/></Say>", 12200, "may not stand in <Say>");
    assert_inside_refused("good morning", 12200, "directly in <Response>");
    assert_inside_refused("<Gather>Press 1<Say>x</Say></Gather>", 12200, "directly in <Gather>");
}

#[test]
fn values_that_make_no_sense_are_refused() {
    assert_inside_refused("<Pause length=\"long\"/>", 12200, "whole number");
    assert_inside_refused("<Gather timeout=\"-1\"/>", 12200, "whole number");
    assert_inside_refused("<Gather numDigits=\"0\"/>", 12200, "from 1");
    assert_inside_refused("<Gather input=\"voice\"/>", 12200, "dtmf");
    assert_inside_refused("<Gather finishOnKey=\"ab\"/>", 12200, "one key");
    assert_inside_refused("<Gather actionOnEmptyResult=\"yes\"/>", 12200, "true or false");
    assert_inside_refused("<Record finishOnKey=\"x\"/>", 12200, "keys");
    assert_inside_refused("<Reject reason=\"rude\"/>", 12200, "rejected or busy");
    assert_inside_refused("<Dial record=\"always\">+13125550198</Dial>", 12200, "record-from-answer");
    assert_inside_refused("<Redirect/>", 12200, "empty");
    assert_inside_refused("<Dial/>", 12200, "empty");
    assert_inside_refused("<Dial>555 0198</Dial>", 13224, "no telephone number");
    assert_inside_refused("<Dial><Number>+1312x</Number></Dial>", 13224, "no telephone number");
    assert_inside_refused("<Say> </Say>", 13520, "no words");
}

#[test]
fn too_much_is_refused() {
    let numbers = "<Number>+13125550198</Number>".repeat(11);

    assert_inside_refused(&format!("<Say>{}</Say>", "a".repeat(4097)), 13520, "4097 characters");
    assert!(response(&format!("<Say>{}</Say>", "a".repeat(4096))).is_ok());
    assert_inside_refused(&format!("<Dial>{numbers}</Dial>"), 12200, "11 telephones");
    let long = format!("<Response>{}</Response>", "<Say>abc</Say>".repeat(5000));
    assert_refused(&long, 11750, "bytes");
}

#[test]
fn what_twilio_does_and_the_engine_does_not_is_said() {
    for inside in [
        "<Play>/a.mp3</Play>",
        "<Say loop=\"0\">x</Say>",
        "<Gather method=\"GET\"/>",
        "<Gather><Play>/a.mp3</Play></Gather>",
        "<Dial><Client>jenny</Client></Dial>",
        "<Dial hangupOnStar=\"true\">+13125550198</Dial>",
        "<Dial><Number sendDigits=\"1\">+13125550198</Number></Dial>",
        "<Enqueue>support</Enqueue>",
        "<Connect><Stream url=\"wss://example.com\"/></Connect>",
    ] {
        let refusal = response(inside).expect_err(inside);

        assert_eq!(refusal.code(), None, "{refusal}");
        assert!(refusal.to_string().contains("doesn't carry out"), "{refusal}");
    }
}

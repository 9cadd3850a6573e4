//! Every answer, as Twilio reads it.

use super::*;
use crate::routing::{Phone, When};
use crate::twilio::phone_number::E164PhoneNumber;
use crate::twilio::sid::CallSid;

fn address() -> CallAddress {
    CallAddress {
        tenant: "0199a0e8-0000-7000-8000-000000000001".parse().unwrap(),
        call_sid: CallSid::parse("CA11111111111111111111111111111111").unwrap(),
    }
}

fn public_url() -> PublicBaseUrl {
    PublicBaseUrl::parse("https://calls.example.com").unwrap()
}

fn number(text: &str) -> E164PhoneNumber {
    E164PhoneNumber::parse(text).unwrap()
}

fn document(response: &VoiceResponse) -> String {
    response
        .render()
        .unwrap()
        .into_string()
        .replace("><", ">\n<")
        .replace(&address().tenant.to_string(), "TENANT")
}

fn decided(lines: Vec<Line>, step: Step) -> Answer {
    Answer::Decided(Decision { lines, step, mark: None }, address())
}

fn ring(
    place: Place,
    acceptance: Acceptance,
    phones: &[(&str, u16)],
    shows: ShownNumber,
    recorded: Recorded,
) -> Step {
    let phone = |(text, seconds): &(&str, u16)| Phone { name: None, number: number(text), seconds: *seconds };
    Step::Ring(Ring {
        place,
        phones: phones.iter().map(phone).collect(),
        acceptance,
        shows,
        recorded,
        longest_talk_seconds: 3_600,
    })
}

#[test]
fn every_answer_reads_as_a_caller_should_hear_it() {
    let greeting = || vec![Line::Greeting("Thank you for calling Smith & Sons <HVAC>.".to_owned())];
    let (one, picks_up) = (Acceptance::PressOne, Acceptance::PickUp);
    let ask = Step::Ask {
        place: Place::Ask { when: When::Open, reading: 1 },
        says: vec![Line::Menu("For repairs press 1.".to_owned())],
        listening: Listening::KeysAndWords,
        hints: vec!["repair".to_owned()],
    };
    let voicemail = Voicemail {
        prompt: "Please leave a message.".to_owned(),
        longest_seconds: 120,
        transcription: Transcription::On,
    };
    let shown = ShownNumber::Dialled(number("+12145550100"));
    let answers = [
        decided(greeting(), ask),
        decided(
            greeting(),
            ring(
                Place::Ring { number: 0, acceptance: picks_up },
                picks_up,
                &[("+12145550199", 20)],
                shown,
                Recorded::No,
            ),
        ),
        decided(
            Vec::new(),
            ring(
                Place::Together(one),
                one,
                &[("+12145550198", 15), ("+12145550199", 25)],
                ShownNumber::Callers,
                Recorded::Yes,
            ),
        ),
        decided(Vec::new(), Step::TakeMessage(voicemail)),
        decided(vec![Line::Thanks, Line::Goodbye], Step::HangUp),
        decided(Vec::new(), Step::Reject),
        Answer::NotInService,
        Answer::SwitchedOff,
        Answer::Apology,
    ];

    let heard: Vec<String> = answers
        .iter()
        .map(|answer| format!("{}\n{}", answer.as_str(), document(&answer.render(&public_url()))))
        .collect();

    insta::assert_snapshot!(heard.join("\n\n"));
}

#[test]
fn whoever_is_rung_hears_whose_call_it_is_before_they_take_it() {
    let place = Place::Ring { number: 0, acceptance: Acceptance::PressOne };
    let said = |next, place, firm| document(&whisper(next, place, firm, &address(), &public_url()));
    let heard = [
        said(Whisper::Ask { reading: 1 }, place, Some("Acme HVAC")),
        said(Whisper::Ask { reading: 2 }, Place::Ladder(0), Some("Acme HVAC")),
        said(Whisper::Ask { reading: 1 }, place, None),
        said(Whisper::PutThrough, place, None),
        said(Whisper::HangUp, place, None),
    ];

    insta::assert_snapshot!(heard.join("\n\n"));
}

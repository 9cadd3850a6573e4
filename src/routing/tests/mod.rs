//! Calls from their beginning to their end: what a caller gets who does this, when those who are rung do that.

mod endings;
mod every_combination;
mod stories;

use crate::hours::{Closure, Opening, State};
use crate::routing::{
    Acceptance, Call, Choice, Decision, Destination, DialOutcome, Emergency, Event, Heard, Line, Manner,
    Mark, Menu, Phone, Place, Recorded, Recording, RingList, Settings, Step, Transcription, Voicemail, next,
};
use crate::twilio::phone_number::{CallerId, E164PhoneNumber};

const DIALLED: &str = "+12145550100";
const CALLER: &str = "+19725550123";

fn number(text: &str) -> E164PhoneNumber {
    E164PhoneNumber::parse(text).unwrap()
}

fn phones(numbers: &[&str]) -> Vec<Phone> {
    numbers.iter().map(|text| Phone { name: None, number: number(text), seconds: 20 }).collect()
}

/// One person who must press 1, and nothing else.
fn settings() -> Settings {
    Settings {
        greeting: "Thank you for calling Acme HVAC.".to_owned(),
        after_hours: "You have reached Acme HVAC outside of our hours.".to_owned(),
        recording: Recording::Off,
        menu: None,
        ring: RingList {
            phones: phones(&["+12145550191"]),
            manner: Manner::InOrder,
            acceptance: Acceptance::PressOne,
        },
        voicemail: None,
        emergency: None,
        blocked: [number("+19725550666")].into(),
        countries: vec!["1".parse().unwrap()],
        longest_talk_seconds: 3_600,
    }
}

fn voicemail() -> Voicemail {
    Voicemail {
        prompt: "Please leave a message after the tone.".to_owned(),
        longest_seconds: 120,
        transcription: Transcription::Off,
    }
}

fn emergency() -> Emergency {
    Emergency {
        key: Some("9".parse().unwrap()),
        words: vec!["gas leak".to_owned(), "smoke".to_owned()],
        offer: "For an emergency press 9, or say gas leak.".to_owned(),
        safety: "If you smell gas, leave the building now.".to_owned(),
        ladder: phones(&["+12145550181", "+12145550182"]),
    }
}

fn menu() -> Menu {
    let choice =
        |key: &str, word: &str, to| Choice { key: key.parse().unwrap(), words: vec![word.to_owned()], to };
    Menu {
        prompt: "For our office press 1, for a message press 2, for our address press 3.".to_owned(),
        choices: vec![
            choice("1", "office", Destination::People),
            choice("2", "message", Destination::Message),
            choice("3", "address", Destination::Information("We are at 1 Main Street.".to_owned())),
        ],
    }
}

fn call() -> Call {
    Call { caller: CallerId::parse(CALLER), dialled: Some(number(DIALLED)) }
}

fn open() -> State {
    State::Open(Opening::NoHours)
}

fn closed() -> State {
    State::Closed(Closure::Week { day: chrono::Weekday::Sun, ranges: Vec::new() })
}

fn holiday() -> State {
    let date = chrono::NaiveDate::from_ymd_opt(2026, 12, 25).unwrap();
    State::Closed(Closure::Holiday { date, name: "Christmas".to_owned() })
}

/// What the people of a call do.
#[derive(Clone, Copy, Debug)]
struct Cast {
    /// At each question in turn, then nothing: keys, or words.
    caller: &'static [&'static str],
    /// Who takes the call, by the order in which telephones are rung, from 1.
    taker: Option<usize>,
}

/// Nobody does anything.
const SILENCE: Cast = Cast { caller: &[], taker: None };

/// A call from its beginning to its end.
fn walk(settings: &Settings, now: &State, call: &Call, cast: Cast) -> Vec<Decision> {
    let (mut event, mut said, mut telephones) = (Event::Incoming, cast.caller.iter(), 0);
    let mut decisions = Vec::new();
    loop {
        let decision = next(settings, now, call, &event);
        let step = decision.step.clone();
        decisions.push(decision);
        assert!(decisions.len() < 50, "it has no end: {decisions:#?}");
        event = match step {
            Step::Reject | Step::HangUp => return decisions,
            Step::TakeMessage(_) => Event::MessageTaken,
            Step::Ask { place: Place::Ask { when, reading }, .. } => {
                let text = said.next().copied().unwrap_or_default();
                let keys = text.chars().all(|sign| sign.is_ascii_digit());
                let heard = if keys { Heard::new(text, "") } else { Heard::new("", text) };
                Event::Asked { when, reading, heard }
            }
            Step::Ring(ring) => {
                telephones += 1;
                let took = cast.taker == Some(telephones);
                let outcome = if took { DialOutcome::Answered } else { DialOutcome::NotAnswered };
                match ring.place {
                    Place::Ring { number, .. } => Event::Rang(number, outcome),
                    Place::Together(_) => Event::RangTogether(outcome),
                    Place::Ladder(number) => Event::RangLadder(number, outcome),
                    Place::Ask { .. } | Place::Message => panic!("nobody is rung at {}", ring.place),
                }
            }
            Step::Ask { place, .. } => panic!("nothing is asked at {place}"),
        };
    }
}

/// A call in words.
fn story(settings: &Settings, now: &State, call: &Call, cast: Cast) -> String {
    let told = walk(settings, now, call, cast).into_iter().flat_map(|decision| {
        let mark = decision.mark.map(|mark| match mark {
            Mark::Emergency => "(emergency)".to_owned(),
            Mark::Alarm => "(alarm)".to_owned(),
        });
        let lines = decision.lines.iter().map(word).collect::<Vec<_>>();
        mark.into_iter().chain(lines).chain([step_in_words(&decision.step)])
    });
    told.collect::<Vec<_>>().join(", ")
}

fn word(line: &Line) -> String {
    line.as_str().replace('_', " ")
}

fn step_in_words(step: &Step) -> String {
    match step {
        Step::Reject => "rejected".to_owned(),
        Step::Ask { says, .. } => format!("ask [{}]", says.iter().map(word).collect::<Vec<_>>().join(", ")),
        Step::Ring(ring) => {
            let ends: Vec<&str> =
                ring.phones.iter().map(|phone| phone.number.as_str().split_at(10).1).collect();
            let recorded = if ring.recorded == Recorded::Yes { " recorded" } else { "" };
            format!("ring {}{recorded}", ends.join("+"))
        }
        Step::TakeMessage(_) => "message".to_owned(),
        Step::HangUp => "end".to_owned(),
    }
}

//! A call that nobody makes, from its beginning to its end.
//!
//! Promises: each decision is the one that a caller would get who does this, when those who are rung do that; pure.
//! Doesn't: ring anybody.

use std::collections::BTreeMap;

use crate::hours::State;
use crate::routing::{
    self, Acceptance, Call, Decision, DialOutcome, Event, Heard, Line, Listening, Place, Ring, Settings, Step,
};
use crate::twilio::phone_number::E164PhoneNumber;

/// More than the longest call has: every telephone, every reading of the question.
const MOST_STEPS: usize = 60;

/// What the people of a call do.
#[derive(Clone, Debug, Default)]
pub struct Cast {
    /// What the caller does at each question in turn; nothing, after the last.
    pub caller: Vec<Answer>,
    /// What those do who are rung; whoever isn't named doesn't pick up.
    pub callees: BTreeMap<E164PhoneNumber, Callee>,
}

/// What a caller does at a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Presses this key.
    Presses(String),
    /// Says this.
    Says(String),
    /// Waits.
    Nothing,
}

/// What somebody does who is rung.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callee {
    /// Picks up, and presses 1 where that is asked for.
    Accepts,
    /// Doesn't pick up.
    Ignores,
    /// Their voicemail picks up.
    Voicemail,
    /// Is on the telephone.
    Busy,
}

impl Callee {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Accepts, Self::Ignores, Self::Voicemail, Self::Busy];

    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepts => "accepts",
            Self::Ignores => "ignores",
            Self::Voicemail => "voicemail",
            Self::Busy => "busy",
        }
    }

    fn takes_it(self, acceptance: Acceptance) -> bool {
        match self {
            Self::Accepts => true,
            Self::Voicemail => acceptance == Acceptance::PickUp,
            Self::Ignores | Self::Busy => false,
        }
    }
}

/// A decision, and what led to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walked {
    /// What had happened, in a sentence.
    pub after: String,
    /// What came next.
    pub decision: Decision,
}

/// All decisions of a call.
#[must_use]
pub fn walk(settings: &Settings, now: &State, call: &Call, cast: &Cast) -> Vec<Walked> {
    let mut answers = cast.caller.iter();
    let mut happened = ("The call comes in.".to_owned(), Event::Incoming);
    let mut walked = Vec::new();
    while walked.len() < MOST_STEPS {
        let (after, event) = happened;
        let decision = routing::next(settings, now, call, &event);
        let next = match &decision.step {
            Step::Reject | Step::HangUp => None,
            Step::Ask { place, .. } => asked(*place, answers.next().unwrap_or(&Answer::Nothing)),
            Step::Ring(ring) => rang(ring, cast),
            Step::TakeMessage(_) => Some(("The caller leaves a message.".to_owned(), Event::MessageTaken)),
        };
        walked.push(Walked { after, decision });
        match next {
            Some(next) => happened = next,
            None => break,
        }
    }
    walked
}

fn asked(place: Place, answer: &Answer) -> Option<(String, Event)> {
    let Place::Ask { when, reading } = place else { return None };
    let (after, heard) = match answer {
        Answer::Presses(key) => (format!("The caller presses {key}."), Heard::new(key, "")),
        Answer::Says(words) => (format!("The caller says “{words}”."), Heard::new("", words)),
        Answer::Nothing => ("The caller does nothing.".to_owned(), Heard::default()),
    };
    Some((after, Event::Asked { when, reading, heard }))
}

fn rang(ring: &Ring, cast: &Cast) -> Option<(String, Event)> {
    let takes_it = |number| cast.callees.get(number).is_some_and(|callee| callee.takes_it(ring.acceptance));
    let taker = ring.phones.iter().find(|phone| takes_it(&phone.number));
    let (after, outcome) = match taker {
        Some(phone) => {
            (format!("{} takes the call.", name(phone.name.as_deref(), &phone.number)), DialOutcome::Answered)
        }
        None => ("Nobody takes the call.".to_owned(), DialOutcome::NotAnswered),
    };
    let event = match ring.place {
        Place::Ring { number, .. } => Event::Rang(number, outcome),
        Place::Together(_) => Event::RangTogether(outcome),
        Place::Ladder(number) => Event::RangLadder(number, outcome),
        Place::Ask { .. } | Place::Message => return None,
    };
    Some((after, event))
}

fn name(name: Option<&str>, number: &E164PhoneNumber) -> String {
    name.map_or_else(|| number.as_str().to_owned(), |name| format!("{name} ({})", number.as_str()))
}

/// What the caller hears, in order: whose sentence it is, and the sentence.
#[must_use]
pub fn heard(decision: &Decision) -> Vec<(&'static str, String)> {
    let asked: &[Line] = match &decision.step {
        Step::Ask { says, .. } => says,
        Step::Reject | Step::Ring(_) | Step::TakeMessage(_) | Step::HangUp => &[],
    };
    let lines = decision.lines.iter().chain(asked);
    let mut heard: Vec<_> = lines.map(|line| (line.as_str(), line.text().to_owned())).collect();
    if let Step::TakeMessage(voicemail) = &decision.step {
        heard.push(("voicemail", voicemail.prompt.clone()));
    }
    heard
}

/// What is done then, in a sentence.
#[must_use]
pub fn in_words(step: &Step) -> String {
    match step {
        Step::Reject => "Refuses the call before it is answered.".to_owned(),
        Step::Ask { listening: Listening::Keys, .. } => "Waits for a key.".to_owned(),
        Step::Ask { listening: Listening::KeysAndWords, .. } => "Waits for a key or a word.".to_owned(),
        Step::Ring(ring) => ringing(ring),
        Step::TakeMessage(voicemail) => {
            format!("Takes a message of up to {} s.", voicemail.longest_seconds)
        }
        Step::HangUp => "Ends the call.".to_owned(),
    }
}

fn ringing(ring: &Ring) -> String {
    let seconds = ring.phones.iter().map(|phone| phone.seconds).max().unwrap_or_default();
    let names: Vec<String> =
        ring.phones.iter().map(|phone| name(phone.name.as_deref(), &phone.number)).collect();
    let asks = match ring.acceptance {
        Acceptance::PressOne => "whoever picks up is asked to press 1",
        Acceptance::PickUp => "whoever picks up has the call",
    };
    format!("Rings {} for {seconds} s; {asks}.", names.join(", "))
}

//! What the ledger says of a decision: for the fold, and for whoever reads how a call went.
//!
//! Promises: pure; says what was said, whom it rings, and where it leads. Doesn't: repeat the firm's sentences.

use serde_json::{Map, Value, json};

use super::after::After;
use crate::handling::Handling;
use crate::hours::State;
use crate::routing::{Decision, Event, Line, Phone, Place, Step};

/// What the ledger says of a decision.
#[derive(Clone, Debug)]
pub struct Note {
    /// After which step.
    pub after: String,
    /// What was decided.
    pub noted: Value,
}

/// A decision in the ledger. None: the caller is gone, and it changes nothing.
pub(super) fn of(
    after: After,
    event: &Event,
    now: &State,
    handling: &Handling,
    decision: &Decision,
) -> Option<Note> {
    let mut noted = Map::new();
    let mut say = |name: &str, value: Value| drop(noted.insert(name.to_owned(), value));
    match event {
        Event::Left(_) if decision.mark.is_none() => return None,
        Event::Left(_) => say("decision", json!("left")),
        Event::Incoming
        | Event::Asked { .. }
        | Event::Rang(..)
        | Event::RangTogether(_)
        | Event::RangLadder(..)
        | Event::MessageTaken => say("decision", json!(decision.step.as_str())),
    }
    if after == After::Incoming {
        say("patience", json!(handling.abandoned_before_seconds));
        match now {
            State::Open(opening) => say("hours", json!(opening.to_string())),
            State::Closed(closure) => {
                say("closed", json!(true));
                say("hours", json!(closure.to_string()));
            }
        }
    }
    let said: Vec<&str> = decision.lines.iter().chain(asked(&decision.step)).map(Line::as_str).collect();
    if !said.is_empty() {
        say("said", json!(said));
    }
    if let Some(place) = leads_to(&decision.step) {
        say("leads_to", json!(place.to_string()));
    }
    if let Step::Ring(ring) = &decision.step {
        say("rings", ring.phones.iter().map(phone).collect());
    }
    if let Some(mark) = decision.mark {
        say("mark", json!(mark.as_str()));
    }
    Some(Note { after: after.in_ledger(), noted: Value::Object(noted) })
}

/// Nothing was known, and the caller heard so.
pub(super) fn apology(after: After) -> Note {
    Note { after: after.in_ledger(), noted: json!({ "decision": "apology" }) }
}

fn asked(step: &Step) -> &[Line] {
    match step {
        Step::Ask { says, .. } => says,
        Step::Reject | Step::Ring(_) | Step::TakeMessage(_) | Step::HangUp => &[],
    }
}

fn leads_to(step: &Step) -> Option<Place> {
    match step {
        Step::Ask { place, .. } => Some(*place),
        Step::Ring(ring) => Some(ring.place),
        Step::TakeMessage(_) => Some(Place::Message),
        Step::Reject | Step::HangUp => None,
    }
}

fn phone(phone: &Phone) -> Value {
    match &phone.name {
        Some(name) => json!({ "name": name, "number": phone.number.as_str() }),
        None => json!({ "number": phone.number.as_str() }),
    }
}

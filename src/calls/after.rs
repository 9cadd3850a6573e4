//! After what Twilio asks how a call goes on.
//!
//! Promises: pure; what Twilio says of the step that ended becomes what has happened, as routing sees it. Doesn't: know
//! whether 1 was pressed; the ledger does.

use crate::routing::{Acceptance, Bridge, Event, Heard, Place, Pressed, dial_outcome};
use crate::twilio::call_status::{CallStatus, DialStatus};
use crate::twilio::form::FormParameters;

/// After what Twilio asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// The call came in.
    Incoming,
    /// This step ended.
    Step(Place),
}

impl After {
    /// The word in the ledger.
    pub(super) fn in_ledger(self) -> String {
        match self {
            Self::Incoming => "incoming".to_owned(),
            Self::Step(place) => place.to_string(),
        }
    }

    /// What has happened, as routing sees it.
    pub(super) fn event(self, parameters: &FormParameters, pressed: Pressed) -> Event {
        let Self::Step(place) = self else { return Event::Incoming };
        let said = |name| parameters.get(name).unwrap_or_default();
        let rang = |acceptance| {
            let status = DialStatus::parse(said("DialCallStatus"));
            dial_outcome(acceptance, status, pressed, bridge(said("DialBridged")))
        };
        let event = match place {
            Place::Ask { when, reading } => {
                Event::Asked { when, reading, heard: Heard::new(said("Digits"), said("SpeechResult")) }
            }
            Place::Ring { number, acceptance } => Event::Rang(number, rang(acceptance)),
            Place::Together(acceptance) => Event::RangTogether(rang(acceptance)),
            Place::Ladder(number) => Event::RangLadder(number, rang(Acceptance::PressOne)),
            Place::Message => Event::MessageTaken,
        };
        let has_left = CallStatus::parse(said("CallStatus")).is_some_and(CallStatus::is_terminal);
        if has_left { Event::Left(Box::new(event)) } else { event }
    }
}

fn bridge(text: &str) -> Bridge {
    match text {
        "true" => Bridge::Made,
        "false" => Bridge::NotMade,
        _ => Bridge::Unknown,
    }
}

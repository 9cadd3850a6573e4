//! Every way that a call can go, to its end.

use std::collections::BTreeSet;

use super::every_combination::{Combination, all};
use super::menu;
use crate::routing::{DialOutcome, Event, Heard, Manner, Place, Step, next};

/// Whatever may be reported of a step.
fn ends(step: &Step) -> Vec<Event> {
    let outcomes = [DialOutcome::Answered, DialOutcome::NotAnswered];
    match step {
        Step::Reject | Step::HangUp => Vec::new(),
        Step::TakeMessage(_) => vec![Event::MessageTaken],
        Step::Ask { place: Place::Ask { when, reading }, .. } => {
            ["", "1", "2", "3", "9", "7", "smoke", "office", "eh"]
                .iter()
                .flat_map(|text| [Heard::new(text, ""), Heard::new("", text)])
                .map(|heard| Event::Asked { when: *when, reading: *reading, heard })
                .collect()
        }
        Step::Ask { place, .. } => panic!("nothing is asked at {place}"),
        Step::Ring(ring) => match ring.place {
            Place::Ring { number, .. } => outcomes.map(|outcome| Event::Rang(number, outcome)).into(),
            Place::Together(_) => outcomes.map(Event::RangTogether).into(),
            Place::Ladder(number) => outcomes.map(|outcome| Event::RangLadder(number, outcome)).into(),
            Place::Ask { .. } | Place::Message => panic!("nobody is rung at {}", ring.place),
        },
    }
}

/// The ways of one call that have been followed.
#[derive(Default)]
struct Ways {
    /// From the beginning to here.
    been: Vec<Place>,
    /// Those from which every way has been followed: what is decided depends on nothing before.
    done: BTreeSet<Place>,
}

impl Ways {
    /// Follows every way on from an event, and fails where one leads to a place for the second time.
    fn follow(&mut self, line: &Combination, event: &Event) {
        let step = next(&line.settings, &line.now, &line.call, event).step;
        let place = match &step {
            Step::Ask { place, .. } => *place,
            Step::Ring(ring) => ring.place,
            Step::TakeMessage(_) => Place::Message,
            Step::Reject | Step::HangUp => return,
        };
        assert!(!self.been.contains(&place), "{}: {:?} leads to {place} again", line.name, self.been);
        if self.done.contains(&place) {
            return;
        }
        self.been.push(place);
        for event in ends(&step) {
            self.follow(line, &event);
        }
        self.been.pop();
        self.done.insert(place);
    }
}

#[test]
fn every_call_comes_to_an_end_whatever_anybody_does() {
    for mut line in all() {
        for menu in [None, Some(menu())] {
            for manner in [Manner::InOrder, Manner::Together] {
                line.settings.menu.clone_from(&menu);
                line.settings.ring.manner = manner;

                Ways::default().follow(&line, &Event::Incoming);
            }
        }
    }
}

//! Single calls that a firm would ask about.

use super::{
    Cast, DIALLED, SILENCE, call, closed, emergency, menu, number, open, phones, settings, story, voicemail,
    walk,
};
use crate::routing::{
    Acceptance, Call, DialOutcome, Event, Heard, Listening, Manner, Place, Recording, Settings, ShownNumber,
    Step, When, next,
};
use crate::twilio::phone_number::CallerId;

fn three_people() -> Settings {
    let mut settings = settings();
    settings.ring.phones = phones(&["+12145550191", "+12145550192", "+12145550193"]);
    settings
}

/// Everything switched on.
fn everything() -> Settings {
    Settings {
        recording: Recording::On { notice: "This call is recorded.".to_owned() },
        menu: Some(menu()),
        voicemail: Some(voicemail()),
        emergency: Some(emergency()),
        ..three_people()
    }
}

fn told(settings: &Settings, cast: Cast) -> String {
    story(settings, &open(), &call(), cast)
}

#[test]
fn people_are_rung_in_order_until_one_accepts() {
    assert_eq!(
        told(&three_people(), Cast { caller: &[], taker: Some(2) }),
        "greeting, ring 91, ring 92, end"
    );
}

#[test]
fn people_can_be_rung_together() {
    let mut settings = three_people();
    settings.ring.manner = Manner::Together;

    assert_eq!(told(&settings, Cast { caller: &[], taker: Some(1) }), "greeting, ring 91+92+93, end");
    assert_eq!(told(&settings, SILENCE), "greeting, ring 91+92+93, nobody free, goodbye, end");
}

#[test]
fn at_most_ten_are_rung_together() {
    let mut settings = settings();
    settings.ring.manner = Manner::Together;
    settings.ring.phones = phones(&["+12145550191"; 12]);

    let Step::Ring(ring) = &walk(&settings, &open(), &call(), SILENCE)[0].step else {
        panic!("nobody is rung")
    };

    assert_eq!(ring.phones.len(), 10);
}

#[test]
fn when_nobody_accepts_a_message_is_taken() {
    let settings = Settings { voicemail: Some(voicemail()), ..settings() };

    assert_eq!(told(&settings, SILENCE), "greeting, ring 91, nobody free, message, thanks, goodbye, end");
}

#[test]
fn outside_of_hours_nobody_is_rung() {
    let settings = Settings { voicemail: Some(voicemail()), ..three_people() };

    assert_eq!(story(&settings, &closed(), &call(), SILENCE), "after hours, message, thanks, goodbye, end");
}

#[test]
fn a_menu_is_read_three_times_and_then_a_person_is_rung() {
    assert_eq!(
        told(&everything(), Cast { caller: &["7", "what?"], taker: Some(1) }),
        "notice, ask [greeting, menu, offer], ask [not understood, menu, offer], ask [not understood, menu, offer], \
         ring 91 recorded, end"
    );
}

#[test]
fn information_comes_with_the_menu_again_but_not_for_ever() {
    let settings = Settings { emergency: None, recording: Recording::Off, ..everything() };

    assert_eq!(
        told(&settings, Cast { caller: &["3", "address", "3"], taker: Some(1) }),
        "ask [greeting, menu], ask [information, menu], ask [information, menu], information, ring 91, end"
    );
}

#[test]
fn a_choice_can_be_said() {
    assert_eq!(
        told(&everything(), Cast { caller: &["I want to leave a message please"], taker: None }),
        "notice, ask [greeting, menu, offer], message, thanks, goodbye, end"
    );
}

#[test]
fn an_emergency_outside_of_hours_climbs_the_ladder_until_somebody_takes_it_up() {
    let cast = Cast { caller: &["there is smoke in the kitchen"], taker: Some(2) };

    assert_eq!(
        story(&everything(), &closed(), &call(), cast),
        "notice, ask [after hours, offer], (emergency), safety, ring 81 recorded, ring 82 recorded, end"
    );
}

#[test]
fn an_emergency_that_nobody_takes_up_raises_the_alarm() {
    assert_eq!(
        story(&everything(), &closed(), &call(), Cast { caller: &["9"], taker: None }),
        "notice, ask [after hours, offer], (emergency), safety, ring 81 recorded, ring 82 recorded, \
         (alarm), nobody on call, message, thanks, goodbye, end"
    );
}

#[test]
fn an_emergency_without_a_ladder_raises_the_alarm_at_once() {
    let mut settings = Settings { emergency: Some(emergency()), ..settings() };
    settings.emergency.as_mut().unwrap().ladder.clear();

    assert_eq!(
        told(&settings, Cast { caller: &["9"], taker: None }),
        "ask [greeting, offer], (alarm), safety, nobody on call, goodbye, end"
    );
}

#[test]
fn an_emergency_comes_before_a_choice_of_the_menu() {
    assert!(
        told(&everything(), Cast { caller: &["the office has a gas leak"], taker: Some(1) })
            .contains("(emergency)")
    );
}

#[test]
fn a_question_about_emergencies_alone_is_asked_once() {
    let settings = Settings { emergency: Some(emergency()), ..settings() };

    assert_eq!(
        told(&settings, Cast { caller: &["hello?"], taker: Some(1) }),
        "ask [greeting, offer], ring 91, end"
    );
}

#[test]
fn whoever_takes_up_an_emergency_presses_one_whatever_counts_otherwise() {
    let mut settings = everything();
    settings.ring.acceptance = Acceptance::PickUp;

    for decision in walk(&settings, &closed(), &call(), Cast { caller: &["9"], taker: None }) {
        if let Step::Ring(ring) = decision.step {
            assert_eq!(ring.acceptance, Acceptance::PressOne, "{}", ring.place);
        }
    }
}

#[test]
fn what_was_offered_within_hours_holds_when_they_end_meanwhile() {
    let heard = Heard::new("1", "");

    let decision =
        next(&everything(), &closed(), &call(), &Event::Asked { when: When::Open, reading: 1, heard });

    assert!(matches!(decision.step, Step::Ring(_)), "{decision:?}");
}

#[test]
fn words_are_listened_for_only_where_there_are_some() {
    let mut settings = Settings { emergency: Some(emergency()), ..settings() };
    let asked = |settings: &Settings| match &walk(settings, &open(), &call(), SILENCE)[0].step {
        Step::Ask { listening, hints, .. } => (*listening, hints.join(", ")),
        Step::Reject | Step::Ring(_) | Step::TakeMessage(_) | Step::HangUp => panic!("nothing is asked"),
    };

    assert_eq!(asked(&settings), (Listening::KeysAndWords, "gas leak, smoke".to_owned()));
    settings.emergency.as_mut().unwrap().words.clear();
    assert_eq!(asked(&settings), (Listening::Keys, String::new()));
}

#[test]
fn a_number_of_another_country_is_passed_over() {
    let mut settings = three_people();
    settings.ring.phones = phones(&["+88213000001", "+12145550192", "+4930123456"]);

    assert_eq!(told(&settings, SILENCE), "greeting, ring 92, nobody free, goodbye, end");
}

#[test]
fn the_line_that_was_dialled_is_passed_over() {
    let mut settings = three_people();
    settings.ring.phones = phones(&[DIALLED]);
    settings.ring.manner = Manner::Together;

    assert_eq!(told(&settings, SILENCE), "greeting, nobody free, goodbye, end");
}

#[test]
fn a_blocked_caller_is_rejected_whatever_else_is_set() {
    let call = Call { caller: CallerId::parse("+19725550666"), dialled: Some(number(DIALLED)) };

    for now in [open(), closed()] {
        assert_eq!(story(&everything(), &now, &call, SILENCE), "rejected");
    }
}

#[test]
fn a_browser_or_sip_caller_shows_the_dialled_number() {
    for (caller, shows) in [
        ("client:jenny", ShownNumber::Dialled(number(DIALLED))),
        ("sip:desk@example.com", ShownNumber::Dialled(number(DIALLED))),
        ("+19725550123", ShownNumber::Callers),
        ("anonymous", ShownNumber::Callers),
    ] {
        let call = Call { caller: CallerId::parse(caller), dialled: Some(number(DIALLED)) };

        let Step::Ring(ring) = &walk(&settings(), &open(), &call, SILENCE)[0].step else {
            panic!("nobody is rung")
        };

        assert_eq!(ring.shows, shows, "{caller}");
    }
}

#[test]
fn a_report_from_a_list_that_has_become_shorter_ends_well() {
    let settings = Settings { voicemail: Some(voicemail()), emergency: Some(emergency()), ..settings() };

    for event in [
        Event::Rang(u8::MAX, DialOutcome::NotAnswered),
        Event::RangLadder(u8::MAX, DialOutcome::NotAnswered),
        Event::Asked { when: When::Open, reading: u8::MAX, heard: Heard::default() },
        Event::Asked { when: When::Closed, reading: 0, heard: Heard::default() },
    ] {
        let decision = next(&settings, &open(), &call(), &event);

        assert!(!matches!(decision.step, Step::Ask { .. } | Step::Reject), "{event:?}: {decision:?}");
    }
}

#[test]
fn every_step_that_is_reported_names_its_place() {
    let places: Vec<String> = walk(&everything(), &open(), &call(), SILENCE)
        .into_iter()
        .filter_map(|decision| match decision.step {
            Step::Ask { place, .. } => Some(place),
            Step::Ring(ring) => Some(ring.place),
            Step::TakeMessage(_) => Some(Place::Message),
            Step::Reject | Step::HangUp => None,
        })
        .map(|place| place.to_string())
        .collect();

    assert_eq!(
        places,
        ["ask-open-1", "ask-open-2", "ask-open-3", "ring-0-press", "ring-1-press", "ring-2-press", "message"]
    );
}

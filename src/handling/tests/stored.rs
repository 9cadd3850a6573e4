//! What a call is handled by, whatever its tenant's row holds.

use serde_json::{Value, json};

use super::{DIALLED, full_document, number, older_row};
use crate::handling::{Document, Handling};
use crate::routing::{Acceptance, Manner, Recording, Settings};

fn settings(row: &Value) -> Settings {
    Handling::read(row, Some(&number(DIALLED))).settings
}

/// The row with some columns changed.
fn with(columns: &Value) -> Value {
    let mut row = older_row();
    for (name, value) in columns.as_object().unwrap() {
        row[name] = value.clone();
    }
    row
}

fn defects(row: &Value) -> Vec<String> {
    Handling::defects(row, &[number(DIALLED)]).iter().map(ToString::to_string).collect()
}

#[test]
fn a_row_of_an_older_program_rings_its_one_number_as_it_always_did() {
    let ring = settings(&older_row()).ring;

    assert_eq!(ring.phones.len(), 1);
    assert_eq!((ring.phones[0].number.as_str(), ring.phones[0].seconds), ("+12145550199", 20));
    assert_eq!((ring.manner, ring.acceptance), (Manner::InOrder, Acceptance::PickUp));
}

#[test]
fn a_row_of_an_older_program_has_its_emergency_number_as_the_ladder() {
    let emergency = settings(&older_row()).emergency.unwrap();

    assert_eq!(emergency.key, "9".parse().ok());
    assert_eq!(emergency.words, ["gas leak", "no heat"]);
    assert_eq!(
        emergency.offer,
        "If this is an emergency, press 9 now, or tell us in a few words what is wrong."
    );
    assert_eq!(emergency.ladder[0].number.as_str(), "+12145550181");
}

#[test]
fn the_words_of_an_emergency_may_stand_in_one_text() {
    for (keywords, expected) in [
        (json!("gas leak, no heat,, "), vec!["gas leak", "no heat"]),
        (json!(""), vec![]),
        (json!([]), vec![]),
        (json!(null), vec![]),
        (json!(["smoke", 3, ""]), vec!["smoke"]),
    ] {
        let words = settings(&with(&json!({ "emergency_keywords": keywords }))).emergency.unwrap().words;

        assert_eq!(words, expected, "{keywords}");
    }
}

#[test]
fn what_a_firm_has_not_written_is_said_in_our_words() {
    let settings = settings(&older_row());

    assert_eq!(settings.greeting, "Thank you for calling Acme HVAC.");
    assert_eq!(settings.after_hours, "Thank you for calling Acme HVAC. Our office is closed right now.");
    assert!(settings.voicemail.unwrap().prompt.starts_with("Please leave your name"));
}

#[test]
fn an_empty_row_greets_and_takes_a_message() {
    for row in [json!({}), json!(null), json!([1]), json!("x")] {
        let Handling { hours, settings, abandoned_before_seconds } = Handling::read(&row, None);

        assert_eq!(hours.zone().name(), "America/Chicago", "{row}");
        assert_eq!((settings.ring.phones.len(), settings.emergency), (0, None));
        assert_eq!((settings.recording, settings.menu), (Recording::Off, None));
        assert!(settings.voicemail.is_some() && settings.countries.is_empty());
        assert_eq!((settings.longest_talk_seconds, abandoned_before_seconds), (3_600, 10));
    }
}

#[test]
fn calls_go_to_the_country_of_the_dialled_number_unless_others_are_named() {
    let codes = |row: &Value, dialled: Option<&str>| {
        let settings = Handling::read(row, dialled.map(number).as_ref()).settings;
        settings.countries.iter().map(ToString::to_string).collect::<Vec<_>>()
    };

    assert_eq!(codes(&older_row(), Some("+442071838750")), ["44"]);
    assert_eq!(codes(&older_row(), Some("+353012345678")), ["353"]);
    assert_eq!(codes(&older_row(), None), ["1"]);
    let named = with(&json!({ "call_handling": { "countries": ["49", "+43"] } }));
    assert_eq!(codes(&named, Some(DIALLED)), ["49", "43"]);
}

#[test]
fn what_the_row_keeps_of_today_counts_before_the_columns_of_older_programs() {
    let document = full_document();
    let row = with(&json!({ "enable_recording": true, "call_handling": {
        "recording": { "notice": "We record this call." }, "ring": document["ring"], "menu": document["menu"],
        "voicemail": document["voicemail"], "emergency": document["emergency"], "blocked": document["blocked"],
        "countries": document["countries"], "longest_talk_seconds": 1800, "abandoned_before_seconds": 5,
    } }));

    let handling = Handling::read(&row, None);

    let read = Document::parse(&document, &[]).unwrap().handling("", None);
    let expected = Settings {
        greeting: handling.settings.greeting.clone(),
        after_hours: handling.settings.after_hours.clone(),
        ..read.settings
    };
    assert_eq!(handling.settings, expected);
    assert_eq!(handling.abandoned_before_seconds, 5);
    assert_eq!(defects(&row), Vec::<String>::new());
}

#[test]
fn an_emergency_that_was_taken_out_stays_out() {
    let row = with(&json!({ "call_handling": { "emergency": null } }));

    assert_eq!(settings(&row).emergency, None);
}

#[test]
fn what_cant_be_read_counts_as_not_set_and_is_told() {
    let row = with(&json!({
        "timezone": "Mars/Olympus",
        "business_hours": { "mon": { "open": "soon" } },
        "emergency_phone": "call Luis",
        "call_handling": {
            "ring": { "phones": [{ "number": "+12145550191", "seconds": 900 }, { "number": "Ann" }, 3] },
            "menu": { "prompt": "Press 1.", "choices": [{ "key": "one", "to": "people" }] },
            "voicemail": "off", "longest_talk_seconds": -1, "more": 1,
        },
    }));

    let handling = Handling::read(&row, Some(&number(DIALLED)));

    assert!(handling.hours.at(chrono::DateTime::UNIX_EPOCH).is_open());
    assert_eq!(handling.settings.ring.phones.len(), 1);
    assert_eq!(handling.settings.ring.phones[0].seconds, 20);
    assert_eq!((handling.settings.menu, handling.settings.longest_talk_seconds), (None, 3_600));
    // The office is alerted, although nobody can be called.
    assert!(handling.settings.emergency.unwrap().ladder.is_empty());
    insta::assert_snapshot!(defects(&row).join("\n"));
}

#[test]
fn a_stored_number_that_must_not_be_dialled_is_a_defect() {
    assert_eq!(
        defects(&with(&json!({ "forward_number": DIALLED, "emergency_phone": "+442071838750" }))),
        [
            "ring.phones[0].number: this number is answered here, so the call would come back; write the number of a person",
            "emergency.ladder[0].number: calls are not put through to this country, for a dear number there costs the \
             firm money; if it is meant, add \"44\" to `countries`",
        ]
    );
}

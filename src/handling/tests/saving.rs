//! What is refused, and with which words.

use serde_json::{Value, json};

use super::{DIALLED, full_document, number};
use crate::handling::Document;

/// The mistakes of the full document after a part of it was changed.
fn mistakes(part: &str, value: &Value) -> Vec<String> {
    let mut document = full_document();
    document[part] = value.clone();
    let own = [number(DIALLED)];
    Document::parse(&document, &own).err().unwrap_or_default().iter().map(ToString::to_string).collect()
}

#[test]
fn what_is_written_is_read_as_the_same() {
    let document = Document::parse(&full_document(), &[]).unwrap();

    assert_eq!(document.write(), full_document());
    assert_eq!(Document::parse(&document.write(), &[]), Ok(document));
}

#[test]
fn an_empty_document_has_the_usual_values() {
    let document = Document::parse(&json!({}), &[]).unwrap();

    insta::assert_json_snapshot!(document.write());
}

#[test]
fn a_number_is_taken_as_people_type_it_and_kept_in_one_form() {
    let ring = json!({ "phones": [{ "number": "(214) 555-0191" }] });

    let document = Document::parse(&json!({ "ring": ring }), &[]).unwrap();

    assert_eq!(document.ring.phones[0].number.as_str(), "+12145550191");
}

#[test]
fn every_mistake_is_told_at_once_with_its_field() {
    let phone = |number: &str| json!({ "name": "A", "number": number, "seconds": 20 });
    let told = [
        ("timezone", json!("Mars/Olympus")),
        ("hours", json!({ "week": { "monday": [{ "from": "08:00", "to": "08:00" }] } })),
        ("hours", json!("always")),
        ("greeting", json!("")),
        ("greeting", json!("a\u{7}")),
        ("after_hours_message", json!("x".repeat(1_001))),
        ("recording", json!({ "enabled": "yes", "notice": 1 })),
        (
            "ring",
            json!({ "phones": [phone("+1214555"), phone("+442071838750"), phone("+4930123456"), phone(DIALLED), {}] }),
        ),
        (
            "ring",
            json!({ "phones": [{ "number": "+12145550191", "seconds": 61, "person": "Ann" }], "manner": "loud", "acceptance": 1 }),
        ),
        ("ring", json!({ "manner": "together", "phones": vec![phone("+12145550191"); 11] })),
        ("ring", json!({ "phones": vec![phone("+12145550191"); 21] })),
        ("menu", json!({ "prompt": "Choose.", "choices": [] })),
        ("menu", json!({ "choices": [{ "key": "1", "to": "people" }, { "key": "1", "to": "message" }] })),
        (
            "menu",
            json!({ "prompt": "Choose.", "choices": [
            { "to": "people" }, { "key": "#", "to": "message" }, { "key": "2", "to": "information" },
            { "key": "3", "to": "people", "text": "Hello." }, { "key": "4", "to": "away" }, { "key": "9", "to": "people", "words": ["!"] },
        ] }),
        ),
        ("menu", json!({ "prompt": "Choose.", "choices": [{ "key": "9", "to": "people" }] })),
        ("voicemail", json!({ "longest_seconds": 601, "promt": "" })),
        ("emergency", json!({})),
        ("emergency", json!({ "key": "99", "words": "gas", "ladder": [] })),
        ("blocked", json!(["nobody"])),
        ("countries", json!(["1", "USA"])),
        ("longest_talk_seconds", json!(59)),
        ("longest_talk_seconds", json!(60.5)),
        ("abandoned_before_seconds", json!(121)),
        ("colour", json!("red")),
    ];

    let lines = told.iter().flat_map(|(part, value)| mistakes(part, value));
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"));
}

#[test]
fn a_document_that_is_none_is_refused() {
    for document in [json!(null), json!([]), json!("hours")] {
        assert_eq!(Document::parse(&document, &[]).unwrap_err().len(), 1, "{document}");
    }
}

#[test]
fn while_a_tenant_has_no_number_nobody_knows_its_country() {
    let ring = json!({ "phones": [{ "number": "+442071838750" }] });

    assert!(Document::parse(&json!({ "ring": ring }), &[]).is_ok());
    assert!(Document::parse(&json!({ "ring": ring }), &[number(DIALLED)]).is_err());
    assert!(Document::parse(&json!({ "ring": ring, "countries": ["44"] }), &[number(DIALLED)]).is_ok());
}

#[test]
fn a_mistake_knows_its_part_of_the_document() {
    let document = json!({ "countries": ["1", "x"], "ring": { "phones": [{}] }, "greeting": "" });

    let mistakes = Document::parse(&document, &[]).unwrap_err();

    assert_eq!(
        mistakes.iter().map(super::super::Mistake::part).collect::<Vec<_>>(),
        ["countries", "greeting", "ring"]
    );
}

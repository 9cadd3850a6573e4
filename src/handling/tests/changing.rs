//! What a change makes of a row, and what people see of it then.

use serde_json::{Value, json};

use super::{DIALLED, full_document, number, older_row};
use crate::handling::{Document, Handling, Trade, changed, shown, template};

fn after(row: &Value, patch: &Value) -> Value {
    changed(row, patch.as_object().unwrap(), &[number(DIALLED)]).unwrap()
}

fn refused(row: &Value, patch: &Value) -> Vec<String> {
    let mistakes = changed(row, patch.as_object().unwrap(), &[number(DIALLED)]).unwrap_err();
    mistakes.iter().map(ToString::to_string).collect()
}

#[test]
fn a_row_of_an_older_program_is_shown_in_the_shape_of_today() {
    insta::assert_json_snapshot!(shown(&older_row()));
}

#[test]
fn every_part_that_is_changed_is_shown_as_it_was_written() {
    let row = after(&older_row(), &full_document());

    assert_eq!(shown(&row), full_document());
    assert_eq!(after(&row, &shown(&row)), row, "what is shown can be sent back");
}

#[test]
fn a_change_of_one_part_writes_that_part_alone() {
    let row = after(&older_row(), &json!({ "greeting": "Hello." }));

    let mut expected = older_row();
    expected["greeting_message"] = json!("Hello.");
    assert_eq!(row, expected);
}

#[test]
fn the_columns_of_older_programs_follow() {
    let row = after(&older_row(), &full_document());

    assert_eq!(row["forward_number"], "+12145550191");
    assert_eq!(
        (&row["emergency_phone"], &row["emergency_keywords"]),
        (&json!("+12145550181"), &json!(["gas leak"]))
    );
    assert_eq!(
        (&row["enable_recording"], &row["greeting_message"]),
        (&json!(true), &json!("Thank you for calling Acme."))
    );
    let cleared = after(&row, &json!({ "emergency": null, "ring": null }));
    assert_eq!((&cleared["emergency_phone"], &cleared["emergency_keywords"]), (&json!(null), &json!([])));
    assert_eq!(cleared["forward_number"], json!(null));
    assert_eq!(shown(&cleared)["emergency"], json!(null));
}

#[test]
fn the_usual_values_are_not_kept() {
    let row = after(&after(&older_row(), &full_document()), &shown(&older_row()));

    assert_eq!(row["call_handling"], json!({}));
    assert_eq!(Handling::read(&row, None), Handling::read(&older_row(), None));
}

#[test]
fn what_stood_wrong_is_shown_as_it_is_and_not_held_against_another_change() {
    let mut row = older_row();
    row["business_hours"] = json!({ "mon": { "open": "soon", "close": "17:00" } });

    assert_eq!(shown(&row)["hours"], row["business_hours"]);
    let greeted = after(&row, &json!({ "greeting": "Hello.", "hours": row["business_hours"] }));
    assert_eq!(greeted["business_hours"], row["business_hours"]);
    assert!(refused(&row, &json!({ "hours": { "week": 1 } }))[0].starts_with("hours.week: write each day"));
    let mended = after(&row, &json!({ "hours": { "week": {} } }));
    assert_eq!(shown(&mended)["hours"]["week"]["monday"], json!([]));
    assert_eq!(shown(&after(&row, &json!({ "hours": null })))["hours"], json!(null));
}

#[test]
fn what_cant_be_read_can_be_sent_back_as_it_is_shown() {
    let mut row = older_row();
    row["emergency_phone"] = json!("call Luis");
    row["emergency_keywords"] = json!(null);
    row["call_handling"] = json!({ "menu": { "prompt": null, "choices": [{ "key": null }] } });

    assert_eq!(after(&row, &shown(&row)), row);
}

#[test]
fn a_change_that_spoils_another_part_is_refused() {
    let refused = refused(&older_row(), &json!({ "countries": ["44"] }));

    assert_eq!(refused.len(), 2, "{refused:?}");
    assert!(refused[0].starts_with("ring.phones[0].number: calls are not put through to this country"));
}

#[test]
fn a_template_is_right_as_soon_as_there_is_a_telephone() {
    for trade in Trade::ALL {
        let filled = template(trade, "Acme HVAC", &shown(&older_row()));
        assert_eq!(Document::parse(&filled, &[number(DIALLED)]).unwrap().write(), filled, "{trade:?}");
        assert_eq!(shown(&after(&older_row(), &filled)), filled);
        assert_eq!(filled["emergency"]["ladder"][0]["number"], "+12145550181", "what the firm has stays");

        let bare = template(trade, "Acme HVAC", &shown(&json!({ "company_name": "Acme HVAC" })));
        let mistakes = Document::parse(&bare, &[]).unwrap_err();
        assert_eq!(
            mistakes.iter().map(|mistake| mistake.field.as_str()).collect::<Vec<_>>(),
            ["emergency.ladder"]
        );
    }
}

#[test]
fn a_template_reads_like_something_that_a_firm_would_want_its_callers_to_hear() {
    let told = Trade::ALL.map(|trade| {
        let settings = template(trade, "Acme", &shown(&older_row()));
        let line = |pointer: &str| settings.pointer(pointer).unwrap().as_str().unwrap().to_owned();
        let lines = [
            "/greeting",
            "/after_hours_message",
            "/menu/prompt",
            "/emergency/offer",
            "/emergency/safety",
            "/voicemail/prompt",
        ];
        format!("{}\n{}", trade.title(), lines.map(|pointer| format!("    {}", line(pointer))).join("\n"))
    });

    insta::assert_snapshot!(told.join("\n\n"));
}

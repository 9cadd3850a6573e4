//! What is refused, and with which words.

use serde_json::{Value, json};

use super::{daily, shop};
use crate::hours::{Hours, MOST_EXCEPTIONS, MOST_RANGES};

fn refusal(document: &Value) -> String {
    Hours::parse("America/Chicago".parse().unwrap(), document).unwrap_err().to_string()
}

fn monday(ranges: &Value) -> Value {
    json!({ "week": { "monday": ranges } })
}

#[test]
fn each_mistake_names_its_field_and_what_would_be_right() {
    for (ranges, expected) in [
        (
            json!([{ "from": "08:00", "to": "12:00" }, { "from": "11:00", "to": "17:00" }]),
            "week.monday[1].from: it begins within 08:00 to 12:00 of the same day; make one range of both, or part them",
        ),
        (
            json!([{ "from": "13:00", "to": "17:00" }, { "from": "08:00", "to": "13:00" }]),
            "week.monday[0].from: it begins when 08:00 to 13:00 ends; make one range of both",
        ),
        (
            json!([{ "from": "08:00", "to": "08:00" }]),
            "week.monday[0].to: it ends when it begins; a whole day is 00:00 to 24:00, and a closed one has no range",
        ),
        (
            json!([{ "from": "17:00", "to": "12:30" }]),
            "week.monday[0].to: it ends before it begins; a range may end on the next day, there by 12:00",
        ),
        (
            json!([{ "from": "24:00", "to": "06:00" }]),
            "week.monday[0].from: 24:00 is the end of a day; what begins there begins at 00:00 of the next one",
        ),
        (
            json!([{ "from": "8:00", "to": "17:00" }]),
            "week.monday[0].from: `8:00` is no time of day; write one from 00:00 to 24:00, such as 08:30",
        ),
        (
            json!([{ "from": "08:00", "to": 17 }]),
            "week.monday[0].to: write a time of day in quotation marks, such as \"08:30\"",
        ),
        (
            json!([{ "from": "08:00" }]),
            "week.monday[0].to: write a time of day in quotation marks, such as \"08:30\"",
        ),
        (
            json!([{ "from": "08:00", "to": "17:00", "too": "18:00" }]),
            "week.monday[0].too: there is no such field here; there are `from` and `to`",
        ),
        (
            json!(["08:00-17:00"]),
            "week.monday[0]: write a range such as {\"from\": \"08:00\", \"to\": \"17:00\"}",
        ),
        (
            json!("closed"),
            "week.monday: write a list of ranges such as [{\"from\": \"08:00\", \"to\": \"17:00\"}]",
        ),
    ] {
        assert_eq!(refusal(&monday(&ranges)), expected);
    }
}

#[test]
fn a_night_may_not_run_into_the_next_days_first_range() {
    let document = json!({ "week": {
        "sunday": [{ "from": "22:00", "to": "06:30" }],
        "monday": [{ "from": "13:00", "to": "17:00" }, { "from": "06:00", "to": "12:00" }],
    }});

    assert_eq!(
        refusal(&document),
        "week.monday[1].from: it begins within Sunday's range 22:00 to 06:30 on the next day; part them"
    );
}

#[test]
fn a_night_may_end_when_the_next_day_begins() {
    let document = json!({ "week": {
        "sunday": [{ "from": "22:00", "to": "06:00" }],
        "monday": [{ "from": "06:00", "to": "12:00" }],
    }});

    assert!(Hours::parse("America/Chicago".parse().unwrap(), &document).is_ok());
}

#[test]
fn a_day_has_a_bounded_number_of_ranges() {
    let range = |number: usize| json!({ "from": format!("{number:02}:00"), "to": format!("{number:02}:30") });
    let ranges = |many: usize| monday(&(0..many).map(range).collect());

    assert!(Hours::parse("America/Chicago".parse().unwrap(), &ranges(MOST_RANGES)).is_ok());
    assert_eq!(refusal(&ranges(MOST_RANGES + 1)), "week.monday: a day has at most 8 ranges");
}

#[test]
fn each_mistake_in_an_exception_names_its_field() {
    for (exception, expected) in [
        (
            json!({ "date": "2026-02-30", "name": "?", "closed": true }),
            "exceptions[0].date: `2026-02-30` is no date from 2000 to 2099; write one such as 2026-12-25",
        ),
        (
            json!({ "date": "12026-02-03", "name": "?", "closed": true }),
            "exceptions[0].date: `12026-02-03` is no date from 2000 to 2099; write one such as 2026-12-25",
        ),
        (
            json!({ "date": "2026-2-3", "name": "?", "closed": true }),
            "exceptions[0].date: `2026-2-3` is no date from 2000 to 2099; write one such as 2026-12-25",
        ),
        (
            json!({ "date": "2100-01-01", "name": "?", "closed": true }),
            "exceptions[0].date: `2100-01-01` is no date from 2000 to 2099; write one such as 2026-12-25",
        ),
        (
            json!({ "date": "2026-12-25", "closed": true }),
            "exceptions[0].name: write a name of 1 to 60 characters in one line, such as Christmas",
        ),
        (
            json!({ "date": "2026-12-25", "name": "two\nlines", "closed": true }),
            "exceptions[0].name: write a name of 1 to 60 characters in one line, such as Christmas",
        ),
        (
            json!({ "date": "2026-12-25", "name": "Christmas", "open": [{ "from": "08:00", "to": "07:99" }] }),
            "exceptions[0].open[0].to: `07:99` is no time of day; write one from 00:00 to 24:00, such as 08:30",
        ),
        (
            json!("2026-12-25"),
            "exceptions[0]: write a date such as {\"date\": \"2026-12-25\", \"name\": \"Christmas\", \"closed\": true}",
        ),
    ] {
        assert_eq!(refusal(&json!({ "week": {}, "exceptions": [exception] })), expected);
    }
}

#[test]
fn an_exception_is_either_closed_or_open() {
    let open = json!([{ "from": "08:00", "to": "12:00" }]);

    for (closed, open) in [
        (Value::Null, Value::Null),
        (json!(true), open.clone()),
        (json!(false), open),
        (Value::Null, json!([])),
    ] {
        let mut exception =
            json!({ "date": "2026-12-25", "name": "Christmas", "closed": closed, "open": open });
        exception.as_object_mut().unwrap().retain(|_, value| !value.is_null());

        assert_eq!(
            refusal(&json!({ "week": {}, "exceptions": [exception] })),
            "exceptions[0]: write either `closed`: true, or `open` with a list of ranges"
        );
    }
}

#[test]
fn a_date_has_one_exception() {
    let mut document = shop();
    document["exceptions"][0]["date"] = json!("2026-12-25");

    assert_eq!(
        refusal(&document),
        "exceptions[1].date: Christmas Eve has this date already; put both together"
    );
}

#[test]
fn there_is_a_bounded_number_of_exceptions() {
    let exceptions: Vec<Value> = (0..=MOST_EXCEPTIONS).map(|_| json!({})).collect();

    let refusal = refusal(&json!({ "week": {}, "exceptions": exceptions }));

    assert_eq!(refusal, "exceptions: there are at most 366 exceptions; remove those of the past");
}

#[test]
fn all_mistakes_are_told_at_once() {
    let document = json!({ "weak": {}, "week": { "mondey": [], "monday": [{ "from": "9", "to": "5" }] }, "exceptions": {} });

    let refusal = Hours::parse("America/Chicago".parse().unwrap(), &document).unwrap_err();

    let fields: Vec<&str> = refusal.mistakes().iter().map(|mistake| mistake.field.as_str()).collect();
    assert_eq!(fields, ["weak", "week.mondey", "week.monday[0].from", "week.monday[0].to", "exceptions"]);
}

#[test]
fn a_document_is_an_object_with_a_week() {
    assert_eq!(
        refusal(&json!([])),
        "write an object with `week` and, for dates that differ from it, `exceptions`"
    );
    assert!(
        refusal(&json!({ "exceptions": [] })).starts_with("week: write each day with its ranges, such as {")
    );
}

#[test]
fn an_unknown_zone_is_a_mistake_of_its_own_field() {
    let refusal = Hours::read("Mars/Olympus", Some(&daily("08:00", "17:00"))).unwrap_err();

    assert_eq!(
        refusal.to_string(),
        "timezone: `Mars/Olympus` is no IANA time zone; write one such as America/Chicago or Europe/London"
    );
}

#[test]
fn what_is_written_names_every_day_and_sorts_the_dates() {
    let document = json!({
        "week": { "friday": [{ "from": "13:00", "to": "00:00" }, { "from": "08:00", "to": "12:00" }] },
        "exceptions": [{ "date": "2027-01-01", "name": " New Year ", "closed": true }],
    });

    let written = Hours::read("America/Chicago", Some(&document)).unwrap().document().unwrap();

    assert_eq!(
        written,
        json!({
            "week": {
                "monday": [], "tuesday": [], "wednesday": [], "thursday": [],
                "friday": [{ "from": "08:00", "to": "12:00" }, { "from": "13:00", "to": "24:00" }],
                "saturday": [], "sunday": [],
            },
            "exceptions": [{ "date": "2027-01-01", "name": "New Year", "closed": true }],
        })
    );
}

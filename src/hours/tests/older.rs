//! Hours that older programs left behind.

use serde_json::{Value, json};

use crate::hours::Hours;

/// What is open on Monday after the older hours were read.
fn monday(day: &Value) -> Result<Value, String> {
    let hours =
        Hours::read("America/Chicago", Some(&json!({ "mon": day }))).map_err(|error| error.to_string())?;
    Ok(hours.document().unwrap()["week"]["monday"].clone())
}

#[test]
fn one_range_a_day_is_read_and_a_day_that_is_missing_is_closed() {
    let stored = json!({
        "monday": { "open": "08:00", "close": "17:00" },
        "Tuesday": { "open": "08:00", "close": "17:00" },
        "wed": { "open": "22:00", "close": "06:00" },
        "thurs": { "open": "closed", "close": "closed" },
        "FRI": null,
        "timezone": "America/Denver",
    });

    let read = Hours::read("America/Chicago", Some(&stored)).unwrap();

    let day = json!([{ "from": "08:00", "to": "17:00" }]);
    assert_eq!(
        read.document().unwrap(),
        json!({
            "week": {
                "monday": day, "tuesday": day, "wednesday": [{ "from": "22:00", "to": "06:00" }],
                "thursday": [], "friday": [], "saturday": [], "sunday": [],
            },
            "exceptions": [],
        })
    );
    assert_eq!(read.zone().name(), "America/Chicago");
}

#[test]
fn a_closed_day_has_many_spellings() {
    for day in [
        json!(null),
        json!(false),
        json!("closed"),
        json!(" Closed "),
        json!(""),
        json!([]),
        json!({}),
        json!({ "open": "closed", "close": "17:00" }),
        json!({ "open": "08:00", "close": "CLOSED" }),
        json!({ "open": null, "close": null }),
        json!({ "open": "", "close": "" }),
        json!({ "open": false }),
        json!({ "closed": true, "open": "08:00", "close": "17:00" }),
        json!({ "is_open": false, "open": "08:00", "close": "17:00" }),
        json!({ "enabled": false, "open": "08:00", "close": "17:00" }),
    ] {
        assert_eq!(monday(&day), Ok(json!([])), "{day}");
    }
}

#[test]
fn times_have_many_spellings() {
    for (open, close) in [
        (json!("08:00"), json!("17:00")),
        (json!("8:00"), json!("17")),
        (json!("8:00 AM"), json!("5:00 PM")),
        (json!("8am"), json!("5pm")),
        (json!("8 a.m."), json!("5 P.M.")),
        (json!("0800"), json!("1700")),
        (json!("08:00:00"), json!("17:00:00")),
        (json!(8), json!(17)),
    ] {
        for names in [["open", "close"], ["start", "end"], ["from", "to"]] {
            let day = json!({ names[0]: open, names[1]: close });

            assert_eq!(monday(&day), Ok(json!([{ "from": "08:00", "to": "17:00" }])), "{day}");
        }
    }
}

#[test]
fn noon_and_midnight_are_what_they_are_on_a_twelve_hour_clock() {
    assert_eq!(
        monday(&json!({ "open": "12:00 PM", "close": "12:00 AM" })),
        Ok(json!([{ "from": "12:00", "to": "24:00" }]))
    );
    assert_eq!(
        monday(&json!({ "open": "0:30 AM", "close": "12:45 AM" })),
        Ok(json!([{ "from": "00:30", "to": "00:45" }]))
    );
    assert_eq!(
        monday(&json!({ "open": "noon", "close": "midnight" })),
        Ok(json!([{ "from": "12:00", "to": "24:00" }]))
    );
}

#[test]
fn a_day_can_be_one_text_or_several_ranges() {
    let whole = json!([{ "from": "08:00", "to": "17:00" }]);
    for text in ["08:00-17:00", "8:00 AM - 5:00 PM", "8am to 5pm", "8 – 17"] {
        assert_eq!(monday(&json!(text)), Ok(whole.clone()), "{text}");
    }
    assert_eq!(
        monday(&json!([{ "open": "13:00", "close": "17:00" }, "8-12"])),
        Ok(json!([{ "from": "08:00", "to": "12:00" }, { "from": "13:00", "to": "17:00" }]))
    );
}

#[test]
fn what_can_mean_closed_or_a_whole_day_is_a_whole_day() {
    for day in [
        json!({ "open": "00:00", "close": "00:00" }),
        json!({ "open": "09:00", "close": "09:00" }),
        json!({ "open": "00:00", "close": "24:00" }),
        json!({ "open": "00:00", "close": "23:59" }),
        json!({ "open": 0, "close": 24 }),
        json!("24 hours"),
        json!("24/7"),
    ] {
        assert_eq!(monday(&day), Ok(json!([{ "from": "00:00", "to": "24:00" }])), "{day}");
    }
}

#[test]
fn what_cannot_be_read_is_refused_with_its_field() {
    for (day, expected) in [
        (json!({ "open": "25:00", "close": "17:00" }), "mon.open: `25:00` is no time of day"),
        (json!({ "open": "08:00", "close": "13 PM" }), "mon.close: `13 PM` is no time of day"),
        (json!({ "open": 8.5, "close": 17 }), "mon.open: `8.5` is no time of day"),
        (json!({ "open": 1.5, "close": 17 }), "mon.open: `1.5` is no time of day"),
        (json!({ "open": "08:00" }), "mon.close: write {\"open\""),
        (json!({ "open": "", "close": "17:00" }), "mon.open: `` is no time of day"),
        (json!({ "open": -8, "close": 17 }), "mon.open: `-8` is no time of day"),
        (json!({ "open": "17:00", "close": "13:00" }), "mon.close: it ends before it begins"),
        (json!("by appointment"), "mon: write {\"open\": \"08:00\", \"close\": \"17:00\"}, or \"closed\""),
        (json!("by-appointment"), "mon: `by` is no time of day"),
        (json!(true), "mon: write {\"open\""),
        (
            json!([{ "open": "08:00", "close": "17:00" }, { "open": "16:00", "close": "18:00" }]),
            "mon[1].open: it begins within",
        ),
    ] {
        let refusal = monday(&day).unwrap_err();

        assert!(refusal.starts_with(expected), "{refusal}");
    }
}

#[test]
fn a_name_that_is_no_day_is_refused() {
    let refusal =
        Hours::read("America/Chicago", Some(&json!({ "m": "8-17", "lunch": "12-13" }))).unwrap_err();

    assert_eq!(
        refusal.to_string(),
        "m: there is no such field here; there are the days of the week; \
         lunch: there is no such field here; there are the days of the week"
    );
}

#[test]
fn a_day_that_is_named_twice_has_both_ranges() {
    let stored = json!({ "mon": "8-12", "monday": "11-17" });

    let refusal = Hours::read("America/Chicago", Some(&stored)).unwrap_err();

    assert!(refusal.to_string().starts_with("monday: it begins within 08:00 to 12:00"), "{refusal}");
}

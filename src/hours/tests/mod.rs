//! Opening hours in sentences, and against a slow reading of the same hours.

mod documents;
mod nights;
mod older;
mod properties;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{Hours, State};

/// Nine to five with a break, a long Friday night, and Christmas.
fn shop() -> Value {
    let day = json!([{ "from": "08:00", "to": "12:00" }, { "from": "13:00", "to": "17:00" }]);
    json!({
        "week": {
            "monday": day, "tuesday": day, "wednesday": day, "thursday": day,
            "friday": [{ "from": "08:00", "to": "12:00" }, { "from": "22:00", "to": "06:00" }],
        },
        "exceptions": [
            { "date": "2026-12-24", "name": "Christmas Eve", "open": [{ "from": "08:00", "to": "10:00" }] },
            { "date": "2026-12-25", "name": "Christmas", "closed": true },
        ],
    })
}

fn hours(zone: &str, document: &Value) -> Hours {
    Hours::read(zone, Some(document)).unwrap()
}

/// The same hours every day.
fn daily(from: &str, to: &str) -> Value {
    let day = json!([{ "from": from, "to": to }]);
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    json!({ "week": days.iter().map(|name| ((*name).to_owned(), day.clone())).collect::<serde_json::Map<_, _>>() })
}

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// How it stands, in one line.
fn told(hours: &Hours, at: &str) -> String {
    let standing = hours.at(moment(at));
    let until = standing
        .until
        .map_or_else(|| "for ever".to_owned(), |until| format!("until {}", hours.zone().words(until)));
    match standing.state {
        State::Open(because) => format!("open {until}: {because}"),
        State::Closed(because) => format!("closed {until}: {because}"),
    }
}

#[test]
fn within_a_range_it_is_open_until_the_range_ends() {
    let shop = hours("America/Chicago", &shop());

    assert_eq!(
        told(&shop, "2026-11-23T15:00:00Z"),
        "open until Mon 23 Nov 2026 12:00 CST: Monday's hours, 08:00 to 12:00"
    );
}

#[test]
fn a_range_begins_with_its_first_minute_and_ends_before_its_last() {
    let shop = hours("America/Chicago", &shop());

    for (at, is_open) in [
        ("2026-11-23T13:59:59.999Z", false),
        ("2026-11-23T14:00:00Z", true),
        ("2026-11-23T17:59:59.999Z", true),
        ("2026-11-23T18:00:00Z", false),
    ] {
        assert_eq!(shop.at(moment(at)).is_open(), is_open, "{at}");
    }
}

#[test]
fn between_two_ranges_it_is_closed_until_the_next_one() {
    let shop = hours("America/Chicago", &shop());

    assert_eq!(
        told(&shop, "2026-11-23T18:30:00Z"),
        "closed until Mon 23 Nov 2026 13:00 CST: outside of Monday's hours, 08:00 to 12:00, 13:00 to 17:00"
    );
}

#[test]
fn a_day_without_hours_lasts_until_the_next_day_that_has_some() {
    let shop = hours("America/Chicago", &shop());

    assert_eq!(
        told(&shop, "2026-11-29T18:00:00Z"),
        "closed until Mon 30 Nov 2026 08:00 CST: Sunday has no hours"
    );
}

#[test]
fn a_night_belongs_to_the_day_on_which_it_begins() {
    let shop = hours("America/Chicago", &shop());

    assert_eq!(
        told(&shop, "2026-11-28T08:00:00Z"),
        "open until Sat 28 Nov 2026 06:00 CST: Friday's hours, 22:00 to 06:00 on the next day"
    );
}

#[test]
fn a_holiday_is_closed_with_the_night_that_would_begin_on_it() {
    let shop = hours("America/Chicago", &shop());

    // Christmas 2026 is a Friday; the night of Friday would have lasted into Saturday.
    assert_eq!(
        told(&shop, "2026-12-25T16:00:00Z"),
        "closed until Mon 28 Dec 2026 08:00 CST: Christmas, 2026-12-25: closed all day"
    );
    assert_eq!(
        told(&shop, "2026-12-26T08:00:00Z"),
        "closed until Mon 28 Dec 2026 08:00 CST: Saturday has no hours"
    );
}

#[test]
fn the_night_before_a_holiday_lasts_into_it() {
    let mut document = daily("22:00", "06:00");
    document["exceptions"] = json!([{ "date": "2026-12-25", "name": "Christmas", "closed": true }]);
    let bar = hours("America/Chicago", &document);

    assert_eq!(
        told(&bar, "2026-12-25T08:00:00Z"),
        "open until Fri 25 Dec 2026 06:00 CST: Thursday's hours, 22:00 to 06:00 on the next day"
    );
    assert_eq!(
        told(&bar, "2026-12-25T13:00:00Z"),
        "closed until Sat 26 Dec 2026 22:00 CST: Christmas, 2026-12-25: closed all day"
    );
}

#[test]
fn special_hours_stand_in_the_place_of_the_weekdays() {
    let shop = hours("America/Chicago", &shop());

    assert_eq!(
        told(&shop, "2026-12-24T15:00:00Z"),
        "open until Thu 24 Dec 2026 10:00 CST: Christmas Eve, 2026-12-24: open 08:00 to 10:00"
    );
    assert_eq!(
        told(&shop, "2026-12-24T20:00:00Z"),
        "closed until Mon 28 Dec 2026 08:00 CST: Christmas Eve, 2026-12-24: open 08:00 to 10:00 only"
    );
}

#[test]
fn round_the_clock_has_no_end() {
    let always = hours("America/Chicago", &daily("00:00", "24:00"));

    assert_eq!(told(&always, "2026-11-01T06:30:00Z"), "open for ever: Sunday's hours, 00:00 to 24:00");
}

#[test]
fn days_that_follow_without_a_gap_are_one_opening() {
    let document = json!({ "week": {
        "monday": [{ "from": "08:00", "to": "24:00" }],
        "tuesday": [{ "from": "00:00", "to": "24:00" }],
        "wednesday": [{ "from": "00:00", "to": "03:00" }],
    }});

    let told = told(&hours("Europe/London", &document), "2026-11-23T09:00:00Z");

    assert_eq!(told, "open until Wed 25 Nov 2026 03:00 GMT: Monday's hours, 08:00 to 24:00");
}

#[test]
fn round_the_clock_ends_at_the_only_holiday_however_far_away() {
    let mut document = daily("00:00", "24:00");
    document["exceptions"] = json!([{ "date": "2099-12-25", "name": "Christmas", "closed": true }]);
    let always = hours("America/Chicago", &document);

    assert_eq!(
        told(&always, "2026-11-23T12:00:00Z"),
        "open until Fri 25 Dec 2099 00:00 CST: Monday's hours, 00:00 to 24:00"
    );
    assert_eq!(
        told(&always, "2099-12-25T12:00:00Z"),
        "closed until Sat 26 Dec 2099 00:00 CST: Christmas, 2099-12-25: closed all day"
    );
    assert_eq!(told(&always, "2099-12-26T12:00:00Z"), "open for ever: Saturday's hours, 00:00 to 24:00");
}

#[test]
fn a_week_without_hours_is_closed_for_ever() {
    let never = hours("America/Chicago", &json!({ "week": {} }));

    assert_eq!(told(&never, "2026-11-23T12:00:00Z"), "closed for ever: Monday has no hours");
}

#[test]
fn where_nobody_set_hours_it_is_always_open() {
    for stored in [None, Some(Value::Null), Some(json!({}))] {
        let hours = Hours::read("America/Chicago", stored.as_ref()).unwrap();

        assert_eq!(
            told(&hours, "2026-11-23T12:00:00Z"),
            "open for ever: no hours are set, so it is always open"
        );
        assert_eq!(hours.document(), None);
    }
}

//! Hours at random, on and around the nights when the clocks jump, against a slow reading of the same document.
//!
//! The slow reading looks at the clock on the wall, minute by minute, and compares times as texts. It shares nothing with
//! the code under test but the library of zones.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{hours, moment, shop};
use crate::hours::Hours;

/// Whole hours, half hours and quarters; jumps at midnight and in the morning; no jumps; one of a day.
const ZONES: [&str; 11] = [
    "America/Chicago",
    "America/St_Johns",
    "America/Santiago",
    "America/Havana",
    "Europe/London",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Asia/Kathmandu",
    "Australia/Adelaide",
    "Australia/Lord_Howe",
    "Pacific/Apia",
];
const NAMES: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

fn library_zone(name: &str) -> TimeZone {
    TimeZoneDatabase::bundled().get(name).unwrap()
}

fn is_open_slowly(document: &Value, zone: &TimeZone, moment: DateTime<Utc>) -> bool {
    let wall = zone.to_datetime(Timestamp::from_second(moment.timestamp()).unwrap());
    let shown = format!("{:02}:{:02}", wall.hour(), wall.minute());
    let text = |range: &Value, name: &str| range[name].as_str().unwrap().to_owned();
    let is_night = |range: &Value| text(range, "to") < text(range, "from");
    let today = ranges_of(document, wall.date())
        .iter()
        .any(|range| text(range, "from") <= shown && (is_night(range) || shown < text(range, "to")));
    let yesterday = wall.date().yesterday().unwrap();
    today || ranges_of(document, yesterday).iter().any(|range| is_night(range) && shown < text(range, "to"))
}

fn ranges_of(document: &Value, date: jiff::civil::Date) -> &[Value] {
    let exceptions = document["exceptions"].as_array().unwrap();
    let day = match exceptions.iter().find(|exception| exception["date"] == date.to_string().as_str()) {
        Some(exception) => &exception["open"],
        None => &document["week"][NAMES[usize::try_from(date.weekday().to_monday_zero_offset()).unwrap()]],
    };
    day.as_array().map_or(&[], Vec::as_slice)
}

/// The jumps of five years, and for a zone without any the middle of them.
fn jumps(zone: &str) -> Vec<DateTime<Utc>> {
    let (from, to) = match zone {
        // The day that it left out, and its last summer times.
        "Pacific/Apia" => (moment("2011-06-01T00:00:00Z"), moment("2016-06-01T00:00:00Z")),
        _ => (moment("2024-01-01T00:00:00Z"), moment("2029-01-01T00:00:00Z")),
    };
    let first = Timestamp::from_second(from.timestamp()).unwrap();
    let all = library_zone(zone)
        .following(first)
        .map(|jump| DateTime::from_timestamp(jump.timestamp().as_second(), 0).unwrap())
        .take_while(|jump| *jump < to)
        .collect::<Vec<_>>();
    if all.is_empty() { vec![from + (to - from) / 2] } else { all }
}

fn zone_and_jump() -> impl Strategy<Value = (&'static str, DateTime<Utc>)> {
    proptest::sample::select(&ZONES[..])
        .prop_flat_map(|zone| (Just(zone), proptest::sample::select(jumps(zone))))
}

/// Often in the hours in which clocks jump.
fn minute() -> impl Strategy<Value = u16> {
    prop_oneof![0_u16..240, 0_u16..1440]
}

/// Times of one day in order, no two the same; a last one without a partner begins a night that lasts until the second value.
fn day() -> impl Strategy<Value = (Vec<u16>, u16)> {
    (proptest::collection::btree_set(minute(), 0..=6), prop_oneof![0_u16..240, 0_u16..=720])
        .prop_map(|(times, night)| (times.into_iter().collect(), night))
}

/// The ranges of a day, the night being over when the next day's first range begins.
fn ranges((times, night): &(Vec<u16>, u16), next: &[u16]) -> Value {
    let shown = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    let range = |pair: &[u16]| match *pair {
        [from, to] => Some(json!({ "from": shown(from), "to": shown(to) })),
        [from] => {
            let to = (*night).min(next.first().copied().unwrap_or(720));
            (to < from).then(|| json!({ "from": shown(from), "to": shown(if to == 0 { 1440 } else { to }) }))
        }
        _ => None,
    };
    times.chunks(2).filter_map(range).collect()
}

/// Hours for every day of a week, and for some dates within twelve days of this one.
fn document(around: NaiveDate) -> impl Strategy<Value = Value> {
    // At random, never open, always open.
    let week = prop_oneof![
        4 => proptest::collection::vec(day(), 7),
        1 => Just(vec![(Vec::new(), 0); 7]),
        1 => Just(vec![(vec![0, 1440], 0); 7]),
    ];
    let exceptions = proptest::collection::btree_map(0_u64..24, day(), 0..=3);
    (week, exceptions).prop_map(move |(week, exceptions)| {
        let following = |number: usize| &week[(number + 1) % 7].0[..];
        let days: Map<String, Value> = (0..7)
            .map(|number| (NAMES[number].to_owned(), ranges(&week[number], following(number))))
            .collect();
        let first = around - Days::new(12);
        let exception = |(after, day): (&u64, &(Vec<u16>, u16))| {
            let open = ranges(day, &[]);
            let mut exception =
                json!({ "date": (first + Days::new(*after)).to_string(), "name": "Different" });
            if open == json!([]) {
                exception["closed"] = json!(true);
            } else {
                exception["open"] = open;
            }
            exception
        };
        json!({ "week": days, "exceptions": exceptions.iter().map(exception).collect::<Vec<_>>() })
    })
}

fn scene() -> impl Strategy<Value = (&'static str, DateTime<Utc>, Value)> {
    zone_and_jump().prop_flat_map(|(zone, jump)| (Just(zone), Just(jump), document(jump.date_naive())))
}

/// Anything that JSON can say, with our words among it.
fn anything() -> impl Strategy<Value = Value> {
    let word = proptest::sample::select(
        &["week", "exceptions", "monday", "mon", "from", "to", "open", "close", "closed", "date", "name"][..],
    );
    let text = proptest::sample::select(
        &[
            "08:00",
            "24:00",
            "8 pm",
            "closed",
            "2026-12-25",
            "é-ß",
            "12:٣0",
            "\u{0}",
            "",
            "9-5",
            "-",
            "ſunday",
        ][..],
    );
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text.prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((word.clone(), inner), 0..4).prop_map(|fields| fields
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_minute_around_a_jump_is_as_the_clock_on_the_wall_has_it((zone, jump, document) in scene()) {
        let (hours, library) = (hours(zone, &document), library_zone(zone));

        for minute in -1440..1440 {
            let moment = jump + TimeDelta::minutes(minute);
            prop_assert_eq!(hours.at(moment).is_open(), is_open_slowly(&document, &library, moment), "{}", moment);
        }
    }

    #[test]
    fn it_stays_as_it_is_until_the_moment_that_is_told_and_changes_then(
        (zone, jump, document) in scene(),
        seconds in -300_000_i64..300_000,
    ) {
        let (hours, library) = (hours(zone, &document), library_zone(zone));
        let moment = jump + TimeDelta::seconds(seconds);

        let standing = hours.at(moment);

        let until = standing.until.unwrap_or(moment + TimeDelta::days(40));
        prop_assert!(until > moment);
        let mut between = moment;
        while between < until {
            prop_assert_eq!(is_open_slowly(&document, &library, between), standing.is_open(), "{}", between);
            between += TimeDelta::minutes(1);
        }
        let last = until - TimeDelta::nanoseconds(1);
        prop_assert_eq!(hours.at(last).is_open(), standing.is_open());
        if standing.until.is_some() {
            prop_assert_eq!(hours.at(until).is_open(), !standing.is_open());
            prop_assert_eq!(is_open_slowly(&document, &library, until), !standing.is_open());
        }
    }

    #[test]
    fn what_is_written_is_read_as_the_same_hours(document in document(NaiveDate::from_ymd_opt(2026, 11, 1).unwrap())) {
        let read = hours("America/Chicago", &document);

        let written = read.document().unwrap();

        prop_assert_eq!(Hours::parse(read.zone().clone(), &written).unwrap(), read);
    }

    #[test]
    fn anything_is_read_or_refused(anything in anything(), seconds in any::<i64>()) {
        if let Ok(read) = Hours::read("Australia/Lord_Howe", Some(&anything)) {
            let moment = DateTime::from_timestamp(seconds, 0).unwrap_or(DateTime::<Utc>::MAX_UTC);
            let standing = read.at(moment);
            prop_assert!(standing.until.is_none_or(|until| until > moment));
        }
    }
}

#[test]
fn five_years_in_every_zone_are_as_the_clock_on_the_wall_has_them() {
    for zone in ZONES {
        let (document, library) = (shop(), library_zone(zone));
        let hours = hours(zone, &document);
        let first = jumps(zone)[0] - TimeDelta::days(30);
        let mut standing = hours.at(first);
        let mut changes = 0;
        for minutes in (0..5 * 365 * 1440).step_by(127) {
            let moment = first + TimeDelta::minutes(minutes);
            while let Some(until) = standing.until.filter(|until| *until <= moment) {
                assert_eq!(
                    is_open_slowly(&document, &library, until - TimeDelta::minutes(1)),
                    standing.is_open()
                );
                standing = hours.at(until);
                changes += 1;
            }
            assert_eq!(is_open_slowly(&document, &library, moment), standing.is_open(), "{zone}, {moment}");
        }
        assert!(changes > 4_000, "{zone}: {changes}");
    }
}

//! Opening hours: hours that are read have a document that says the same, and a standing at every moment.
//!
//! The first line is a time zone, the rest the hours as JSON, in the shape of today or of an older program.

#![no_main]

use chrono::{DateTime, TimeDelta};
use libfuzzer_sys::{Corpus, fuzz_target};
use serde_json::Value;
use switchboard_fuzz::hours::Hours;

fuzz_target!(|input: &[u8]| -> Corpus {
    let Ok(input) = std::str::from_utf8(input) else { return Corpus::Reject };
    let (zone, stored) = input.split_once('\n').unwrap_or(("", input));
    let Ok(stored) = serde_json::from_str::<Value>(stored) else { return Corpus::Reject };
    match Hours::read(zone, Some(&stored)) {
        Ok(hours) => says_the_same(&hours),
        Err(impossible) => assert!(!impossible.mistakes().is_empty()),
    }
    Corpus::Keep
});

fn says_the_same(hours: &Hours) {
    if let Some(document) = hours.document() {
        assert_eq!(Hours::parse(hours.zone().clone(), &document).as_ref(), Ok(hours));
    }
    let start = DateTime::from_timestamp(1_790_000_000, 0).expect("a moment");
    for hour in 0..26 {
        let moment = start + TimeDelta::hours(hour * 7);
        let standing = hours.at(moment);
        if let Some(until) = standing.until {
            assert!(until > moment);
            assert_ne!(hours.at(until).is_open(), standing.is_open());
        }
    }
}

//! The nights on which the clocks are put forward or back, and the day that Samoa left out.

use serde_json::json;

use super::{daily, hours, moment, told};

#[test]
fn on_the_short_night_a_night_shift_is_an_hour_shorter() {
    let bar = hours("America/Chicago", &daily("22:00", "06:00"));

    assert_eq!(
        told(&bar, "2026-03-08T07:59:59Z"),
        "open until Sun 8 Mar 2026 06:00 CDT: Saturday's hours, 22:00 to 06:00 on the next day"
    );
    assert_eq!(bar.at(moment("2026-03-08T07:59:59Z")).until, Some(moment("2026-03-08T11:00:00Z")));
}

#[test]
fn a_range_that_begins_in_the_missing_hour_begins_when_the_clocks_jump() {
    let bakery = hours("America/Chicago", &daily("02:30", "06:00"));

    assert_eq!(
        told(&bakery, "2026-03-08T07:59:00Z"),
        "closed until Sun 8 Mar 2026 03:00 CDT: outside of Sunday's hours, 02:30 to 06:00"
    );
    assert_eq!(
        told(&bakery, "2026-03-08T08:00:00Z"),
        "open until Sun 8 Mar 2026 06:00 CDT: Sunday's hours, 02:30 to 06:00"
    );
}

#[test]
fn a_range_that_ends_in_the_missing_hour_ends_when_the_clocks_jump() {
    let bar = hours("America/Chicago", &daily("20:00", "02:30"));

    assert_eq!(
        told(&bar, "2026-03-08T07:00:00Z"),
        "open until Sun 8 Mar 2026 03:00 CDT: Saturday's hours, 20:00 to 02:30 on the next day"
    );
}

#[test]
fn a_range_within_the_missing_hour_is_left_out() {
    let odd = hours("America/Chicago", &daily("02:15", "02:45"));

    assert_eq!(
        told(&odd, "2026-03-08T07:00:00Z"),
        "closed until Mon 9 Mar 2026 02:15 CDT: outside of Sunday's hours, 02:15 to 02:45"
    );
}

#[test]
fn on_the_long_night_a_night_shift_is_an_hour_longer() {
    let bar = hours("America/Chicago", &daily("22:00", "06:00"));

    for at in ["2026-11-01T06:30:00Z", "2026-11-01T07:30:00Z"] {
        assert_eq!(
            told(&bar, at),
            "open until Sun 1 Nov 2026 06:00 CST: Saturday's hours, 22:00 to 06:00 on the next day"
        );
    }
    assert_eq!(bar.at(moment("2026-11-01T06:30:00Z")).until, Some(moment("2026-11-01T12:00:00Z")));
}

#[test]
fn what_is_open_at_half_past_one_is_open_both_times() {
    let odd = hours("America/Chicago", &daily("01:15", "01:45"));

    for (at, expected) in [
        ("2026-11-01T06:00:00Z", "closed until Sun 1 Nov 2026 01:15 CDT"),
        ("2026-11-01T06:30:00Z", "open until Sun 1 Nov 2026 01:45 CDT"),
        ("2026-11-01T06:45:00Z", "closed until Sun 1 Nov 2026 01:15 CST"),
        ("2026-11-01T07:30:00Z", "open until Sun 1 Nov 2026 01:45 CST"),
        ("2026-11-01T07:45:00Z", "closed until Mon 2 Nov 2026 01:15 CST"),
    ] {
        assert!(told(&odd, at).starts_with(expected), "{at}: {}", told(&odd, at));
    }
}

#[test]
fn what_closes_in_the_doubled_hour_opens_once_more_when_the_clocks_go_back() {
    let bar = hours("America/Chicago", &daily("20:00", "01:30"));

    for (at, expected) in [
        ("2026-11-01T06:29:00Z", "open until Sun 1 Nov 2026 01:30 CDT"),
        ("2026-11-01T06:31:00Z", "closed until Sun 1 Nov 2026 01:00 CST"),
        ("2026-11-01T07:00:00Z", "open until Sun 1 Nov 2026 01:30 CST"),
    ] {
        assert!(told(&bar, at).starts_with(expected), "{at}: {}", told(&bar, at));
    }
}

#[test]
fn a_range_in_an_hour_that_is_missing_at_midnight_is_left_out() {
    // On 7 September 2025 the clocks of Santiago went from 24:00 of the day before to 01:00.
    let midnight = hours("America/Santiago", &daily("00:00", "00:30"));

    assert_eq!(
        told(&midnight, "2025-09-07T03:00:00Z"),
        "closed until Mon 8 Sep 2025 00:00 -03: outside of Saturday's hours, 00:00 to 00:30"
    );
}

#[test]
fn lord_howe_moves_its_clocks_by_half_an_hour() {
    // Back from 02:00 to 01:30 on 5 April 2026.
    let odd = hours("Australia/Lord_Howe", &daily("01:45", "03:00"));

    for (at, expected) in [
        ("2026-04-04T14:40:00Z", "closed until Sun 5 Apr 2026 01:45 +11"),
        ("2026-04-04T14:50:00Z", "open until Sun 5 Apr 2026 01:30 +1030"),
        ("2026-04-04T15:00:00Z", "closed until Sun 5 Apr 2026 01:45 +1030"),
        ("2026-04-04T15:15:00Z", "open until Sun 5 Apr 2026 03:00 +1030"),
    ] {
        assert!(told(&odd, at).starts_with(expected), "{at}: {}", told(&odd, at));
    }
}

#[test]
fn on_the_day_that_samoa_left_out_nothing_opened() {
    let shop = hours("Pacific/Apia", &daily("08:00", "17:00"));

    // Thursday the 29th was followed by Saturday the 31st.
    assert_eq!(
        told(&shop, "2011-12-30T04:00:00Z"),
        "closed until Sat 31 Dec 2011 08:00 +14: outside of Thursday's hours, 08:00 to 17:00"
    );
}

#[test]
fn a_night_across_the_day_that_samoa_left_out_goes_on() {
    let bar = hours("Pacific/Apia", &daily("22:00", "06:00"));

    assert_eq!(
        told(&bar, "2011-12-30T09:00:00Z"),
        "open until Sat 31 Dec 2011 06:00 +14: Thursday's hours, 22:00 to 06:00 on the next day"
    );
    assert_eq!(
        told(&bar, "2011-12-30T10:00:00Z"),
        "open until Sat 31 Dec 2011 06:00 +14: Friday's hours, 22:00 to 06:00 on the next day"
    );
}

#[test]
fn a_closing_for_ever_in_the_doubled_hour_is_not_the_end() {
    let document = json!({
        "week": {},
        "exceptions": [{ "date": "2026-11-01", "name": "Last day", "open": [{ "from": "01:00", "to": "01:30" }] }],
    });
    let last = hours("America/Chicago", &document);

    assert!(told(&last, "2026-11-01T06:45:00Z").starts_with("closed until Sun 1 Nov 2026 01:00 CST"));
    assert!(told(&last, "2026-11-01T07:45:00Z").starts_with("closed for ever"));
}

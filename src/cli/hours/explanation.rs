//! What is told about a time: how a firm stands then, and what is odd about it.
//!
//! Promises: pure; lines of 80 columns, or the same in JSON. Doesn't: read what somebody typed.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use serde::Serialize;

use super::asked::Asked;
use crate::cli::layout::beside;
use crate::hours::{ClockReading, Hours, State, Zone};

const INDENT: &str = "  ";

/// What there is to tell about the time that somebody asked about.
pub(super) struct Explanation {
    /// What is odd about it.
    note: Option<String>,
    /// How often the clock on the wall shows it.
    clock: &'static str,
    moments: Vec<DateTime<Utc>>,
}

/// A moment in JSON.
#[derive(Debug, Serialize)]
pub(super) struct Row<'a> {
    tenant: &'a str,
    timezone: &'a str,
    clock: &'static str,
    at: DateTime<Utc>,
    local: String,
    open: bool,
    because: String,
    until: Option<DateTime<Utc>>,
    until_local: Option<String>,
}

pub(super) fn explain(hours: &Hours, asked: Asked) -> Explanation {
    let once = |moment| Explanation { note: None, clock: "once", moments: vec![moment] };
    match asked {
        Asked::Moment(moment) => once(moment),
        Asked::OnTheWall(reading) => match hours.zone().moments_of(reading) {
            ClockReading::Once(moment) => once(moment),
            ClockReading::Twice(first, second) => Explanation {
                note: Some(format!("{} comes twice: the clocks are put back.", plain(reading))),
                clock: "twice",
                moments: vec![first, second],
            },
            ClockReading::Skipped(jump) => Explanation {
                note: Some(format!("{} is left out: {}.", plain(reading), jump_in_words(hours.zone(), jump))),
                clock: "skipped",
                moments: vec![jump],
            },
        },
    }
}

impl Explanation {
    pub(super) fn text(&self, tenant: &str, hours: &Hours) -> String {
        let note = self.note.iter().map(|note| beside("", note));
        let moments = self.moments.iter().map(|moment| told(tenant, hours, *moment));
        note.chain(moments).collect::<Vec<_>>().join("\n\n")
    }

    pub(super) fn rows<'a>(&self, tenant: &'a str, hours: &'a Hours) -> Vec<Row<'a>> {
        let zone = hours.zone();
        let local = |moment: DateTime<Utc>| moment.with_timezone(&zone.offset(moment)).to_rfc3339();
        let row = |moment: &DateTime<Utc>| {
            let standing = hours.at(*moment);
            Row {
                tenant,
                timezone: zone.name(),
                clock: self.clock,
                at: *moment,
                local: local(*moment),
                open: standing.is_open(),
                because: because(&standing.state),
                until: standing.until,
                until_local: standing.until.map(local),
            }
        };
        self.moments.iter().map(row).collect()
    }
}

/// How it stands at a moment: when it is, whether it is open and until when, and why.
fn told(tenant: &str, hours: &Hours, moment: DateTime<Utc>) -> String {
    let (zone, standing) = (hours.zone(), hours.at(moment));
    let (word, other) = if standing.is_open() { ("open", "closed") } else { ("closed", "open") };
    let until = match standing.until {
        Some(until) => format!("{word} until {}", zone.words(until)),
        None => format!("{word}, and never {other}"),
    };
    let lines = [
        beside("", &format!("{tenant}, {} ({})", zone.words(moment), zone.name())),
        beside(INDENT, &until),
        beside(INDENT, &because(&standing.state)),
    ];
    lines.join("\n")
}

fn because(state: &State) -> String {
    match state {
        State::Open(because) => because.to_string(),
        State::Closed(because) => because.to_string(),
    }
}

fn plain(reading: NaiveDateTime) -> String {
    reading.format("%a %-d %b %Y %H:%M").to_string()
}

/// The last second before the jump, and one more on the same clock, is what it jumps from.
fn jump_in_words(zone: &Zone, jump: DateTime<Utc>) -> String {
    let last = jump - TimeDelta::seconds(1);
    let from = plain(zone.local(last) + TimeDelta::seconds(1));
    format!("the clocks jump from {from} {} to {}", zone.abbreviation(last), zone.words(jump))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn shop() -> Hours {
        let stored = json!({
            "week": {
                "monday": [{ "from": "08:00", "to": "12:00" }, { "from": "13:00", "to": "17:00" }],
                "saturday": [{ "from": "22:00", "to": "06:00" }],
            },
            "exceptions": [{ "date": "2026-12-25", "name": "Christmas", "closed": true }],
        });
        Hours::read("America/Chicago", Some(&stored)).unwrap()
    }

    #[track_caller]
    fn text(hours: &Hours, at: &str) -> String {
        let text = explain(hours, at.parse().unwrap()).text("acme", hours);
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        text
    }

    #[test]
    fn a_local_time_is_told_in_three_lines() {
        assert_eq!(
            text(&shop(), "2026-11-23T12:30"),
            "acme, Mon 23 Nov 2026 12:30 CST (America/Chicago)\n\
             \x20 closed until Mon 23 Nov 2026 13:00 CST\n\
             \x20 outside of Monday's hours, 08:00 to 12:00, 13:00 to 17:00"
        );
    }

    #[test]
    fn a_time_that_comes_twice_is_told_both_times() {
        assert_eq!(
            text(&shop(), "2026-11-01T01:30"),
            "Sun 1 Nov 2026 01:30 comes twice: the clocks are put back.\n\
             \n\
             acme, Sun 1 Nov 2026 01:30 CDT (America/Chicago)\n\
             \x20 open until Sun 1 Nov 2026 06:00 CST\n\
             \x20 Saturday's hours, 22:00 to 06:00 on the next day\n\
             \n\
             acme, Sun 1 Nov 2026 01:30 CST (America/Chicago)\n\
             \x20 open until Sun 1 Nov 2026 06:00 CST\n\
             \x20 Saturday's hours, 22:00 to 06:00 on the next day"
        );
    }

    #[test]
    fn a_time_that_is_left_out_is_told_with_the_jump() {
        assert_eq!(
            text(&shop(), "2026-03-08T02:30"),
            "Sun 8 Mar 2026 02:30 is left out: the clocks jump from Sun 8 Mar 2026 02:00 CST\n\
             to Sun 8 Mar 2026 03:00 CDT.\n\
             \n\
             acme, Sun 8 Mar 2026 03:00 CDT (America/Chicago)\n\
             \x20 open until Sun 8 Mar 2026 06:00 CDT\n\
             \x20 Saturday's hours, 22:00 to 06:00 on the next day"
        );
    }

    #[test]
    fn a_moment_is_told_in_local_time() {
        assert_eq!(
            text(&shop(), "2026-12-25T18:00Z"),
            "acme, Fri 25 Dec 2026 12:00 CST (America/Chicago)\n\
             \x20 closed until Sat 26 Dec 2026 22:00 CST\n\
             \x20 Christmas, 2026-12-25: closed all day"
        );
    }

    #[test]
    fn a_firm_without_hours_is_always_open() {
        let hours = Hours::always("Europe/London".parse().unwrap());

        assert_eq!(
            text(&hours, "2026-11-26T12:00"),
            "acme, Thu 26 Nov 2026 12:00 GMT (Europe/London)\n\
             \x20 open, and never closed\n\
             \x20 no hours are set, so it is always open"
        );
    }

    #[test]
    fn json_tells_the_same_with_moments() {
        let hours = shop();

        let rows = explain(&hours, "2026-03-08T02:30".parse().unwrap()).rows("acme", &hours).into_iter();
        let rows: Vec<Value> = rows.map(|row| serde_json::to_value(row).unwrap()).collect();

        assert_eq!(
            rows,
            [json!({
                "tenant": "acme", "timezone": "America/Chicago", "clock": "skipped",
                "at": "2026-03-08T08:00:00Z", "local": "2026-03-08T03:00:00-05:00", "open": true,
                "because": "Saturday's hours, 22:00 to 06:00 on the next day",
                "until": "2026-03-08T11:00:00Z", "until_local": "2026-03-08T06:00:00-05:00",
            })]
        );
    }
}

//! A time zone, and the clock on the wall there.
//!
//! Promises: the database of zones that this program carries, never the system's, which is an hour wrong for several places
//! when it is old; exact to the second at every jump of the clocks. The one file of this folder that sees the library of zones.
//! Doesn't: know opening hours. Beyond the year 9999, where that library ends, each zone is UTC.

use std::str::FromStr;

use chrono::{DateTime, Datelike as _, FixedOffset, NaiveDateTime, TimeDelta, Timelike as _, Utc};
use jiff::Timestamp;
use jiff::civil;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase};

/// A zone of the IANA database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    zone: TimeZone,
    name: String,
}

/// Not a time zone.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is no IANA time zone; write one such as America/Chicago or Europe/London")]
pub struct UnknownZone(String);

/// Which moments a reading of the clock on the wall means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockReading {
    /// One, as nearly always.
    Once(DateTime<Utc>),
    /// Two, because the clocks were put back between them.
    Twice(DateTime<Utc>, DateTime<Utc>),
    /// None: the clocks jump over it at this moment.
    Skipped(DateTime<Utc>),
}

impl FromStr for Zone {
    type Err = UnknownZone;

    /// An IANA name, in upper or lower case.
    fn from_str(name: &str) -> Result<Self, UnknownZone> {
        let zone = TimeZoneDatabase::bundled().get(name).map_err(|_| UnknownZone(name.to_owned()))?;
        let name = zone.iana_name().unwrap_or(name).to_owned();
        Ok(Self { zone, name })
    }
}

impl Zone {
    /// The zone without a name of its own, which every database of zones has.
    #[must_use]
    pub fn utc() -> Self {
        Self { zone: TimeZone::UTC, name: "UTC".to_owned() }
    }

    /// Its IANA name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Date and time on the wall at a moment.
    #[must_use]
    pub fn local(&self, moment: DateTime<Utc>) -> NaiveDateTime {
        let utc = moment.naive_utc();
        utc.checked_add_offset(self.offset(moment)).unwrap_or(utc)
    }

    /// How far the clock on the wall is ahead of UTC at a moment.
    #[must_use]
    pub fn offset(&self, moment: DateTime<Utc>) -> FixedOffset {
        let seconds = timestamp(moment).map_or(0, |timestamp| self.zone.to_offset(timestamp).seconds());
        fixed(seconds)
    }

    /// The next moment after this one at which the clocks may jump.
    #[must_use]
    pub fn next_jump(&self, moment: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let next = self.zone.following(timestamp(moment)?).next()?;
        DateTime::from_timestamp(next.timestamp().as_second(), 0)
    }

    /// The moments at which the clock on the wall shows this.
    #[must_use]
    pub fn moments_of(&self, reading: NaiveDateTime) -> ClockReading {
        let under = |offset: Offset| {
            let moment = reading.and_utc();
            moment.checked_sub_signed(TimeDelta::seconds(offset.seconds().into())).unwrap_or(moment)
        };
        let Some(civil) = civil(reading) else { return ClockReading::Once(reading.and_utc()) };
        match self.zone.to_ambiguous_timestamp(civil).offset() {
            AmbiguousOffset::Unambiguous { offset } => ClockReading::Once(under(offset)),
            AmbiguousOffset::Fold { before, after } => ClockReading::Twice(under(before), under(after)),
            // Under the offset of after the jump, the reading is a moment before it.
            AmbiguousOffset::Gap { after, .. } => {
                ClockReading::Skipped(self.next_jump(under(after)).unwrap_or_else(|| under(after)))
            }
        }
    }

    /// A moment as people there would write it: `Sun 1 Nov 2026 01:30 CDT`.
    #[must_use]
    pub fn words(&self, moment: DateTime<Utc>) -> String {
        format!("{} {}", self.local(moment).format("%a %-d %b %Y %H:%M"), self.abbreviation(moment))
    }

    /// What the clocks' setting is called at a moment: `CDT`, or `+1030` where it has no name.
    #[must_use]
    pub fn abbreviation(&self, moment: DateTime<Utc>) -> String {
        let timestamp = timestamp(moment).unwrap_or(Timestamp::MAX);
        self.zone.to_offset_info(timestamp).abbreviation().to_owned()
    }
}

/// Whole seconds are enough: no zone jumps within one.
fn timestamp(moment: DateTime<Utc>) -> Option<Timestamp> {
    Timestamp::from_second(moment.timestamp()).ok()
}

fn civil(reading: NaiveDateTime) -> Option<civil::DateTime> {
    let part = |number: u32| i8::try_from(number).ok();
    let date =
        civil::Date::new(i16::try_from(reading.year()).ok()?, part(reading.month())?, part(reading.day())?);
    let time = civil::Time::new(part(reading.hour())?, part(reading.minute())?, part(reading.second())?, 0);
    Some(date.ok()?.to_datetime(time.ok()?))
}

fn fixed(seconds: i32) -> FixedOffset {
    FixedOffset::east_opt(seconds).unwrap_or_else(|| chrono::Offset::fix(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> Zone {
        name.parse().unwrap()
    }

    fn moment(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn reading(zone_name: &str, text: &str) -> ClockReading {
        zone(zone_name).moments_of(text.parse().unwrap())
    }

    #[test]
    fn a_name_is_read_in_any_case_and_kept_as_it_is_known() {
        assert_eq!(zone("america/chicago").name(), "America/Chicago");
        assert_eq!("Mars/Olympus".parse::<Zone>(), Err(UnknownZone("Mars/Olympus".to_owned())));
    }

    #[test]
    fn the_clock_shows_most_times_once() {
        let found = reading("America/Chicago", "2026-07-01T12:00:00");

        assert_eq!(found, ClockReading::Once(moment("2026-07-01T17:00:00Z")));
    }

    #[test]
    fn a_time_of_the_doubled_hour_comes_twice() {
        let found = reading("America/Chicago", "2026-11-01T01:30:00");

        assert_eq!(
            found,
            ClockReading::Twice(moment("2026-11-01T06:30:00Z"), moment("2026-11-01T07:30:00Z"))
        );
    }

    #[test]
    fn a_time_of_the_missing_hour_is_jumped_over() {
        let found = reading("America/Chicago", "2026-03-08T02:30:00");

        assert_eq!(found, ClockReading::Skipped(moment("2026-03-08T08:00:00Z")));
    }

    #[test]
    fn samoa_jumped_over_a_whole_day() {
        let jump = moment("2011-12-30T10:00:00Z");

        for text in ["2011-12-30T00:00:00", "2011-12-30T12:00:00", "2011-12-30T23:59:59"] {
            assert_eq!(reading("Pacific/Apia", text), ClockReading::Skipped(jump), "{text}");
        }
    }

    #[test]
    fn a_moment_is_told_with_the_name_that_the_clocks_have_then() {
        let chicago = zone("America/Chicago");

        assert_eq!(chicago.words(moment("2026-11-01T06:30:00Z")), "Sun 1 Nov 2026 01:30 CDT");
        assert_eq!(chicago.words(moment("2026-11-01T07:30:00Z")), "Sun 1 Nov 2026 01:30 CST");
    }

    #[test]
    fn what_no_zone_is_known_for_is_utc() {
        let chicago = zone("America/Chicago");

        assert_eq!(chicago.local(DateTime::<Utc>::MAX_UTC), DateTime::<Utc>::MAX_UTC.naive_utc());
        assert_eq!(chicago.next_jump(DateTime::<Utc>::MIN_UTC), None);
        assert!(!chicago.words(DateTime::<Utc>::MAX_UTC).is_empty());
    }
}

//! A time as it stands on a firm's door, and the range between two of them.
//!
//! Promises: minutes, no seconds; a range is never empty, and says by itself whether it ends on the next day.
//! Doesn't: know days, dates or zones.

use std::fmt;
use std::str::FromStr;

/// Minutes of a day that the clocks leave alone.
pub(super) const DAY: u16 = 24 * 60;
const NOON: TimeOfDay = TimeOfDay(DAY / 2);

/// A time of day, to the minute: 00:00 to 24:00.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeOfDay(u16);

impl TimeOfDay {
    /// The first minute of a day.
    pub(super) const MIDNIGHT: Self = Self(0);
    /// The end of a day; nothing begins there.
    pub(super) const END_OF_DAY: Self = Self(DAY);

    /// Hours 0 to 23 with minutes 0 to 59, and 24:00.
    pub(super) fn new(hour: u16, minute: u16) -> Option<Self> {
        let is_time = minute < 60 && (hour < 24 || (hour, minute) == (24, 0));
        is_time.then_some(Self(hour * 60 + minute))
    }

    /// Minutes since the day began, by the clock on the wall: 0 to 1440.
    #[must_use]
    pub fn minutes(self) -> u16 {
        self.0
    }
}

/// What is wrong with a time of day or a range.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum WrongTime {
    /// Not a time of day.
    #[error("`{0}` is no time of day; write one from 00:00 to 24:00, such as 08:30")]
    NoTime(String),
    /// 24:00 as a beginning.
    #[error("24:00 is the end of a day; what begins there begins at 00:00 of the next one")]
    BeginsAtTheEnd,
    /// Beginning and end are the same.
    #[error("it ends when it begins; a whole day is 00:00 to 24:00, and a closed one has no range")]
    Empty,
    /// It ends before it begins, and not in a morning.
    #[error("it ends before it begins; a range may end on the next day, there by 12:00")]
    NoNight,
}

/// Two digits, a colon, two digits.
impl FromStr for TimeOfDay {
    type Err = WrongTime;

    fn from_str(text: &str) -> Result<Self, WrongTime> {
        let two_digits = |part: &str| {
            (part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit())).then(|| part.parse().ok())
        };
        text.split_once(':')
            .and_then(|(hour, minute)| Self::new(two_digits(hour)??, two_digits(minute)??))
            .ok_or_else(|| WrongTime::NoTime(text.to_owned()))
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

/// From one time of a day, which counts, to a later one, which doesn't. A range belongs to the day on which it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenRange {
    from: TimeOfDay,
    to: TimeOfDay,
}

impl OpenRange {
    /// A day from its beginning to its end.
    pub(super) const WHOLE_DAY: Self = Self { from: TimeOfDay::MIDNIGHT, to: TimeOfDay::END_OF_DAY };

    /// An end before the beginning is meant on the next day, where a night ends by noon: later than that, somebody has
    /// mistyped. Midnight as an end is the end of the same day.
    pub(super) fn new(from: TimeOfDay, to: TimeOfDay) -> Result<Self, WrongTime> {
        match (from, to) {
            (TimeOfDay::END_OF_DAY, _) => Err(WrongTime::BeginsAtTheEnd),
            (from, to) if from == to => Err(WrongTime::Empty),
            (from, TimeOfDay::MIDNIGHT) => Ok(Self { from, to: TimeOfDay::END_OF_DAY }),
            (from, to) if to < from && to > NOON => Err(WrongTime::NoNight),
            (from, to) => Ok(Self { from, to }),
        }
    }

    /// When it begins.
    #[must_use]
    pub fn from(self) -> TimeOfDay {
        self.from
    }

    /// When it ends: on the next day if this is before [`Self::from`].
    #[must_use]
    pub fn to(self) -> TimeOfDay {
        self.to
    }

    /// Whether it goes on past midnight.
    #[must_use]
    pub fn ends_on_the_next_day(self) -> bool {
        self.to < self.from
    }

    /// Its end, in minutes since the beginning of the day on which it begins: up to 36 hours.
    pub(super) fn end(self) -> u16 {
        self.to.0 + if self.ends_on_the_next_day() { DAY } else { 0 }
    }

    /// Whether it covers a minute, counted from the beginning of the day on which it begins.
    pub(super) fn covers(self, minute: u16) -> bool {
        self.from.0 <= minute && minute < self.end()
    }
}

impl fmt::Display for OpenRange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} to {}", self.from, self.to)?;
        if self.ends_on_the_next_day() { formatter.write_str(" on the next day") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(from: &str, to: &str) -> Result<OpenRange, WrongTime> {
        OpenRange::new(from.parse().unwrap(), to.parse().unwrap())
    }

    #[test]
    fn a_time_has_two_digits_on_each_side() {
        for text in ["00:00", "08:30", "23:59", "24:00"] {
            assert_eq!(text.parse::<TimeOfDay>().unwrap().to_string(), text);
        }
        for text in ["", "8:00", "08:60", "24:01", "25:00", "08:00:00", "08.00", "+8:00", "8 am", "٠٨:٠٠"]
        {
            assert_eq!(text.parse::<TimeOfDay>(), Err(WrongTime::NoTime(text.to_owned())));
        }
    }

    #[test]
    fn an_end_before_the_beginning_is_on_the_next_day() {
        let night = range("22:00", "06:00").unwrap();

        assert!(night.ends_on_the_next_day());
        assert_eq!(night.to_string(), "22:00 to 06:00 on the next day");
        assert!(!range("08:00", "17:00").unwrap().ends_on_the_next_day());
    }

    #[test]
    fn midnight_is_the_end_of_the_same_day() {
        assert_eq!(range("18:00", "00:00"), range("18:00", "24:00"));
    }

    #[test]
    fn a_night_ends_by_noon() {
        assert!(range("13:00", "12:00").is_ok());
        assert_eq!(range("17:00", "13:00"), Err(WrongTime::NoNight));
    }

    #[test]
    fn nothing_is_empty_or_begins_at_the_end_of_a_day() {
        assert_eq!(range("08:00", "08:00"), Err(WrongTime::Empty));
        assert_eq!(range("24:00", "06:00"), Err(WrongTime::BeginsAtTheEnd));
    }
}

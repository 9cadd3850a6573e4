//! How a firm stands at a moment: open or closed, why, and until when.
//!
//! Promises: names the range or the holiday that decides, in words for the person who set it. Doesn't: decide.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc, Weekday};

use super::time_of_day::OpenRange;
use super::weekdays::name_of;

/// How a firm stands at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Open or closed, and why.
    pub state: State,
    /// The first moment at which it is the other of the two. None: it stays so for ever.
    pub until: Option<DateTime<Utc>>,
}

impl Standing {
    /// Whether it is open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        match self.state {
            State::Open(_) => true,
            State::Closed(_) => false,
        }
    }
}

/// Open or closed, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Somebody is there.
    Open(Opening),
    /// Nobody is.
    Closed(Closure),
}

/// Why it is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opening {
    /// Nobody has said when it is closed.
    NoHours,
    /// By a range of the week.
    Week {
        /// The day on which the range begins: the day before, where a night lasts into the morning.
        day: Weekday,
        /// The range.
        range: OpenRange,
    },
    /// By the hours that a date has of its own.
    Special {
        /// The date on which the range begins.
        date: NaiveDate,
        /// What the date is called.
        name: String,
        /// The range.
        range: OpenRange,
    },
}

/// Why it is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Closure {
    /// No range of the week covers this.
    Week {
        /// Which day it is.
        day: Weekday,
        /// The ranges that begin on that day; none: it is closed on that day of every week.
        ranges: Vec<OpenRange>,
    },
    /// The date is a holiday, or the firm is closed for another reason.
    Holiday {
        /// The date.
        date: NaiveDate,
        /// What it is called.
        name: String,
    },
    /// The date has hours of its own, and they don't cover this.
    Special {
        /// The date.
        date: NaiveDate,
        /// What it is called.
        name: String,
        /// Its ranges; at least one.
        ranges: Vec<OpenRange>,
    },
}

impl fmt::Display for Opening {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoHours => formatter.write_str("no hours are set, so it is always open"),
            Self::Week { day, range } => write!(formatter, "{}'s hours, {range}", name_of(*day)),
            Self::Special { date, name, range } => write!(formatter, "{name}, {date}: open {range}"),
        }
    }
}

impl fmt::Display for Closure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Week { day, ranges } if ranges.is_empty() => {
                write!(formatter, "{} has no hours", name_of(*day))
            }
            Self::Week { day, ranges } => {
                write!(formatter, "outside of {}'s hours, {}", name_of(*day), listed(ranges))
            }
            Self::Holiday { date, name } => write!(formatter, "{name}, {date}: closed all day"),
            Self::Special { date, name, ranges } => {
                write!(formatter, "{name}, {date}: open {} only", listed(ranges))
            }
        }
    }
}

fn listed(ranges: &[OpenRange]) -> String {
    ranges.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

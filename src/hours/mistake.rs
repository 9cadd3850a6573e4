//! What is wrong with hours that somebody wrote.
//!
//! Promises: each mistake names the field at fault as a path, such as `week.monday[1].from`, and says what would be right;
//! all of them are told at once. Doesn't: find them; whoever reads the hours does.

use chrono::Weekday;

use super::time_of_day::{OpenRange, WrongTime};
use super::weekdays::name_of;
use super::zone::UnknownZone;

/// Most ranges that a day has.
pub const MOST_RANGES: usize = 8;
/// Most dates with hours of their own.
pub const MOST_EXCEPTIONS: usize = 366;
/// Most characters in the name of such a date.
pub const LONGEST_NAME: usize = 60;

/// A mistake and its place.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("{}{wrong}", if field.is_empty() { String::new() } else { format!("{field}: ") })]
pub struct Mistake {
    /// The path of the field at fault; empty for the document as a whole.
    pub field: String,
    /// What is wrong with it.
    pub wrong: Wrong,
}

/// What can be wrong with a field.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum Wrong {
    /// The document, a week, a range or an exception has another shape.
    #[error("write {0}")]
    Shape(&'static str),
    /// Nobody would read this field.
    #[error("there is no such field here; there are {0}")]
    UnknownField(&'static str),
    /// Not a time zone.
    #[error(transparent)]
    Zone(#[from] UnknownZone),
    /// Not a time of day, or no range.
    #[error(transparent)]
    Time(#[from] WrongTime),
    /// Two ranges of a day cover the same minute.
    #[error("it begins within {0} of the same day; make one range of both, or part them")]
    Overlaps(OpenRange),
    /// One range of a day begins when another ends.
    #[error("it begins when {0} ends; make one range of both")]
    Touches(OpenRange),
    /// A range begins while the night before still lasts.
    #[error("it begins within {}'s range {range}; part them", name_of(*day))]
    OverlapsNight {
        /// The day on which that range begins.
        day: Weekday,
        /// That range.
        range: OpenRange,
    },
    /// More ranges than [`MOST_RANGES`].
    #[error("a day has at most {MOST_RANGES} ranges")]
    TooManyRanges,
    /// More exceptions than [`MOST_EXCEPTIONS`].
    #[error("there are at most {MOST_EXCEPTIONS} exceptions; remove those of the past")]
    TooManyExceptions,
    /// Not a date, or far away.
    #[error("`{0}` is no date from 2000 to 2099; write one such as 2026-12-25")]
    NoDate(String),
    /// Two exceptions for one date.
    #[error("{0} has this date already; put both together")]
    DuplicateDate(String),
    /// No name, or none that can be shown.
    #[error("write a name of 1 to {LONGEST_NAME} characters in one line, such as Christmas")]
    NoName,
    /// Both `closed` and `open`, or neither.
    #[error("write either `closed`: true, or `open` with a list of ranges")]
    ClosedOrOpen,
}

/// Hours that can't be: all mistakes, in the order of the document.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct ImpossibleHours(Vec<Mistake>);

impl ImpossibleHours {
    /// That the zone is none, and nothing else.
    pub(super) fn of_the_zone(unknown: UnknownZone) -> Self {
        Self(vec![Mistake { field: "timezone".to_owned(), wrong: unknown.into() }])
    }

    /// The mistakes; at least one.
    #[must_use]
    pub fn mistakes(&self) -> &[Mistake] {
        &self.0
    }
}

/// The mistakes found so far.
#[derive(Debug, Default)]
pub(super) struct Mistakes(Vec<Mistake>);

impl Mistakes {
    /// Notes one. Returns nothing, of whatever type the caller looked for.
    pub(super) fn note<T>(&mut self, field: impl Into<String>, wrong: impl Into<Wrong>) -> Option<T> {
        self.0.push(Mistake { field: field.into(), wrong: wrong.into() });
        None
    }

    /// The value, if it was read without any.
    pub(super) fn finish<T>(self, value: T) -> Result<T, ImpossibleHours> {
        if self.0.is_empty() { Ok(value) } else { Err(ImpossibleHours(self.0)) }
    }
}

//! Ranges as somebody wrote them, each with its field, before they are known to fit together.
//!
//! Promises: the ranges of a day come out in order, and no two of them meet; no night runs into the next day's first range.
//! The dates that differ may run into their neighbours: both hold then. Doesn't: read any format.

use super::mistake::{Mistakes, Wrong};
use super::time_of_day::{DAY, OpenRange};
use super::weekdays::{DAYS, Week};

/// A range, and the field that says when it begins.
#[derive(Clone, Debug)]
pub(super) struct Written {
    pub(super) range: OpenRange,
    pub(super) field: String,
}

/// The ranges of a week.
pub(super) fn week_of(written: &Week<Vec<Written>>, mistakes: &mut Mistakes) -> Week<Vec<OpenRange>> {
    let sorted = Week::of(|day| in_order(written.day(day).clone(), mistakes));
    for (day, next) in DAYS.into_iter().zip(DAYS.into_iter().cycle().skip(1)) {
        if let (Some(last), Some(first)) = (sorted.day(day).last(), sorted.day(next).first())
            && last.range.end().saturating_sub(DAY) > first.range.from().minutes()
        {
            mistakes.note::<()>(first.field.as_str(), Wrong::OverlapsNight { day, range: last.range });
        }
    }
    Week::of(|day| plain(sorted.day(day)))
}

/// The ranges of one day.
pub(super) fn day_of(written: Vec<Written>, mistakes: &mut Mistakes) -> Vec<OpenRange> {
    plain(&in_order(written, mistakes))
}

fn in_order(mut written: Vec<Written>, mistakes: &mut Mistakes) -> Vec<Written> {
    written.sort_by_key(|written| written.range.from());
    for (one, next) in written.iter().zip(written.iter().skip(1)) {
        let (end, begin) = (one.range.end(), next.range.from().minutes());
        if begin < end {
            mistakes.note::<()>(next.field.as_str(), Wrong::Overlaps(one.range));
        } else if begin == end {
            mistakes.note::<()>(next.field.as_str(), Wrong::Touches(one.range));
        }
    }
    written
}

fn plain(written: &[Written]) -> Vec<OpenRange> {
    written.iter().map(|written| written.range).collect()
}

//! A firm's week and the dates that differ from it, on the clock on its wall.
//!
//! Promises: what is open depends on date and time as that clock shows them, and on nothing else; a range belongs to the day
//! on which it begins, so a holiday does away with the night that begins on it and not with the one before.
//! Doesn't: know zones; here every day has 24 hours, one after the other.

use std::collections::BTreeMap;

use chrono::{Datelike as _, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike as _};

use super::standing::{Closure, Opening, State};
use super::time_of_day::{DAY, OpenRange};
use super::weekdays::{DAYS, Week};

/// When a firm is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Calendar {
    /// The ranges that begin on each day, by time.
    pub(super) week: Week<Vec<OpenRange>>,
    /// The dates that differ.
    pub(super) exceptions: BTreeMap<NaiveDate, Exception>,
}

/// A date that differs from the same day of other weeks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Exception {
    /// What people call it.
    pub(super) name: String,
    /// The ranges that begin on it, by time; none: it is closed.
    pub(super) ranges: Vec<OpenRange>,
}

impl Calendar {
    /// Whether it is open when the clock on the wall shows this, and why.
    pub(super) fn state(&self, local: NaiveDateTime) -> State {
        match self.range_at(local) {
            Some((date, range)) => State::Open(self.opening(date, range)),
            None => State::Closed(self.closure(local.date())),
        }
    }

    /// Whether it is open when the clock on the wall shows this.
    pub(super) fn is_open(&self, local: NaiveDateTime) -> bool {
        self.range_at(local).is_some()
    }

    /// The first reading after this one at which it is the other of open and closed, on a clock that nobody puts forward or
    /// back. None: never.
    pub(super) fn next_change(&self, local: NaiveDateTime) -> Option<NaiveDateTime> {
        let is_open = self.is_open(local);
        let mut date = local.date();
        loop {
            let midnight = date.and_time(NaiveTime::MIN);
            let edge = |minute: u16| midnight.checked_add_signed(TimeDelta::minutes(minute.into()));
            let changes = |edge: &NaiveDateTime| *edge > local && self.is_open(*edge) != is_open;
            if let Some(change) = self.edges(date).into_iter().filter_map(edge).filter(changes).min() {
                return Some(change);
            }
            date = self.next_date_to_look_at(date)?;
        }
    }

    /// Where the week itself never changes, only exceptions and what follows them are worth a look. Where it does, every day
    /// is, and one of the next eight after the last exception has a change: so this comes to an end.
    fn next_date_to_look_at(&self, date: NaiveDate) -> Option<NaiveDate> {
        let next = date.checked_add_days(Days::new(1))?;
        if self.week_changes() || self.exceptions.contains_key(&date) {
            return Some(next);
        }
        self.exceptions.range(next..).next().map(|(date, _)| *date)
    }

    fn week_changes(&self) -> bool {
        let all = |ranges: &[OpenRange]| DAYS.iter().all(|day| self.week.day(*day) == ranges);
        !all(&[]) && !all(&[OpenRange::WHOLE_DAY])
    }

    /// The minutes, from the beginning of a day on, at which its ranges begin and end, and those of the night before end.
    fn edges(&self, date: NaiveDate) -> Vec<u16> {
        let own = self.ranges_of(date).iter().flat_map(|range| [range.from().minutes(), range.end()]);
        let before = date.pred_opt().map_or(&[][..], |before| self.ranges_of(before));
        let nights = before.iter().filter_map(|range| range.end().checked_sub(DAY));
        own.chain(nights).collect()
    }

    /// The range that is under way, and the date on which it began: today's own, else yesterday's night.
    fn range_at(&self, local: NaiveDateTime) -> Option<(NaiveDate, OpenRange)> {
        let minute = u16::try_from(local.num_seconds_from_midnight() / 60).ok()?;
        let find = |date: NaiveDate, minute: u16| {
            let range = self.ranges_of(date).iter().find(|range| range.covers(minute));
            range.map(|range| (date, *range))
        };
        find(local.date(), minute).or_else(|| find(local.date().pred_opt()?, minute + DAY))
    }

    fn ranges_of(&self, date: NaiveDate) -> &[OpenRange] {
        match self.exceptions.get(&date) {
            Some(exception) => &exception.ranges,
            None => self.week.day(date.weekday()),
        }
    }

    fn opening(&self, date: NaiveDate, range: OpenRange) -> Opening {
        match self.exceptions.get(&date) {
            Some(exception) => Opening::Special { date, name: exception.name.clone(), range },
            None => Opening::Week { day: date.weekday(), range },
        }
    }

    fn closure(&self, date: NaiveDate) -> Closure {
        match self.exceptions.get(&date) {
            Some(Exception { name, ranges }) if ranges.is_empty() => {
                Closure::Holiday { date, name: name.clone() }
            }
            Some(Exception { name, ranges }) => {
                Closure::Special { date, name: name.clone(), ranges: ranges.clone() }
            }
            None => {
                let day = date.weekday();
                Closure::Week { day, ranges: self.week.day(day).clone() }
            }
        }
    }
}

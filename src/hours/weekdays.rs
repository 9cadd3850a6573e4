//! The days of a week and something for each of them.
//!
//! Promises: every day has its value, so that nobody asks whether it is there. Doesn't: know dates.

use chrono::Weekday;

/// Monday first.
pub(super) const DAYS: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

/// As people write it.
pub(super) const fn name_of(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
}

/// The name of its field.
pub(super) fn field_of(day: Weekday) -> String {
    name_of(day).to_lowercase()
}

/// A value for each day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Week<T> {
    monday: T,
    tuesday: T,
    wednesday: T,
    thursday: T,
    friday: T,
    saturday: T,
    sunday: T,
}

impl<T> Week<T> {
    /// Made day by day, Monday first.
    pub(super) fn of(mut value: impl FnMut(Weekday) -> T) -> Self {
        Self {
            monday: value(Weekday::Mon),
            tuesday: value(Weekday::Tue),
            wednesday: value(Weekday::Wed),
            thursday: value(Weekday::Thu),
            friday: value(Weekday::Fri),
            saturday: value(Weekday::Sat),
            sunday: value(Weekday::Sun),
        }
    }

    /// That of a day.
    pub(super) fn day(&self, day: Weekday) -> &T {
        match day {
            Weekday::Mon => &self.monday,
            Weekday::Tue => &self.tuesday,
            Weekday::Wed => &self.wednesday,
            Weekday::Thu => &self.thursday,
            Weekday::Fri => &self.friday,
            Weekday::Sat => &self.saturday,
            Weekday::Sun => &self.sunday,
        }
    }

    /// That of a day, to be changed.
    pub(super) fn day_mut(&mut self, day: Weekday) -> &mut T {
        match day {
            Weekday::Mon => &mut self.monday,
            Weekday::Tue => &mut self.tuesday,
            Weekday::Wed => &mut self.wednesday,
            Weekday::Thu => &mut self.thursday,
            Weekday::Fri => &mut self.friday,
            Weekday::Sat => &mut self.saturday,
            Weekday::Sun => &mut self.sunday,
        }
    }
}

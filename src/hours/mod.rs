//! Opening hours: whether a firm is open at a moment, why, and until when.
//!
//! Promises: pure; the clock on the firm's wall decides, on the nights when it is put forward or back as on all others, so
//! an hour that comes twice is open both times, and one that is left out is open at no time. Hours that can't be are refused
//! when they are read. Doesn't: know tenants, calls or the time.

mod calendar;
mod document;
mod draft;
mod legacy;
mod mistake;
mod standing;
mod time_of_day;
mod weekdays;
mod zone;

#[cfg(test)]
mod tests;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use calendar::Calendar;
pub use mistake::{ImpossibleHours, LONGEST_NAME, MOST_EXCEPTIONS, MOST_RANGES, Mistake, Wrong};
pub use standing::{Closure, Opening, Standing, State};
pub use time_of_day::{OpenRange, TimeOfDay, WrongTime};
pub use zone::{ClockReading, UnknownZone, Zone};

/// When a firm is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hours {
    zone: Zone,
    /// None: nobody has set any hours, and it is always open.
    calendar: Option<Calendar>,
}

impl Hours {
    /// The hours of a firm that has set none.
    #[must_use]
    pub fn always(zone: Zone) -> Self {
        Self { zone, calendar: None }
    }

    /// Hours as people write them today: `document.rs` shows the shape. Fails with every field at fault.
    pub fn parse(zone: Zone, document: &Value) -> Result<Self, ImpossibleHours> {
        Ok(Self { zone, calendar: Some(document::read(document)?) })
    }

    /// Hours as a tenant's row has them: in the shape of today or in that of older programs; nothing, or an empty object,
    /// are no hours, and the firm is always open then. Fails with every field at fault; that of the zone is `timezone`.
    pub fn read(timezone: &str, stored: Option<&Value>) -> Result<Self, ImpossibleHours> {
        let zone = timezone.parse::<Zone>().map_err(ImpossibleHours::of_the_zone)?;
        match stored {
            None | Some(Value::Null) => Ok(Self::always(zone)),
            Some(Value::Object(days)) if days.is_empty() => Ok(Self::always(zone)),
            Some(Value::Object(days)) if !document::is_of_this_shape(days) => {
                Ok(Self { zone, calendar: Some(legacy::read(days)?) })
            }
            Some(document) => Self::parse(zone, document),
        }
    }

    /// The same hours in the shape of today; none if none are set.
    #[must_use]
    pub fn document(&self) -> Option<Value> {
        self.calendar.as_ref().map(document::write)
    }

    /// Where the firm is.
    #[must_use]
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// How the firm stands at a moment.
    #[must_use]
    pub fn at(&self, moment: DateTime<Utc>) -> Standing {
        match &self.calendar {
            None => Standing { state: State::Open(Opening::NoHours), until: None },
            Some(calendar) => Standing {
                state: calendar.state(self.zone.local(moment)),
                until: next_change(&self.zone, calendar, moment),
            },
        }
    }
}

/// From one jump of the clocks to the next the clock on the wall runs evenly, so a change there is as far away as it looks.
/// A jump can be a change itself, and a jump back brings hours again.
fn next_change(zone: &Zone, calendar: &Calendar, moment: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let is_open = calendar.is_open(zone.local(moment));
    let mut from = moment;
    loop {
        let local = zone.local(from);
        let change = calendar.next_change(local).map(|change| from + (change - local));
        let Some(jump) = zone.next_jump(from) else { return change };
        match change {
            Some(change) if change < jump => return Some(change),
            // No jump goes back farther than a day, so what comes again is free of changes too.
            None if jump - from > TimeDelta::days(2) => return None,
            Some(_) | None if calendar.is_open(zone.local(jump)) != is_open => return Some(jump),
            Some(_) | None => from = jump,
        }
    }
}

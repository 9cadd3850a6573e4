//! The time, as an argument.
//!
//! Promises: nothing else in the program asks the system for the time, so that a test can set it.
//! Doesn't: know time zones; local time belongs to whoever needs it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Utc};

/// Where the time comes from. Cheap to clone; clones of a set clock move together.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The system's clock.
    #[default]
    System,
    /// A clock that stands still until it is set: microseconds since 1970, UTC.
    Set(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `instant`.
    #[must_use]
    pub fn set_to(instant: DateTime<Utc>) -> Self {
        Self::Set(Arc::new(AtomicI64::new(instant.timestamp_micros())))
    }

    /// The time now, in UTC, cut to the microseconds that PostgreSQL keeps.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        let micros = match self {
            Self::System => system_now().timestamp_micros(),
            Self::Set(micros) => micros.load(Ordering::Relaxed),
        };
        DateTime::from_timestamp_micros(micros).unwrap_or_default()
    }

    /// Moves a set clock to `instant`. The system's clock is left alone.
    pub fn move_to(&self, instant: DateTime<Utc>) {
        match self {
            Self::System => {}
            Self::Set(micros) => micros.store(instant.timestamp_micros(), Ordering::Relaxed),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that asks the system for the time")]
fn system_now() -> DateTime<Utc> {
    Utc::now()
}

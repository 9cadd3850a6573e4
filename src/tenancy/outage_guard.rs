//! What keeps an ill database from being asked too much: a breaker, and a bound on writes under way.
//!
//! Promises: whoever is turned away here is turned away at once, and has asked the database nothing.
//! Doesn't: keep what was not written; that is for the journal to come.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::breaker::{Attempt, Breaker, BreakerState, Outcome};
use crate::clock::Clock;

/// Each holds a request's parameters in memory. A healthy database has a handful under way.
const MOST_WRITES: usize = 512;

/// Cheap to clone; clones guard the same database.
#[derive(Clone, Debug)]
pub struct OutageGuard {
    breaker: Arc<Mutex<Breaker>>,
    writes: Arc<Semaphore>,
    clock: Clock,
}

/// The permission to write one event. It is over when it is dropped.
#[derive(Debug)]
pub struct WriteUnderWay(#[expect(dead_code, reason = "its end gives the room back")] OwnedSemaphorePermit);

/// Why the database is not asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotNow {
    /// It has just failed several times.
    #[error("the database failed just now; it is asked again in a moment")]
    BreakerOpen,
    /// It is slow, and writes pile up.
    #[error("{MOST_WRITES} writes are under way; the database is too slow for more")]
    TooManyWrites,
}

impl OutageGuard {
    /// Lets everything through, to begin with.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self { breaker: Arc::default(), writes: Arc::new(Semaphore::new(MOST_WRITES)), clock }
    }

    /// Whether to try now.
    pub fn enter(&self) -> Result<(Attempt, WriteUnderWay), NotNow> {
        let room = Arc::clone(&self.writes).try_acquire_owned().map_err(|_| NotNow::TooManyWrites)?;
        let attempt = self.with_breaker(|breaker| breaker.attempt(self.clock.now()));
        Ok((attempt.ok_or(NotNow::BreakerOpen)?, WriteUnderWay(room)))
    }

    /// Somebody was answered by the database, however late.
    pub fn answered(&self) {
        self.with_breaker(Breaker::answered);
    }

    /// How an attempt ended, for whoever waited.
    pub fn ended(&self, attempt: &Attempt, outcome: Outcome) {
        let (before, after) = self.with_breaker(|breaker| {
            let before = breaker.state();
            breaker.ended(attempt, outcome, self.clock.now());
            (before, breaker.state())
        });
        match (before, after) {
            (BreakerState::Closed, BreakerState::Open) => {
                tracing::error!("the database failed several times in a row; calls are answered from memory");
            }
            (BreakerState::Probing, BreakerState::Closed) => {
                tracing::warn!("the database answers again");
            }
            (BreakerState::Closed | BreakerState::Open | BreakerState::Probing, _) => {}
        }
    }

    /// How an attempt ended that no caller waited for. It may end an outage, and begins none: one row that somebody has
    /// locked is not the database.
    pub fn ended_unseen(&self, attempt: &Attempt, outcome: Outcome) {
        if attempt.is_probe() || outcome == Outcome::Answered {
            self.ended(attempt, outcome);
        }
    }

    /// Where the breaker stands.
    #[must_use]
    pub fn breaker(&self) -> BreakerState {
        self.with_breaker(|breaker| breaker.state())
    }

    fn with_breaker<T>(&self, look: impl FnOnce(&mut Breaker) -> T) -> T {
        look(&mut self.breaker.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

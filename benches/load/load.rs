//! The load: callers who take the next call that is due, send its requests, and judge the answers.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crate::Failure;
use crate::arguments::Arguments;
use crate::calls::{Call, Calls};
use crate::connection::{Connection, PATIENCE};
use crate::pace::Pace;
use crate::tally::{Tally, Verdict};

/// What all callers share.
#[derive(Debug)]
pub(crate) struct Load {
    target: SocketAddr,
    calls: Calls,
    pace: Pace,
    next: AtomicU64,
    timed_from: Instant,
    timed_until: Instant,
}

/// A call that a caller has taken.
struct Taken {
    number: u64,
    due: Instant,
}

impl Load {
    pub(crate) fn new(arguments: &Arguments, calls: Calls, pace: Pace, began: Instant) -> Self {
        let timed_from = began + arguments.warm_up;
        Self {
            target: arguments.target,
            calls,
            pace,
            next: AtomicU64::new(0),
            timed_from,
            timed_until: timed_from + arguments.duration,
        }
    }

    /// Runs the clockwork of the open loop, on the caller's thread, to its end.
    pub(crate) fn release(&self) {
        self.pace.release();
    }

    /// The next call; none when the time is over.
    async fn take(&self) -> Option<Taken> {
        match &self.pace {
            Pace::Closed { until } => {
                let due = Instant::now();
                (due < *until).then(|| Taken { number: self.next.fetch_add(1, Ordering::Relaxed), due })
            }
            Pace::Open { due, released, .. } => {
                released.acquire().await.ok()?.forget();
                let number = self.next.fetch_add(1, Ordering::Relaxed);
                let due = *due.get(usize::try_from(number).ok()?)?;
                Some(Taken { number, due })
            }
        }
    }

    /// In the closed loop, what is answered after the end would count at its connection's leisure.
    fn times(&self, due: Instant, answered: Instant) -> bool {
        due >= self.timed_from
            && match self.pace {
                Pace::Closed { .. } => answered <= self.timed_until,
                Pace::Open { .. } => true,
            }
    }
}

/// One caller, on a connection of its own.
pub(crate) async fn call_until_the_end(load: Arc<Load>) -> Result<Tally, Failure> {
    let mut connection = Connection::new(load.target);
    let mut tally = Tally::default();
    while let Some(taken) = load.take().await {
        if taken.due.elapsed() > PATIENCE {
            // Twilio would have given it up before it could be sent.
            tally.unsent += 1;
            continue;
        }
        let call = load.calls.nth(taken.number)?;
        place(&load, &mut connection, &call, taken.due, &mut tally).await;
    }
    Ok(tally)
}

/// Sends the requests of a call, each when the one before is answered.
async fn place(load: &Load, connection: &mut Connection, call: &Call, mut due: Instant, tally: &mut Tally) {
    for (position, webhook) in call.iter().enumerate() {
        let verdict = match connection.deliver(webhook).await {
            Ok((status, body)) => Verdict::of(webhook.expected, status, &body),
            Err(error) => Verdict::NoAnswer(error),
        };
        let answered = Instant::now();
        let took = load.times(due, answered).then(|| answered - due);
        if !tally.note(verdict, position, took) {
            break;
        }
        due = answered;
    }
}

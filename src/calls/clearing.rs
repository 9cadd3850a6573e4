//! Clearing the backlog, behind the answers.
//!
//! Promises: decisions are written in batches, soon; held events one after the other, as soon as the database is back. It
//! asks a database that is away as seldom as callers do, and so finds out for them. Told to stop, it ends once nothing
//! waits any more; whoever stops it decides how long that may take.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::backlog::Held;
use super::listening::CallDesk;
use super::noted::Note;
use crate::tenancy::breaker::Outcome;
use crate::tenancy::decisions::{self, Decided};
use crate::tenancy::ingest::Ingested;

/// How often a database that is away is looked at; the breaker lets one attempt a second through.
const PAUSE: Duration = Duration::from_millis(250);

/// What one step brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// Something is done.
    Forward,
    /// The database is away.
    Blocked,
}

/// Works until it is told to stop.
pub async fn clear(desk: CallDesk, stop: CancellationToken) {
    let mut waiting = desk.backlog.waiting();
    while stop.run_until_cancelled(waiting.wait_for(|waiting| !waiting.is_nothing())).await.is_some() {
        if step(&desk).await == Step::Blocked {
            stop.run_until_cancelled(tokio::time::sleep(PAUSE)).await;
        }
    }
    while !desk.backlog.waiting().borrow().is_nothing() {
        if step(&desk).await == Step::Blocked {
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// An event goes first: its call is missing in the log.
async fn step(desk: &CallDesk) -> Step {
    let mut step = Step::Blocked;
    if let Some(held) = desk.backlog.first_event() {
        step = write_event(desk, &held).await;
        match step {
            Step::Forward => desk.backlog.first_event_is_done(),
            Step::Blocked => desk.backlog.first_event_must_wait(),
        }
    }
    let decided = desk.backlog.first_decisions();
    let count = decided.len();
    if count > 0 && write_decisions(desk, decided).await == Step::Forward {
        desk.backlog.first_decisions_are_done(count);
        step = Step::Forward;
    }
    step
}

/// What a repetition would not change, a second attempt does not either: it may have been written after all.
async fn write_event(desk: &CallDesk, held: &Held) -> Step {
    let call_sid = &held.told.event.call_sid;
    match desk.hear_again(&held.told).await {
        Ok(Ingested::Routed(routed)) => {
            if let Some(Note { after, noted }) = held.note.clone() {
                let (scope, call_sid, at) = (routed.scope, call_sid.clone(), held.told.event.received_at);
                desk.backlog.decided(Decided { scope, call_sid, after, noted, at });
            }
            Step::Forward
        }
        Ok(Ingested::Quarantined(_)) => Step::Forward,
        Err(error) if error.is_passing() => Step::Blocked,
        Err(error) => {
            tracing::error!(%error, call = %call_sid, "an event can't be written");
            Step::Forward
        }
    }
}

async fn write_decisions(desk: &CallDesk, decided: Vec<Decided>) -> Step {
    let Ok((attempt, _under_way)) = desk.guard.enter() else { return Step::Blocked };
    let count = decided.len();
    let outcome = match decisions::record(&desk.database, decided).await {
        Ok(()) => {
            desk.guard.answered();
            Outcome::Answered
        }
        Err(error) if error.is_passing() => Outcome::Failed,
        Err(error) => {
            tracing::error!(%error, count, "decisions can't be recorded");
            Outcome::Answered
        }
    };
    desk.guard.ended_unseen(&attempt, outcome);
    match outcome {
        Outcome::Answered => Step::Forward,
        Outcome::Failed | Outcome::Silent => Step::Blocked,
    }
}

//! What is still to be written: decisions just made, and events that the database did not take.
//!
//! Promises: first come, first written, if it can be; bounded in number and in bytes. What finds no room is said in the log.
//! Doesn't: write, or outlive the process; a journal on disk will keep the calls of a long outage here.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::noted::Note;
use crate::tenancy::decisions::Decided;
use crate::tenancy::ingest::Told;

/// Events that wait; with their parameters, some 8 KiB each in memory.
const MOST_EVENTS: usize = 8_192;
/// Their parameters, as they came: an event may have 64 KiB of them.
const MOST_BYTES: usize = 8 * 1024 * 1024;
/// Decisions that wait; each is small.
const MOST_DECISIONS: usize = 8_192;
/// How long a caller waits at most because others' decisions are not written yet.
const PACE: Duration = Duration::from_millis(100);
/// Decisions that are written at once.
pub(super) const BATCH: usize = 128;

/// An event that Twilio won't repeat: its caller has had an answer.
#[derive(Clone, Debug)]
pub struct Held {
    /// What Twilio told.
    pub told: Arc<Told>,
    /// What the caller heard, where that goes into the ledger.
    pub note: Option<Note>,
}

impl Held {
    fn bytes(&self) -> usize {
        self.told.request.parameters().iter().map(|(name, value)| name.len() + value.len()).sum()
    }
}

/// How much waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Events of calls that were answered from memory.
    pub events: usize,
    /// Decisions of calls whose events are written.
    pub decisions: usize,
}

impl Waiting {
    /// Whether nothing does.
    #[must_use]
    pub fn is_nothing(self) -> bool {
        self == Self::default()
    }
}

/// Cheap to clone; clones are one backlog.
#[derive(Clone, Debug, Default)]
pub struct Backlog {
    queues: Arc<Mutex<Queues>>,
    waiting: watch::Sender<Waiting>,
}

#[derive(Debug, Default)]
struct Queues {
    events: VecDeque<Held>,
    bytes: usize,
    decisions: VecDeque<Decided>,
}

impl Backlog {
    /// Keeps an event until the database takes it.
    pub fn hold(&self, held: Held) {
        let mut queues = self.queues();
        let bytes = queues.bytes + held.bytes();
        if queues.events.len() < MOST_EVENTS && bytes <= MOST_BYTES {
            queues.bytes = bytes;
            queues.events.push_back(held);
            self.tell(&queues);
        } else {
            let (call, kind) = (&held.told.event.call_sid, held.told.event.kind.as_str());
            tracing::error!(%call, kind, "no more events can wait for the database; this one is not written");
        }
    }

    /// Keeps a decision until it is written, which is soon.
    pub fn decided(&self, decided: Decided) {
        let mut queues = self.queues();
        if queues.decisions.len() < MOST_DECISIONS {
            queues.decisions.push_back(decided);
            self.tell(&queues);
        } else {
            tracing::error!(call = %decided.call_sid, "no more decisions can wait for the database; this one is not written");
        }
    }

    /// Waits until decisions are written as fast as they are made. A server with more to do than it can must take less, not
    /// lose what it did.
    pub async fn keep_pace(&self) {
        let mut waiting = self.waiting();
        let pace = waiting.wait_for(|waiting| waiting.decisions < MOST_DECISIONS / 2);
        // A caller who has waited this long has slowed the load enough.
        let _ = tokio::time::timeout(PACE, pace).await;
    }

    /// How much waits, now and whenever that changes.
    #[must_use]
    pub fn waiting(&self) -> watch::Receiver<Waiting> {
        self.waiting.subscribe()
    }

    /// The event that has waited longest. It stays until it is told to be written.
    pub(super) fn first_event(&self) -> Option<Held> {
        self.queues().events.front().cloned()
    }

    /// The first event can't be written now; the others need not wait for it.
    pub(super) fn first_event_must_wait(&self) {
        let mut queues = self.queues();
        if !queues.events.is_empty() {
            queues.events.rotate_left(1);
        }
    }

    /// The first event is written, or never will be.
    pub(super) fn first_event_is_done(&self) {
        let mut queues = self.queues();
        if let Some(done) = queues.events.pop_front() {
            queues.bytes -= done.bytes();
        }
        self.tell(&queues);
    }

    /// The decisions that have waited longest, one batch of them.
    pub(super) fn first_decisions(&self) -> Vec<Decided> {
        self.queues().decisions.iter().take(BATCH).cloned().collect()
    }

    /// That many of the first decisions are written, or never will be.
    pub(super) fn first_decisions_are_done(&self, count: usize) {
        let mut queues = self.queues();
        queues.decisions.drain(..count);
        self.tell(&queues);
    }

    fn tell(&self, queues: &Queues) {
        let waiting = Waiting { events: queues.events.len(), decisions: queues.decisions.len() };
        self.waiting.send_replace(waiting);
    }

    fn queues(&self) -> MutexGuard<'_, Queues> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

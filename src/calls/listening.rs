//! Hearing an event out: into the ledger, within the caller's patience.
//!
//! Promises: whoever waits gets an answer within [`PATIENCE`], and at once while the database is known to be away; the
//! writing itself goes on to its end, even if Twilio hangs up meanwhile, and is waited for when the server stops.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::task::TaskTracker;
use tracing::Instrument;

use super::backlog::{Backlog, Held};
use super::noted::Note;
use crate::clock::Clock;
use crate::figures::Figures;
use crate::tenancy::breaker::Outcome;
use crate::tenancy::ingest::{IngestError, Ingested, Told};
use crate::tenancy::outage_guard::{NotNow, WriteUnderWay};
use crate::tenancy::{Database, LastKnownSettings, OutageGuard, db_error};
use crate::traces;
use crate::twilio::public_url::PublicBaseUrl;

/// How long a caller waits for the database before the answer comes from memory.
pub const PATIENCE: Duration = Duration::from_millis(800);

/// What the call handlers work with. Cheap to clone.
#[derive(Clone, Debug)]
pub struct CallDesk {
    /// Where events go.
    pub database: Database,
    /// Whether the database is asked at all.
    pub guard: OutageGuard,
    /// What is counted.
    pub figures: Figures,
    /// What is known without the database.
    pub last_known: Arc<LastKnownSettings>,
    /// Under which URL Twilio is told to come back.
    pub public_url: PublicBaseUrl,
    /// What is written later.
    pub backlog: Backlog,
    /// Work that must outlive its request.
    pub tasks: TaskTracker,
    /// The time.
    pub clock: Clock,
}

/// The event is not known to be written.
#[derive(Debug, thiserror::Error)]
pub enum NotHeard {
    /// The database was not asked.
    #[error(transparent)]
    NotAsked(#[from] NotNow),
    /// The database failed.
    #[error(transparent)]
    Failed(#[from] IngestError),
    /// It is still trying.
    #[error("the database did not answer within {} ms; the event may still be written", PATIENCE.as_millis())]
    OutOfPatience,
}

impl NotHeard {
    /// Whether it may be written later, as it is.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::NotAsked(_) | Self::OutOfPatience => true,
            Self::Failed(error) => error.is_passing(),
        }
    }
}

/// What the breaker makes of it: an answer that we don't like is an answer.
fn outcome(heard: &Result<Ingested, NotHeard>) -> Outcome {
    match heard {
        Err(NotHeard::OutOfPatience) => Outcome::Silent,
        Err(NotHeard::Failed(error)) if error.is_passing() => Outcome::Failed,
        Err(NotHeard::NotAsked(_) | NotHeard::Failed(_)) | Ok(_) => Outcome::Answered,
    }
}

impl CallDesk {
    /// Writes an event, and waits for it as long as a caller would.
    pub async fn hear(&self, told: &Arc<Told>) -> Result<Ingested, NotHeard> {
        let (attempt, under_way) = self.guard.enter()?;
        let heard = self.hear_out(told, under_way).await;
        self.guard.ended(&attempt, outcome(&heard));
        heard
    }

    /// The same for an event whose caller has been answered.
    pub(super) async fn hear_again(&self, told: &Arc<Told>) -> Result<Ingested, NotHeard> {
        let (attempt, under_way) = self.guard.enter()?;
        let heard = self.hear_out(told, under_way).await;
        self.guard.ended_unseen(&attempt, outcome(&heard));
        heard
    }

    /// Twilio may hang up meanwhile: the writing is a task of its own. Boxed, for it is large, and on its way into the runtime
    /// and out of it again it would be copied a dozen times.
    async fn hear_out(&self, told: &Arc<Told>, under_way: WriteUnderWay) -> Result<Ingested, NotHeard> {
        let (desk, told) = (self.clone(), Arc::clone(told));
        let writing = Box::pin(async move {
            let written = desk.write(&told).await;
            if written.as_ref().err().is_none_or(|error| !error.is_passing()) {
                desk.guard.answered();
            }
            drop(under_way);
            written
        });
        let writing = self.tasks.spawn(writing.instrument(traces::round_trip("ingest_call_event")));
        let heard = match tokio::time::timeout(PATIENCE, writing).await {
            Ok(Ok(written)) => written.map_err(NotHeard::from),
            Ok(Err(_)) => Err(IngestError::NotUnderstood.into()),
            Err(_) => {
                self.database.doubt_idle_connections();
                Err(NotHeard::OutOfPatience)
            }
        };
        if let Ok(Ingested::Quarantined(reason)) = &heard {
            self.figures.quarantined(reason.as_str());
        }
        heard
    }

    /// Keeps an event that was not heard, and whose request has its answer: Twilio will not repeat it.
    pub fn hold(&self, told: Arc<Told>, note: Option<Note>, error: &NotHeard) {
        if error.is_passing() {
            self.backlog.hold(Held { told, note });
        }
    }

    /// The first call after a restart of PostgreSQL finds a connection of before. Its second attempt finds a good one; if
    /// the first was written after all, the second is a repetition like any other.
    async fn write(&self, told: &Arc<Told>) -> Result<Ingested, IngestError> {
        match self.ingest(told).await {
            Err(IngestError::Database(lost)) if db_error::is_wrong_connection(&lost) => {
                tracing::warn!(error = %lost, "a connection was lost; the event is written on another one");
                self.database.doubt_idle_connections();
                self.ingest(told).await
            }
            written => written,
        }
    }

    async fn ingest(&self, told: &Arc<Told>) -> Result<Ingested, IngestError> {
        let trip = self.database.ingest(Arc::clone(told)).await?;
        let outcome = if trip.written.is_ok() { "written" } else { "failed" };
        self.figures.round_trip(outcome, trip.took);
        traces::ended(outcome);
        trip.written
    }
}

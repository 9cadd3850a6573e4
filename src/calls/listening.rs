//! Hearing an event out: into the ledger, within the caller's patience.
//!
//! Promises: whoever waits gets an answer within [`PATIENCE`], and at once while the database is known to be away; the
//! writing itself goes on to its end, even if Twilio hangs up meanwhile, and is waited for when the server stops.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_util::task::TaskTracker;
use tracing::Instrument;

use crate::clock::Clock;
use crate::figures::Figures;
use crate::tenancy::breaker::Outcome;
use crate::tenancy::ingest::{self, Addressed, CallEvent, IngestError, Ingested};
use crate::tenancy::outage_guard::NotNow;
use crate::tenancy::{Database, LastKnownSettings, OutageGuard, VerifiedTwilioRequest, db_error};
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
    /// What the breaker makes of it: an answer that we don't like is an answer.
    fn outcome(&self) -> Outcome {
        match self {
            Self::OutOfPatience | Self::Failed(IngestError::TimedOut) => Outcome::Failed,
            Self::Failed(IngestError::Database(error)) if db_error::is_unavailable(error) => Outcome::Failed,
            Self::NotAsked(_) | Self::Failed(IngestError::Database(_) | IngestError::NotUnderstood) => {
                Outcome::Answered
            }
        }
    }
}

impl CallDesk {
    /// Writes an event in a task of its own, and waits for it as long as a caller would.
    pub async fn hear(
        &self,
        request: &Arc<VerifiedTwilioRequest>,
        addressed: Addressed,
        event: CallEvent,
    ) -> Result<Ingested, NotHeard> {
        let (attempt, under_way) = self.guard.enter()?;
        let (desk, request) = (self.clone(), Arc::clone(request));
        let writing = async move {
            let written = desk.write(&request, &addressed, &event).await;
            drop(under_way);
            written
        };
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
        self.guard.ended(&attempt, heard.as_ref().err().map_or(Outcome::Answered, NotHeard::outcome));
        heard
    }

    /// Writes an event for which nobody waits.
    pub fn hear_behind_the_answer(
        &self,
        request: &Arc<VerifiedTwilioRequest>,
        addressed: Addressed,
        event: CallEvent,
    ) {
        let (desk, request) = (self.clone(), Arc::clone(request));
        self.tasks.spawn(async move {
            if let Err(error) = desk.hear(&request, addressed, event).await {
                tracing::error!(%error, "an event was not written");
            }
        });
    }

    /// The first call after a restart of PostgreSQL finds a connection of before. Its second attempt finds a good one; if
    /// the first was written after all, the second is a repetition like any other.
    async fn write(
        &self,
        request: &VerifiedTwilioRequest,
        addressed: &Addressed,
        event: &CallEvent,
    ) -> Result<Ingested, IngestError> {
        let connection = self.database.ingest(request).await?;
        match self.measured(ingest::ingest(connection, request, addressed, event)).await {
            Err(IngestError::Database(lost)) if db_error::is_wrong_connection(&lost) => {
                tracing::warn!(error = %lost, "a connection was lost; the event is written on another one");
                self.database.doubt_idle_connections();
                let connection = self.database.ingest(request).await?;
                self.measured(ingest::ingest(connection, request, addressed, event)).await
            }
            written => written,
        }
    }

    async fn measured<T, E>(&self, round_trip: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        let began = Instant::now();
        let ended = round_trip.await;
        let outcome = if ended.is_ok() { "written" } else { "failed" };
        self.figures.round_trip(outcome, began.elapsed());
        traces::ended(outcome);
        ended
    }
}

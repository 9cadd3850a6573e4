//! Hearing an event out: into the ledger, within the caller's patience.
//!
//! Promises: whoever waits gets an answer within [`PATIENCE`]; the writing itself goes on to its end, even if Twilio hangs
//! up meanwhile, and is waited for when the server stops.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::task::TaskTracker;

use crate::clock::Clock;
use crate::tenancy::ingest::{self, Addressed, CallEvent, IngestError, Ingested};
use crate::tenancy::{Database, LastKnownSettings, VerifiedTwilioRequest};
use crate::twilio::public_url::PublicBaseUrl;

/// How long a caller waits for the database before the answer comes from memory.
pub const PATIENCE: Duration = Duration::from_millis(800);

/// What the call handlers work with. Cheap to clone.
#[derive(Clone, Debug)]
pub struct CallDesk {
    /// Where events go.
    pub database: Database,
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
    /// The database failed.
    #[error(transparent)]
    Failed(#[from] IngestError),
    /// It is still trying.
    #[error("the database did not answer within {} ms; the event may still be written", PATIENCE.as_millis())]
    OutOfPatience,
}

impl CallDesk {
    /// Writes an event in a task of its own, and waits for it as long as a caller would.
    pub async fn hear(
        &self,
        request: &Arc<VerifiedTwilioRequest>,
        addressed: Addressed,
        event: CallEvent,
    ) -> Result<Ingested, NotHeard> {
        let (database, request) = (self.database.clone(), Arc::clone(request));
        let writing = self.tasks.spawn(async move {
            let connection = database.ingest(&request).await?;
            ingest::ingest(connection, &request, &addressed, &event).await
        });
        match tokio::time::timeout(PATIENCE, writing).await {
            Ok(Ok(written)) => Ok(written?),
            Ok(Err(_)) => Err(IngestError::NotUnderstood.into()),
            Err(_) => Err(NotHeard::OutOfPatience),
        }
    }
}

//! The connections of webhooks: few, kept warm, handed from one event to the next.
//!
//! Promises: events get them in the order of arrival. A connection whose work ended well serves the next event as it is; any
//! other goes back to the pool, which looks at it first, or is thrown away.
//! Doesn't: open more than the pool may, or hand one to anybody who has proved nothing.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, PgPool, Postgres};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long the writing of an event waits for a connection. The caller has long been answered by then: giving up sooner
/// would lose the event of a burst, although the database is well.
pub(super) const WEBHOOK_WAIT: Duration = Duration::from_secs(5);
/// A connection that nobody has used for this long goes back to the pool, which knows how old one may get.
const WARM_FOR: Duration = Duration::from_secs(30);

/// Cheap to clone; clones share the connections.
#[derive(Clone, Debug)]
pub(super) struct WebhookConnections {
    pool: PgPool,
    room: Arc<Semaphore>,
    warm: Arc<Mutex<Vec<Warm>>>,
    doubt: Doubt,
}

#[derive(Debug)]
struct Warm {
    connection: PoolConnection<Postgres>,
    since: Instant,
}

/// A connection for what was told by webhooks whose signatures were checked: the only way to the ingest function.
#[derive(Debug)]
pub(super) struct IngestConnection {
    connection: PoolConnection<Postgres>,
    home: WebhookConnections,
    _room: OwnedSemaphorePermit,
}

impl WebhookConnections {
    /// All connections of a pool that nobody else uses.
    pub(super) fn of(pool: PgPool, size: u32, doubt: Doubt) -> Self {
        let room = Arc::new(Semaphore::new(size.try_into().unwrap_or(Semaphore::MAX_PERMITS)));
        Self { pool, room, warm: Arc::default(), doubt }
    }

    /// A connection; whoever asked first gets the next that is free.
    pub(super) async fn take(&self) -> Result<IngestConnection, sqlx::Error> {
        let room = tokio::time::timeout(WEBHOOK_WAIT, Arc::clone(&self.room).acquire_owned()).await;
        let room = room.map_err(|_| sqlx::Error::PoolTimedOut)?.map_err(|_| sqlx::Error::PoolClosed)?;
        let connection = match self.warm_one() {
            Some(connection) => connection,
            None => self.pool.acquire().await?,
        };
        Ok(IngestConnection { connection, home: self.clone(), _room: room })
    }

    /// The pool itself, for what needs no connection of its own.
    pub(super) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// How many are open and nobody uses.
    pub(super) fn idle(&self) -> usize {
        self.pool.num_idle() + self.warm().len()
    }

    pub(super) async fn close(&self) {
        self.room.close();
        self.warm().clear();
        self.pool.close().await;
    }

    /// The one that was used last, if it still is what it was.
    fn warm_one(&self) -> Option<PoolConnection<Postgres>> {
        while let Some(Warm { connection, since }) = self.pop() {
            if self.doubt.concerns(since.elapsed()) {
                // No goodbye: nobody may be there to hear it, and its place would be kept for him.
                drop(connection.detach());
            } else if since.elapsed() < WARM_FOR {
                return Some(connection);
            }
        }
        None
    }

    fn pop(&self) -> Option<Warm> {
        self.warm().pop()
    }

    fn warm(&self) -> MutexGuard<'_, Vec<Warm>> {
        self.warm.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl IngestConnection {
    pub(super) fn connection(&mut self) -> &mut PgConnection {
        &mut self.connection
    }

    /// Its work ended well: the next event gets it as it is.
    pub(super) fn keep(self) {
        let Self { connection, home, _room } = self;
        let mut warm = home.warm();
        // A pool that closes waits for its connections, and this one would come after they were let go.
        if !home.room.is_closed() {
            warm.push(Warm { connection, since: Instant::now() });
        }
    }

    /// Throws the connection away: an answer that came too late must not be read as the next one's.
    /// No goodbye: nobody may be there to hear it, and the place in the pool would be kept for him.
    pub(super) fn discard(self) {
        drop(self.connection.detach());
    }
}

/// When idle connections were last doubted. Cheap to clone; clones share the doubt.
#[derive(Clone, Debug, Default)]
pub(super) struct Doubt(Arc<Mutex<Option<Instant>>>);

impl Doubt {
    pub(super) fn cast(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Whether a connection has been idle since before the doubt.
    pub(super) fn concerns(&self, idle_for: Duration) -> bool {
        let cast = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cast.is_some_and(|cast| cast.elapsed() <= idle_for)
    }
}

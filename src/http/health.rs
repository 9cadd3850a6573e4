//! How we are: for whoever starts, stops and routes to this server.
//!
//! Promises: `/livez` never touches the database, so an outage restarts nobody. `/readyz` stays 200 while the database is
//! away, because a server taken out of routing answers no caller; it is 503 while draining.
//! Doesn't: ask the database more often than every few seconds, however often it is asked itself.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::calls::CallDesk;
use crate::calls::backlog::Backlog;
use crate::clock::Clock;
use crate::tenancy::breaker::BreakerState;
use crate::tenancy::{Database, OutageGuard};

/// How long an answer of the database is good for.
const FRESH: TimeDelta = TimeDelta::seconds(5);
/// A database that takes longer to say "1" is not well.
const PATIENCE: Duration = Duration::from_secs(1);

/// What is known of ourselves. Cheap to clone; clones know the same.
#[derive(Clone, Debug)]
pub struct Health {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    database: Database,
    guard: OutageGuard,
    backlog: Backlog,
    clock: Clock,
    schema_version: i64,
    draining: AtomicBool,
    looked: Mutex<Option<Look>>,
}

#[derive(Clone, Copy, Debug)]
struct Look {
    at: DateTime<Utc>,
    database: DatabaseState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DatabaseState {
    Well,
    AwaySince(DateTime<Utc>),
}

/// One word for the whole server.
#[derive(Clone, Copy, Debug, Serialize, ToSchema, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
#[schema(as = HealthWord)]
enum Word {
    Alive,
    Ready,
    Degraded,
    Draining,
}

/// The body of `/livez` and `/readyz`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(description = "How the server is, in one word.")]
pub struct Probe {
    /// How the server is.
    #[schema(example = "ready")]
    status: Word,
}

/// The body of `/health`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HealthReport, description = "How the server is, for people.")]
pub struct Report {
    /// How the server is.
    #[schema(example = "degraded")]
    status: Word,
    /// The version of the program.
    #[schema(example = "0.1.0")]
    version: &'static str,
    /// The version of the database's schema.
    #[schema(example = 13)]
    schema_version: i64,
    /// Whether the database `answers` or is `away`.
    #[schema(example = "away")]
    database: &'static str,
    /// Since when the database is away; null while it answers.
    #[schema(example = "2026-11-25T14:02:07Z")]
    degraded_since: Option<DateTime<Utc>>,
    /// Whether the database is asked at all.
    #[schema(example = "open")]
    breaker: BreakerState,
    /// How many events of calls wait for the database; those calls were answered from memory.
    #[schema(example = 41)]
    waiting_events: usize,
}

impl Health {
    /// `schema_version` is the one that was verified before we listened.
    #[must_use]
    pub fn new(desk: &CallDesk, schema_version: i64) -> Self {
        let inner = Inner {
            database: desk.database.clone(),
            guard: desk.guard.clone(),
            backlog: desk.backlog.clone(),
            clock: desk.clock.clone(),
            schema_version,
            draining: AtomicBool::new(false),
            looked: Mutex::new(None),
        };
        Self { inner: Arc::new(inner) }
    }

    /// From now on no new callers should be sent here.
    pub fn drain(&self) {
        self.inner.draining.store(true, Ordering::Relaxed);
    }

    async fn database(&self) -> DatabaseState {
        let now = self.inner.clock.now();
        let before = *self.inner.looked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(look) = before.filter(|look| now - look.at < FRESH) {
            return look.database;
        }
        let answered = tokio::time::timeout(PATIENCE, self.inner.database.ping()).await;
        let database = match (answered, before.map(|look| look.database)) {
            (Ok(Ok(())), _) => DatabaseState::Well,
            (_, Some(away @ DatabaseState::AwaySince(_))) => away,
            (_, Some(DatabaseState::Well) | None) => DatabaseState::AwaySince(now),
        };
        *self.inner.looked.lock().unwrap_or_else(PoisonError::into_inner) = Some(Look { at: now, database });
        database
    }

    fn word(&self, database: DatabaseState) -> Word {
        match database {
            _ if self.inner.draining.load(Ordering::Relaxed) => Word::Draining,
            DatabaseState::Well => Word::Ready,
            DatabaseState::AwaySince(_) => Word::Degraded,
        }
    }
}

/// Tells that the process runs. Never asks the database.
#[utoipa::path(
    get,
    path = "/livez",
    operation_id = "live",
    tag = "Health",
    responses((status = 200, description = "The process runs.", body = Probe)),
)]
pub async fn live() -> Json<Probe> {
    Json(Probe { status: Word::Alive })
}

/// Tells whether to send callers here.
///
/// A server whose database is away still answers calls from memory, and says `degraded` with 200: taken out of routing it
/// would answer nobody.
#[utoipa::path(
    get,
    path = "/readyz",
    operation_id = "ready",
    tag = "Health",
    responses(
        (status = 200, description = "Send callers here.", body = Probe),
        (status = 503, description = "The server is stopping. Send callers elsewhere.", body = Probe),
    ),
)]
pub async fn ready(State(health): State<Health>) -> (StatusCode, Json<Probe>) {
    let status = health.word(health.database().await);
    let code = match status {
        Word::Alive | Word::Ready | Word::Degraded => StatusCode::OK,
        Word::Draining => StatusCode::SERVICE_UNAVAILABLE,
    };
    (code, Json(Probe { status }))
}

/// The same in more words, for people.
#[utoipa::path(
    get,
    path = "/health",
    operation_id = "health",
    tag = "Health",
    responses((status = 200, description = "How the server is.", body = Report)),
)]
pub async fn report(State(health): State<Health>) -> Json<Report> {
    let database = health.database().await;
    let (word, degraded_since) = match database {
        DatabaseState::Well => ("answers", None),
        DatabaseState::AwaySince(since) => ("away", Some(since)),
    };
    Json(Report {
        status: health.word(database),
        version: env!("CARGO_PKG_VERSION"),
        schema_version: health.inner.schema_version,
        database: word,
        degraded_since,
        breaker: health.inner.guard.breaker(),
        waiting_events: health.inner.backlog.waiting().borrow().events,
    })
}

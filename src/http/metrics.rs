//! The figures, on a port of their own: `GET /metrics`.
//!
//! Promises: nothing else answers there, and nothing of it answers on the port that the internet reaches.
//! Doesn't: ask the database for anything.

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use tokio_util::sync::CancellationToken;

use crate::calls::backlog::Backlog;
use crate::figures::Figures;
use crate::tenancy::breaker::BreakerState;
use crate::tenancy::{Database, OutageGuard};

/// Between two of these, every measurement takes memory of its own.
const UPKEEP: Duration = Duration::from_secs(5);

/// What is looked at when figures are fetched.
#[derive(Clone, Debug)]
pub struct Observed {
    /// What was counted.
    pub figures: Figures,
    /// Whose pools.
    pub database: Database,
    /// Whose breaker.
    pub guard: OutageGuard,
    /// What waits for the database.
    pub backlog: Backlog,
}

/// The whole table of the second port.
pub fn router(observed: Observed) -> Router {
    Router::new().route("/metrics", get(metrics)).with_state(observed)
}

async fn metrics(State(observed): State<Observed>) -> impl IntoResponse {
    let figures = &observed.figures;
    for (pool, usage) in observed.database.pool_usage() {
        figures.pool(pool, usage.open, usage.idle);
    }
    let waiting = *observed.backlog.waiting().borrow();
    figures.waiting("events", waiting.events);
    figures.waiting("decisions", waiting.decisions);
    figures.breaker(BreakerState::ALL.map(BreakerState::as_str), observed.guard.breaker().as_str());
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], figures.render())
}

/// Keeps the figures small until it is told to stop.
pub async fn keep_up(figures: Figures, stop: CancellationToken) {
    let mut pace = tokio::time::interval(UPKEEP);
    while stop.run_until_cancelled(pace.tick()).await.is_some() {
        figures.keep_up();
    }
}

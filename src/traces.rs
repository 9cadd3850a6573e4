//! Spans: what a trace shows of a request.
//!
//! Promises: a request continues the trace that it names in `traceparent`; the round trip to the database is a span of its
//! own below it. Without a collector all of this does nothing.
//! Doesn't: send anything; `telemetry` does, and lets only the fields through that it knows.

use axum::http::HeaderMap;
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing::field::Empty;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// The name of a request's span.
pub const REQUEST: &str = "request";
/// The name of the span of a round trip to the database.
pub const ROUND_TRIP: &str = "round_trip";
/// The field of a request's span that the log has in its line, and not in its span.
pub const STATUS: &str = "status";

/// Makes the request's span part of the caller's trace, if the caller names one. To be called before the span is entered.
pub fn continue_from(span: &Span, headers: &HeaderMap) {
    let caller = TraceContextPropagator::new().extract(&Headers(headers));
    // Nobody traces, or nobody asks for this span.
    let _ = span.set_parent(caller);
}

/// The request has its answer, with this status.
pub fn answered(span: &Span, status: u16) {
    span.set_attribute(STATUS, i64::from(status));
}

/// The span of a round trip, below the span that we are in. It may outlive the request without making that one longer: its
/// parent is another one to the collector only.
#[must_use]
pub fn round_trip(operation: &'static str) -> Span {
    let span = tracing::debug_span!(parent: None, ROUND_TRIP, operation, outcome = Empty);
    let _ = span.set_parent(Span::current().context());
    span
}

/// How the round trip that we are in ended.
pub fn ended(outcome: &'static str) {
    Span::current().record("outcome", outcome);
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(axum::http::HeaderName::as_str).collect()
    }
}

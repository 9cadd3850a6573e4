//! What is counted and measured while the server runs, for Prometheus to fetch.
//!
//! Promises: every label has few values, all of them words of ours: no path as it was asked for, no number, no tenant.
//! Names begin with `switchboard_` and end in their unit or in `_total`. Nothing is global: each server counts for itself.
//! Doesn't: listen, or know when something is worth counting. `docs/metrics.md` lists what there is.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use metrics::{Key, Label, Level, Metadata, Recorder as _};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder};

const REQUESTS: &str = "switchboard_http_requests_total";
const REQUEST_SECONDS: &str = "switchboard_http_request_duration_seconds";
const DECISIONS: &str = "switchboard_call_decisions_total";
const ALARMS: &str = "switchboard_alarms_total";
const QUARANTINED: &str = "switchboard_quarantined_events_total";
const REFUSALS: &str = "switchboard_webhook_refusals_total";
const ROUND_TRIP_SECONDS: &str = "switchboard_database_round_trip_seconds";
const POOL_CONNECTIONS: &str = "switchboard_database_pool_connections";
const BACKLOG: &str = "switchboard_backlog";
const BREAKER: &str = "switchboard_database_breaker_state";

/// In seconds: from a database next door to one that nobody waits for any longer. 0.8 is a caller's patience.
const BUCKETS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.8, 2.0, 5.0];

static METADATA: Metadata<'static> = Metadata::new("switchboard", Level::INFO, None);

/// The histograms have no buckets.
#[derive(Debug, thiserror::Error)]
#[error("the figures can't be kept: {0}")]
pub struct NoFigures(String);

/// Cheap to clone; clones count together.
#[derive(Clone)]
pub struct Figures {
    recorder: Arc<PrometheusRecorder>,
    handle: PrometheusHandle,
}

impl Figures {
    /// Everything at nought.
    pub fn new() -> Result<Self, NoFigures> {
        let builder = PrometheusBuilder::new()
            // Without buckets these would be summaries, which can't be added up over servers.
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &BUCKETS)
            .map_err(|error| NoFigures(error.to_string()))?;
        let recorder = builder.build_recorder();
        describe(&recorder);
        let handle = recorder.handle();
        Ok(Self { recorder: Arc::new(recorder), handle })
    }

    /// A request has its answer. `route` is the pattern in the URL table, `-` where none fits.
    pub fn answered(&self, route: &str, status: u16, took: Duration) {
        let class = match status {
            200..300 => "2xx",
            300..400 => "3xx",
            400..500 => "4xx",
            500..600 => "5xx",
            _ => "other",
        };
        let route = Label::new("route", route.to_owned());
        self.count(REQUESTS, vec![route.clone(), Label::from_static_parts("status", class)]);
        self.measure(REQUEST_SECONDS, vec![route], took);
    }

    /// A caller hears something.
    pub fn decided(&self, decision: &'static str) {
        self.count(DECISIONS, vec![Label::from_static_parts("decision", decision)]);
    }

    /// A caller reported an emergency, and nobody took it up.
    pub fn alarmed(&self) {
        self.count(ALARMS, Vec::new());
    }

    /// An event belongs to nobody.
    pub fn quarantined(&self, reason: &'static str) {
        self.count(QUARANTINED, vec![Label::from_static_parts("reason", reason)]);
    }

    /// A webhook was turned away.
    pub fn refused(&self, cause: &'static str) {
        self.count(REFUSALS, vec![Label::from_static_parts("cause", cause)]);
    }

    /// The database was asked to write an event, and answered or did not.
    pub fn round_trip(&self, outcome: &'static str, took: Duration) {
        self.measure(ROUND_TRIP_SECONDS, vec![Label::from_static_parts("outcome", outcome)], took);
    }

    /// How many connections a pool has.
    pub fn pool(&self, pool: &'static str, open: u32, idle: u32) {
        for (state, connections) in [("idle", idle), ("used", open.saturating_sub(idle))] {
            let labels =
                vec![Label::from_static_parts("pool", pool), Label::from_static_parts("state", state)];
            self.level(POOL_CONNECTIONS, labels, connections);
        }
    }

    /// How much waits to be written.
    pub fn waiting(&self, what: &'static str, count: usize) {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        self.level(BACKLOG, vec![Label::from_static_parts("what", what)], count);
    }

    /// Which of its states a breaker is in: 1 for that one, 0 for the others.
    pub fn breaker(&self, states: [&'static str; 3], current: &'static str) {
        for state in states {
            let labels = vec![Label::from_static_parts("state", state)];
            self.level(BREAKER, labels, u32::from(state == current));
        }
    }

    /// All of them, as Prometheus reads them.
    #[must_use]
    pub fn render(&self) -> String {
        self.handle.render()
    }

    /// Sorts measurements into their buckets. Until that happens, each takes memory of its own: it must happen every few
    /// seconds, whether anybody fetches figures or not.
    pub fn keep_up(&self) {
        self.handle.run_upkeep();
    }

    fn count(&self, name: &'static str, labels: Vec<Label>) {
        self.recorder.register_counter(&Key::from_parts(name, labels), &METADATA).increment(1);
    }

    fn measure(&self, name: &'static str, labels: Vec<Label>, took: Duration) {
        let key = Key::from_parts(name, labels);
        self.recorder.register_histogram(&key, &METADATA).record(took.as_secs_f64());
    }

    fn level(&self, name: &'static str, labels: Vec<Label>, level: u32) {
        self.recorder.register_gauge(&Key::from_parts(name, labels), &METADATA).set(level);
    }
}

fn describe(recorder: &PrometheusRecorder) {
    for (name, text) in [
        (REQUESTS, "Requests that were answered, by route and class of status."),
        (DECISIONS, "What callers heard."),
        (ALARMS, "Emergencies that nobody took up."),
        (QUARANTINED, "Events of calls that belong to nobody, by reason."),
        (REFUSALS, "Webhooks that were turned away, by cause."),
    ] {
        recorder.describe_counter(name.into(), None, text.into());
    }
    for (name, text) in [
        (REQUEST_SECONDS, "From the head of a request to its answer."),
        (ROUND_TRIP_SECONDS, "The one statement of a webhook, from the connection to its end."),
    ] {
        recorder.describe_histogram(name.into(), None, text.into());
    }
    for (name, text) in [
        (POOL_CONNECTIONS, "Connections to the database, by pool, idle and used."),
        (BACKLOG, "Events and decisions that wait to be written."),
        (BREAKER, "1 for the state that the breaker is in."),
    ] {
        recorder.describe_gauge(name.into(), None, text.into());
    }
}

impl fmt::Debug for Figures {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Figures").finish_non_exhaustive()
    }
}

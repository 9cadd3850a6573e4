//! Spans on their way to a collector, by OTLP over HTTP.
//!
//! Promises: what leaves are the spans and fields that are named here, under OpenTelemetry's names; events, and whatever
//! else a span may hold one day, stay. A collector that is away or slow costs nobody anything but spans, and at the end
//! [`GOODBYE`] at most.
//! Doesn't: read settings of ours: the `OTEL_…` variables are the SDK's own, and documented there.

use std::time::Duration;

use opentelemetry::trace::{SpanKind, Status, TracerProvider};
use opentelemetry::{Context, Key, KeyValue, Value};
use opentelemetry_otlp::{ExporterBuildError, SpanExporter};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{
    BatchSpanProcessor, SdkTracerProvider, Span, SpanData, SpanEvents, SpanProcessor,
};
use tracing::{Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, filter_fn};
use tracing_subscriber::registry::LookupSpan;

use crate::traces::{REQUEST, ROUND_TRIP, STATUS};

/// How long the last spans may take to leave.
const GOODBYE: Duration = Duration::from_secs(1);

/// The fields of our spans that leave, and what OpenTelemetry calls them.
const FIELDS: [(&str, &str); 10] = [
    ("method", "http.request.method"),
    ("route", "http.route"),
    (STATUS, "http.response.status_code"),
    ("id", "switchboard.request_id"),
    ("tenant", "switchboard.tenant"),
    ("call", "switchboard.call_sid"),
    ("decision", "switchboard.decision"),
    ("reason", "switchboard.reason"),
    ("operation", "db.operation.name"),
    ("outcome", "switchboard.outcome"),
];

/// Where spans go. One of them is made by a server, at its start.
#[derive(Debug)]
pub struct Collector {
    provider: SdkTracerProvider,
}

/// The variables can't be understood.
#[derive(Debug, thiserror::Error)]
#[error(
    "traces can't be sent: {0}; correct OTEL_EXPORTER_OTLP_ENDPOINT and the other OTEL_EXPORTER_OTLP_… variables"
)]
pub struct NoCollector(#[from] ExporterBuildError);

impl Collector {
    /// The collector of `OTEL_EXPORTER_OTLP_ENDPOINT`, by the SDK's rules. Starts the thread that sends; nothing is sent yet.
    pub fn of_environment() -> Result<Self, NoCollector> {
        let exporter = SpanExporter::builder().with_http().build()?;
        let provider = SdkTracerProvider::builder()
            .with_resource(resource())
            .with_span_processor(Translated(BatchSpanProcessor::builder(exporter).build()))
            .build();
        Ok(Self { provider })
    }

    /// What turns our spans into those of a trace.
    pub(super) fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.provider.tracer(env!("CARGO_PKG_NAME")))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_filter(filter_fn(is_ours).with_max_level_hint(LevelFilter::DEBUG))
    }

    /// Sends what is left, within a second. Blocks.
    pub fn finish(&self) {
        if let Err(error) = self.provider.shutdown_with_timeout(GOODBYE) {
            tracing::warn!(%error, "the collector did not take the last spans");
        }
    }
}

/// The name by which the collector knows us, unless `OTEL_SERVICE_NAME` or `OTEL_RESOURCE_ATTRIBUTES` say another.
fn resource() -> Resource {
    let told = Resource::builder().build();
    let name = told.get(&Key::new("service.name")).map(|name| name.to_string());
    let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    let builder = Resource::builder().with_attribute(version);
    match name {
        Some(name) if !name.starts_with("unknown_service") => builder.build(),
        Some(_) | None => builder.with_service_name(env!("CARGO_PKG_NAME")).build(),
    }
}

fn is_ours(metadata: &Metadata<'_>) -> bool {
    metadata.is_span()
        && metadata.target().starts_with(env!("CARGO_PKG_NAME"))
        && matches!(metadata.name(), REQUEST | ROUND_TRIP)
}

/// Puts OpenTelemetry's words in the place of ours, and lets nothing else through.
#[derive(Debug)]
struct Translated<P>(P);

impl<P: SpanProcessor> SpanProcessor for Translated<P> {
    fn on_start(&self, span: &mut Span, context: &Context) {
        self.0.on_start(span, context);
    }

    fn on_end(&self, span: SpanData) {
        self.0.on_end(translated(span));
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.0.set_resource(resource);
    }
}

fn translated(mut span: SpanData) -> SpanData {
    let value = |ours: &str| {
        span.attributes
            .iter()
            .find(|attribute| attribute.key.as_str() == ours)
            .map(|found| found.value.clone())
    };
    let mut attributes: Vec<KeyValue> = FIELDS
        .iter()
        .filter_map(|(ours, theirs)| Some(KeyValue::new(*theirs, value(ours)?)))
        // A path that is in no route is whatever a stranger typed, and shown as `-`.
        .filter(|attribute| attribute.value != Value::from("-"))
        .collect();
    let text = |ours: &str| value(ours).map(|value| value.to_string()).unwrap_or_default();
    let failed = text("outcome") == "failed" || matches!(value(STATUS), Some(Value::I64(500..)));
    if span.name == ROUND_TRIP {
        attributes.push(KeyValue::new("db.system.name", "postgresql"));
        span.span_kind = SpanKind::Client;
        span.name = text("operation").into();
    } else {
        span.span_kind = SpanKind::Server;
        span.name = format!("{} {}", text("method"), text("route")).trim_end_matches(" -").to_owned().into();
    }
    span.status = if failed { Status::error("") } else { Status::Unset };
    span.attributes = attributes;
    span.events = SpanEvents::default();
    span
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_a_span_is_translated_once() {
        for (index, (ours, theirs)) in FIELDS.iter().enumerate() {
            let same = |other: &&(&str, &str)| other.0 == *ours || other.1 == *theirs;
            assert_eq!(FIELDS.iter().position(|other| same(&other)), Some(index), "{ours}");
        }
    }
}

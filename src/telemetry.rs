//! Log lines and traces.
//!
//! Promises: text where a person reads along, JSON where a machine does; on stderr, so that stdout holds what a command was
//! asked for. `RUST_LOG` chooses how much is logged; traces go to a collector, if one is named, whatever `RUST_LOG` says.
//! Doesn't: log bodies, tokens or whole phone numbers; nobody may hand it any, and the library that would is not listened to.

mod collector;

use std::io::IsTerminal;

use tracing::{Metadata, Subscriber};
use tracing_subscriber::filter::{ParseError, filter_fn};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

pub use collector::{Collector, NoCollector};

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Starts logging and, with a collector, tracing. `filter` is what `RUST_LOG` holds, or the default of the command; an error
/// names what can't be read in it.
pub fn start(format: LogFormat, filter: &str, collector: Option<&Collector>) -> Result<(), ParseError> {
    let filter = EnvFilter::try_new(filter)?;
    let registry = tracing_subscriber::registry()
        .with(lines(format, std::io::stderr).with_filter(filter))
        .with(collector.map(Collector::layer));
    // Whoever logs already (a test) keeps doing so.
    let _ = registry.try_init();
    Ok(())
}

/// The lines, as they are written to stderr, to another place.
pub fn lines<S, W>(format: LogFormat, writer: W) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    let layer = tracing_subscriber::fmt::layer().with_writer(writer);
    match format {
        LogFormat::Text => layer
            .with_ansi(std::io::stderr().is_terminal())
            .with_target(false)
            .with_filter(filter_fn(may_speak))
            .boxed(),
        LogFormat::Json => {
            layer.json().flatten_event(true).with_span_list(false).with_filter(filter_fn(may_speak)).boxed()
        }
    }
}

/// The phone library repeats every number that it reads, at its most talkative.
fn may_speak(metadata: &Metadata<'_>) -> bool {
    !metadata.target().starts_with("rlibphonenumber")
}

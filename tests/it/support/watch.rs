//! A look at every line that anything logs in this run, at its most talkative, in both formats that people can choose.
//!
//! What must not be there ends the run. A test that listens by itself hands its lines to [`inspect`].

use std::io;
use std::sync::Once;

use switchboard::telemetry::{self, LogFormat};
use tracing::Metadata;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::secrets;

/// Begins with the first story, and goes on for all of them.
pub(crate) fn watch_the_log() {
    static WATCHED: Once = Once::new();
    WATCHED.call_once(|| {
        tracing_subscriber::registry()
            .with(telemetry::lines(LogFormat::Text, Inspector))
            .with(telemetry::lines(LogFormat::Json, Inspector))
            .init();
    });
}

/// For the lines of a test that listens by itself.
pub(crate) fn inspect(lines: &[u8]) {
    secrets::must_not_be_in(&String::from_utf8_lossy(lines), "a test that listens", "its level");
}

struct Inspector;

/// A line, and where it comes from.
struct Line {
    target: String,
    level: tracing::Level,
}

impl MakeWriter<'_> for Inspector {
    type Writer = Line;

    fn make_writer(&self) -> Line {
        Line { target: "somebody".to_owned(), level: tracing::Level::TRACE }
    }

    fn make_writer_for(&self, metadata: &Metadata<'_>) -> Line {
        Line { target: metadata.target().to_owned(), level: *metadata.level() }
    }
}

impl io::Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        secrets::must_not_be_in(&String::from_utf8_lossy(bytes), &self.target, self.level.as_str());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

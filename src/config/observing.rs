//! How the program is watched: log lines and traces.

use super::environment::Environment;
use super::mistakes::Mistakes;

/// `LOG_FORMAT`. Unset: text on a terminal, JSON otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormatSetting {
    /// `text`
    Text,
    /// `json`
    Json,
}

/// Whether spans are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tracing {
    /// Nobody named a collector.
    Off,
    /// To the collector that is named.
    ToCollector,
}

pub(super) fn log_format(environment: &Environment, mistakes: &mut Mistakes) -> Option<LogFormatSetting> {
    match environment.get("LOG_FORMAT")? {
        "text" => Some(LogFormatSetting::Text),
        "json" => Some(LogFormatSetting::Json),
        _ => {
            mistakes.add("LOG_FORMAT", "must be text or json".to_owned());
            None
        }
    }
}

/// Our exporter speaks no TLS: the collector beside us does, if it has far to go.
pub(super) fn tracing(environment: &Environment, mistakes: &mut Mistakes) -> Tracing {
    const NAME: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
    match environment.get(NAME) {
        None => Tracing::Off,
        Some(url) if url.starts_with("http://") => Tracing::ToCollector,
        Some(_) => {
            mistakes.add(
                NAME,
                "must begin with http://, as in http://localhost:4318; for TLS put a collector beside this server"
                    .to_owned(),
            );
            Tracing::Off
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_collector_is_named_by_an_address_that_we_can_speak_to() {
        let table = [
            (None, Some(Tracing::Off)),
            (Some(" "), Some(Tracing::Off)),
            (Some("http://localhost:4318"), Some(Tracing::ToCollector)),
            (Some("https://collector.example.com"), None),
            (Some("localhost:4318"), None),
        ];

        for (value, expected) in table {
            let environment =
                Environment::of_pairs(value.map(|value| ("OTEL_EXPORTER_OTLP_ENDPOINT", value)));
            let mut mistakes = Mistakes::default();
            let tracing = tracing(&environment, &mut mistakes);

            assert_eq!(mistakes.none_or(tracing).ok(), expected, "{value:?}");
        }
    }
}

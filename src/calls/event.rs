//! A verified webhook as an event of the ledger.
//!
//! Promises: the same request gives the same key; Twilio's own numbering is the key where it has one.
//! Doesn't: judge statuses or parameters that it doesn't know; they are kept as they are.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};

use crate::routing::Place;
use crate::tenancy::VerifiedTwilioRequest;
use crate::tenancy::ingest::{CallEvent, EventKind};
use crate::twilio::call_status::CallStatus;
use crate::twilio::sid::CallSid;

/// The request is genuine, but doesn't say what it is about.
#[derive(Debug, thiserror::Error)]
pub enum UnusableEvent {
    /// Which call?
    #[error("the request is genuine, but its CallSid is missing or malformed")]
    NoCallSid,
    /// Which call, which step? The path is not one that we gave out.
    #[error("the request is genuine, but its path is none that we gave to Twilio")]
    NotOurPath,
}

impl IntoResponse for UnusableEvent {
    fn into_response(self) -> Response {
        let span = tracing::Span::current();
        span.record("decision", "refused");
        span.record("reason", tracing::field::display(&self));
        (StatusCode::BAD_REQUEST, format!("{self}.\n")).into_response()
    }
}

/// Reads the event that a request reports. `received_at` is when it reached us.
pub fn read(
    request: &VerifiedTwilioRequest,
    kind: EventKind,
    received_at: DateTime<Utc>,
) -> Result<CallEvent, UnusableEvent> {
    let parameters = request.parameters();
    let call_sid =
        parameters.get("CallSid").and_then(|sid| CallSid::parse(sid).ok()).ok_or(UnusableEvent::NoCallSid)?;
    tracing::Span::current().record("call", tracing::field::display(&call_sid));
    let sequence_number = parameters.get("SequenceNumber").and_then(parse_sequence_number);
    let status = parameters.get("CallStatus").and_then(CallStatus::parse);
    let occurred_at = parameters.get("Timestamp").and_then(parse_timestamp).unwrap_or(received_at);
    Ok(CallEvent {
        call_sid,
        leg_sid: None,
        place: None,
        kind,
        key: key(request, kind, sequence_number),
        status,
        sequence_number,
        occurred_at,
        received_at,
        payload: parameters.to_json(),
    })
}

impl CallEvent {
    /// The same event as one of a leg that this call dialled.
    #[must_use]
    pub(super) fn of_leg(self, call_sid: &CallSid) -> Self {
        let key = format!("{}/{}", self.key, self.call_sid);
        Self { leg_sid: Some(self.call_sid), call_sid: call_sid.clone(), key, ..self }
    }

    /// The same event after a person was asked so many times: silence at one question is not that at the next.
    #[must_use]
    pub(super) fn asked(self, readings: u8) -> Self {
        let key = format!("{}/{readings}", self.key);
        Self { key, ..self }
    }

    /// The same event as one of this step. Two steps may end with the same parameters, and are two events.
    #[must_use]
    pub(super) fn at(self, place: Place) -> Self {
        let key = format!("{}/{place}", self.key);
        Self { place: Some(place.to_string()), key, ..self }
    }
}

/// Source, sequence number and status name one event, whatever else its repetition carries. Without a number only the
/// parameters as a whole do.
fn key(request: &VerifiedTwilioRequest, kind: EventKind, sequence_number: Option<i32>) -> String {
    let parameters = request.parameters();
    let source = parameters.get("CallbackSource").unwrap_or("-");
    let status = parameters.get("CallStatus").unwrap_or("-");
    match sequence_number {
        Some(number) if is_word(source) && is_word(status) => {
            format!("{}/{source}/{number}/{status}", kind.as_str())
        }
        Some(_) | None => format!("{}/{}", kind.as_str(), parameters.fingerprint()),
    }
}

/// Short and plain: an index entry has room for it, and it can't hold our separator.
fn is_word(text: &str) -> bool {
    text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

fn parse_sequence_number(text: &str) -> Option<i32> {
    text.parse().ok().filter(|number| *number >= 0)
}

/// RFC 2822, in UTC: `Tue, 03 Mar 2026 17:02:11 +0000`.
fn parse_timestamp(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc2822(text).ok().map(|time| time.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twilios_timestamp_is_read() {
        let time = parse_timestamp("Tue, 03 Mar 2026 17:02:11 +0000");

        assert_eq!(time.map(|time| time.to_rfc3339()), Some("2026-03-03T17:02:11+00:00".to_owned()));
        assert_eq!(parse_timestamp("yesterday"), None);
    }

    #[test]
    fn a_sequence_number_counts_from_nought() {
        assert_eq!(parse_sequence_number("0"), Some(0));
        assert_eq!(parse_sequence_number("-1"), None);
        assert_eq!(parse_sequence_number("99999999999"), None);
    }
}

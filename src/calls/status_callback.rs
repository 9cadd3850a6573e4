//! Twilio tells how a call goes on: `POST /twilio/voice/status`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;

use super::event::{self, Told, UnusableEvent};
use super::listening::CallDesk;
use crate::tenancy::VerifiedTwilioRequest;
use crate::tenancy::ingest::{Addressed, EventKind, Ingested};
use crate::twilio::call_status::Direction;

/// Writes the event. 204 once it is written; 503 if it may not be: Twilio repeats it where the status URL carries the retry
/// fragment (`#rc=5&rp=5xx,ct,rt`), and a repetition changes nothing.
pub async fn status(
    State(desk): State<CallDesk>,
    request: VerifiedTwilioRequest,
) -> Result<StatusCode, UnusableEvent> {
    let event = event::read(&request, EventKind::Status, desk.clock.now())?;
    let addressed = Addressed::OurNumber(our_number(&request).map(str::to_owned));
    let span = tracing::Span::current();
    Ok(match desk.hear(&Arc::new(Told { request, addressed, event })).await {
        Ok(Ingested::Routed(routed)) => {
            span.record("tenant", routed.settings.slug.as_str());
            span.record("decision", "logged");
            StatusCode::NO_CONTENT
        }
        Ok(Ingested::Quarantined(reason)) => {
            span.record("decision", "quarantined");
            span.record("reason", reason.as_str());
            StatusCode::NO_CONTENT
        }
        Err(error) => {
            tracing::error!(%error, "a status callback was not written");
            span.record("decision", "try_again");
            StatusCode::SERVICE_UNAVAILABLE
        }
    })
}

/// The dialled number of an inbound call, the calling one of an outbound call.
fn our_number(request: &VerifiedTwilioRequest) -> Option<&str> {
    match request.parameters().get("Direction").and_then(Direction::parse) {
        Some(Direction::OutboundApi | Direction::OutboundDial | Direction::TrunkingOriginating) => {
            request.parameters().get("From")
        }
        Some(Direction::Inbound | Direction::TrunkingTerminating) | None => request.called_number(),
    }
}

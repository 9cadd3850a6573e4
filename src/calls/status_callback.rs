//! Twilio tells how a call goes on: `POST /twilio/voice/status`.

use axum::extract::State;
use axum::http::StatusCode;

use super::event::{self, UnusableEvent};
use super::listening::CallDesk;
use super::webhook_forms::StatusRequest;
use crate::tenancy::VerifiedTwilioRequest;
use crate::tenancy::ingest::{Addressed, EventKind};
use crate::twilio::call_status::Direction;
use crate::twilio::sid::CallSid;

/// Twilio tells how a call goes on.
///
/// Twilio repeats a callback that got 503 if the address in its console ends in `#rc=5&rp=5xx,ct,rt`. A repetition changes
/// nothing.
#[utoipa::path(
    post,
    path = "/twilio/voice/status",
    operation_id = "twilio_call_goes_on",
    tag = "Twilio",
    request_body(content = StatusRequest, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 204, description = "The event is written."),
        (status = 503, description = "The event could not be written. Send it again."),
    ),
    security(("twilio_signature" = []))
)]
pub async fn status(
    State(desk): State<CallDesk>,
    request: VerifiedTwilioRequest,
) -> Result<StatusCode, UnusableEvent> {
    let event = match &parent(&request) {
        Some(parent) => event::read(&request, EventKind::Leg, desk.clock.now())?.of_leg(parent),
        None => event::read(&request, EventKind::Status, desk.clock.now())?,
    };
    let addressed = Addressed::OurNumber(our_number(&request).map(str::to_owned));
    Ok(desk.log(request, addressed, event).await)
}

/// The call that dialled this one, as one of its legs.
fn parent(request: &VerifiedTwilioRequest) -> Option<CallSid> {
    let parameters = request.parameters();
    match parameters.get("Direction").and_then(Direction::parse)? {
        Direction::OutboundDial => CallSid::parse(parameters.get("ParentCallSid")?).ok(),
        Direction::Inbound
        | Direction::OutboundApi
        | Direction::TrunkingOriginating
        | Direction::TrunkingTerminating => None,
    }
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

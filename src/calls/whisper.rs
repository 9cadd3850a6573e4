//! Somebody who was rung picked up: `POST /twilio/t/{tenant_id}/voice/whisper/{call_sid}/{place}/{reading}`.
//!
//! Promises: nobody is put through who has not pressed 1. Doesn't: wait for the database any longer than a caller does.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};

use super::addresses::{CallAddress, WHISPER_ROUTE};
use super::answer;
use super::event::{self, UnusableEvent};
use super::listening::CallDesk;
use super::webhook_forms::WhisperRequest;
use crate::routing::{self, Heard, Place, Whisper};
use crate::tenancy::ingest::{Addressed, EventKind, Ingested, Told};
use crate::tenancy::{TenantId, VerifiedTwilioRequest};
use crate::twilio::sid::CallSid;
use crate::web::twiml_response::TwimlResponse;

/// What a person hears who was asked, for the document.
const EXAMPLE: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Gather input=\"dtmf\" \
    action=\"https://calls.example.com/twilio/t/0199a0e8-0000-7000-8000-000000000001/voice/whisper/\
    CA11111111111111111111111111111111/ring-0-press/1\" method=\"POST\" timeout=\"5\" numDigits=\"1\" \
    actionOnEmptyResult=\"true\"><Say>A call for Acme HVAC. Press 1 to take it.</Say></Gather></Response>";

/// Somebody who was rung picked up, or pressed a key.
///
/// Logs it, and answers with what this person hears before the caller is put through: that there is a call, and to press 1.
#[utoipa::path(
    post,
    path = WHISPER_ROUTE,
    operation_id = "twilio_rung_person_picked_up",
    tag = "Twilio",
    params(
        ("tenant_id" = Uuid, Path, description = "The tenant whose call it is.", example = "0199a0e8-0000-7000-8000-000000000001"),
        ("call_sid" = String, Path, description = "The call that rings this person.", example = "CA11111111111111111111111111111111"),
        ("place" = String, Path, description = "The step that rings.", example = "ring-0-press"),
        ("reading" = u8, Path, description = "How often this person has been asked.", example = 0)
    ),
    request_body(content = WhisperRequest, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "TwiML: what this person hears.", body = String, content_type = "text/xml", example = json!(EXAMPLE))),
    security(("twilio_signature" = []))
)]
pub async fn whisper(
    State(desk): State<CallDesk>,
    path: Result<Path<(TenantId, String, String, u8)>, PathRejection>,
    request: VerifiedTwilioRequest,
) -> Result<TwimlResponse, UnusableEvent> {
    let Path((tenant, call_sid, place, readings)) = path.map_err(|_| UnusableEvent::NotOurPath)?;
    let place: Place = place.parse().map_err(|_| UnusableEvent::NotOurPath)?;
    let call_sid = CallSid::parse(&call_sid).map_err(|_| UnusableEvent::NotOurPath)?;
    let heard = Heard::new(request.parameters().get("Digits").unwrap_or_default(), "");
    let event = event::read(&request, EventKind::Whisper, desk.clock.now())?;
    let event = event.of_leg(&call_sid).at(place).asked(readings);

    let told = Arc::new(Told { request, addressed: Addressed::RunningCall(tenant), event });
    let (next, firm) = match desk.hear(&told).await {
        Ok(Ingested::Routed(routed)) => {
            tracing::Span::current().record("tenant", routed.settings.slug.as_str());
            (routing::whisper(readings, &heard), Some(routed.settings))
        }
        Ok(Ingested::Quarantined(reason)) => {
            tracing::Span::current().record("reason", reason.as_str());
            (Whisper::HangUp, None)
        }
        Err(error) => {
            tracing::error!(%error, "what a rung person did is not written yet");
            desk.hold(told, None, &error);
            (routing::whisper(readings, &heard), None)
        }
    };
    tracing::Span::current().record("decision", next.as_str());
    let address = CallAddress { tenant, call_sid };
    Ok(answer::whisper(
        next,
        place,
        firm.as_ref().map(|settings| settings.company_name.as_str()),
        &address,
        &desk.public_url,
    )
    .into())
}

//! A step of a call ended, and the caller waits for the next: `POST /twilio/t/{tenant_id}/voice/step/{place}`.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};

use super::addresses::STEP_ROUTE;
use super::after::After;
use super::answer;
use super::event::{self, UnusableEvent};
use super::listening::CallDesk;
use super::webhook_forms::StepRequest;
use crate::routing::Place;
use crate::tenancy::ingest::{Addressed, EventKind, Told};
use crate::tenancy::{TenantId, VerifiedTwilioRequest};
use crate::web::twiml_response::TwimlResponse;

/// A question, ringing or a message ended.
///
/// Logs how, and answers with what the caller, who may still be on the line, hears next.
#[utoipa::path(
    post,
    path = STEP_ROUTE,
    operation_id = "twilio_step_ended",
    tag = "Twilio",
    params(
        ("tenant_id" = Uuid, Path, description = "The tenant whose call it is.", example = "0199a0e8-0000-7000-8000-000000000001"),
        ("place" = String, Path, description = "The step: `ask-open-1`, `ring-0-press`, `together-pickup`, `ladder-0`, `message`.", example = "ring-0-press")
    ),
    request_body(content = StepRequest, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "TwiML: what the caller hears next.", body = String, content_type = "text/xml", example = json!(answer::EXAMPLE))),
    security(("twilio_signature" = []))
)]
pub async fn step(
    State(desk): State<CallDesk>,
    path: Result<Path<(TenantId, String)>, PathRejection>,
    request: VerifiedTwilioRequest,
) -> Result<TwimlResponse, UnusableEvent> {
    // Only now: what can't be proved is a 403, whatever its path.
    let Path((tenant, place)) = path.map_err(|_| UnusableEvent::NotOurPath)?;
    let place: Place = place.parse().map_err(|_| UnusableEvent::NotOurPath)?;
    let event = event::read(&request, kind(place), desk.clock.now())?.at(place);
    let told = Arc::new(Told { request, addressed: Addressed::RunningCall(tenant), event });
    let answer = desk.take_turn(told, After::Step(place)).await;
    Ok(answer.render(&desk.public_url).into())
}

fn kind(place: Place) -> EventKind {
    match place {
        Place::Ask { .. } => EventKind::Asked,
        Place::Ring { .. } | Place::Together(_) | Place::Ladder(_) => EventKind::DialResult,
        Place::Message => EventKind::Message,
    }
}

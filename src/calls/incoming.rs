//! A call comes in: `POST /twilio/voice`.

use std::sync::Arc;

use axum::extract::State;

use super::after::After;
use super::answer;
use super::event::{self, UnusableEvent};
use super::listening::CallDesk;
use super::webhook_forms::VoiceRequest;
use crate::tenancy::VerifiedTwilioRequest;
use crate::tenancy::ingest::{Addressed, EventKind, Told};
use crate::web::twiml_response::TwimlResponse;

/// A call comes in.
///
/// Logs the call under the tenant that owns the dialled number, and answers with what the caller hears. An ill database
/// changes only where the answer comes from: the settings last known.
#[utoipa::path(
    post,
    path = "/twilio/voice",
    operation_id = "twilio_call_comes_in",
    tag = "Twilio",
    request_body(content = VoiceRequest, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "TwiML: what the caller hears.", body = String, content_type = "text/xml", example = json!(answer::EXAMPLE))),
    security(("twilio_signature" = []))
)]
pub async fn incoming(
    State(desk): State<CallDesk>,
    request: VerifiedTwilioRequest,
) -> Result<TwimlResponse, UnusableEvent> {
    let event = event::read(&request, EventKind::Incoming, desk.clock.now())?;
    let addressed = Addressed::OurNumber(request.called_number().map(str::to_owned));
    let answer = desk.take_turn(Arc::new(Told { request, addressed, event }), After::Incoming).await;
    Ok(answer.render(&desk.public_url).into())
}

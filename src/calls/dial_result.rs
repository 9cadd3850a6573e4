//! A forwarding ended: `POST /twilio/t/{tenant_id}/voice/dial-result`.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};

use super::answer;
use super::event::{self, UnusableEvent};
use super::listening::CallDesk;
use super::routing::{self, Decision};
use super::webhook_forms::DialResultRequest;
use crate::tenancy::ingest::{Addressed, EventKind, Ingested, Told};
use crate::tenancy::{TenantId, VerifiedTwilioRequest};
use crate::twilio::call_status::DialStatus;
use crate::web::twiml_response::TwimlResponse;

/// The forwarding of a call ended.
///
/// Logs how, and answers with what the caller, who may still be on the line, hears next.
#[utoipa::path(
    post,
    path = answer::DIAL_RESULT_ROUTE,
    operation_id = "twilio_forwarding_ended",
    tag = "Twilio",
    params(("tenant_id" = Uuid, Path, description = "The tenant whose call was forwarded.", example = "0199a0e8-0000-7000-8000-000000000001")),
    request_body(content = DialResultRequest, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "TwiML: what the caller hears next.", body = String, content_type = "text/xml", example = json!(answer::EXAMPLE))),
    security(("twilio_signature" = []))
)]
pub async fn dial_result(
    State(desk): State<CallDesk>,
    tenant: Result<Path<TenantId>, PathRejection>,
    request: VerifiedTwilioRequest,
) -> Result<TwimlResponse, UnusableEvent> {
    // Only now: what can't be proved is a 403, whatever its path.
    let Path(tenant) = tenant.map_err(|_| UnusableEvent::NoTenant)?;
    let event = event::read(&request, EventKind::DialResult, desk.clock.now())?;
    let result = request.parameters().get("DialCallStatus").and_then(DialStatus::parse);
    let span = tracing::Span::current();
    let told = Arc::new(Told { request, addressed: Addressed::RunningCall(tenant), event });
    let decision = match desk.hear(&told).await {
        Ok(Ingested::Routed(routed)) => {
            span.record("tenant", routed.settings.slug.as_str());
            routing::after_forwarding(result)
        }
        Ok(Ingested::Quarantined(reason)) => {
            span.record("reason", reason.as_str());
            Decision::HangUp
        }
        Err(error) => {
            tracing::error!(%error, "the result of a forwarding is not written yet");
            desk.hold(told, None, &error);
            routing::after_forwarding(result)
        }
    };
    span.record("decision", decision.as_str());
    desk.figures.decided(decision.as_str());
    Ok(answer::render(&decision, Some(tenant), &desk.public_url).into())
}

//! A forwarding ended: `POST /twilio/t/{tenant_id}/voice/dial-result`.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};

use super::answer;
use super::event::{self, Told, UnusableEvent};
use super::listening::CallDesk;
use super::routing::{self, Decision};
use crate::tenancy::ingest::{Addressed, EventKind, Ingested};
use crate::tenancy::{TenantId, VerifiedTwilioRequest};
use crate::twilio::call_status::DialStatus;
use crate::web::twiml_response::TwimlResponse;

/// Logs how the forwarding ended and tells Twilio what the caller, who may still be on the line, hears. That follows from
/// the request alone: an ill database changes nothing for the caller.
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

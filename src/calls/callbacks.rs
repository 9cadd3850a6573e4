//! What Twilio tells of a running call while nobody listens: its legs, its recordings, what was said on them.
//!
//! Promises: each is written once under its call, in whatever order they come. One that could not be written gets 503, and
//! Twilio repeats it, because the addresses that we give out say so.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;

use super::addresses::{LEG_ROUTE, RECORDING_ROUTE, TRANSCRIPTION_ROUTE};
use super::event::{self, UnusableEvent};
use super::listening::CallDesk;
use super::webhook_forms::{RecordingRequest, StatusRequest, TranscriptionRequest};
use crate::routing::Place;
use crate::tenancy::ingest::{Addressed, CallEvent, EventKind, Ingested, Told};
use crate::tenancy::{TenantId, VerifiedTwilioRequest};
use crate::twilio::sid::CallSid;

/// A leg that a call dialled was picked up, or ended.
#[utoipa::path(
    post,
    path = LEG_ROUTE,
    operation_id = "twilio_leg_goes_on",
    tag = "Twilio",
    params(
        ("tenant_id" = Uuid, Path, description = "The tenant whose call it is.", example = "0199a0e8-0000-7000-8000-000000000001"),
        ("call_sid" = String, Path, description = "The call that dialled the leg.", example = "CA11111111111111111111111111111111"),
        ("place" = String, Path, description = "The step that dialled it.", example = "ring-0-press")
    ),
    request_body(content = StatusRequest, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 204, description = "The event is written."),
        (status = 503, description = "The event could not be written. Send it again."),
    ),
    security(("twilio_signature" = []))
)]
pub async fn leg(
    State(desk): State<CallDesk>,
    path: Result<Path<(TenantId, String, String)>, PathRejection>,
    request: VerifiedTwilioRequest,
) -> Result<StatusCode, UnusableEvent> {
    let Path((tenant, call_sid, place)) = path.map_err(|_| UnusableEvent::NotOurPath)?;
    let place: Place = place.parse().map_err(|_| UnusableEvent::NotOurPath)?;
    let call_sid = CallSid::parse(&call_sid).map_err(|_| UnusableEvent::NotOurPath)?;
    let event = event::read(&request, EventKind::Leg, desk.clock.now())?.of_leg(&call_sid).at(place);
    Ok(desk.log(request, Addressed::RunningCall(tenant), event).await)
}

/// A recording of a call is ready, or will never be.
#[utoipa::path(
    post,
    path = RECORDING_ROUTE,
    operation_id = "twilio_recording_ready",
    tag = "Twilio",
    params(("tenant_id" = Uuid, Path, description = "The tenant whose call it is.", example = "0199a0e8-0000-7000-8000-000000000001")),
    request_body(content = RecordingRequest, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 204, description = "The event is written."),
        (status = 503, description = "The event could not be written. Send it again."),
    ),
    security(("twilio_signature" = []))
)]
pub async fn recording(
    State(desk): State<CallDesk>,
    tenant: Result<Path<TenantId>, PathRejection>,
    request: VerifiedTwilioRequest,
) -> Result<StatusCode, UnusableEvent> {
    let Path(tenant) = tenant.map_err(|_| UnusableEvent::NotOurPath)?;
    let event = event::read(&request, EventKind::Recording, desk.clock.now())?;
    Ok(desk.log(request, Addressed::RunningCall(tenant), event).await)
}

/// A recording of a call was written down.
#[utoipa::path(
    post,
    path = TRANSCRIPTION_ROUTE,
    operation_id = "twilio_transcription_ready",
    tag = "Twilio",
    params(("tenant_id" = Uuid, Path, description = "The tenant whose call it is.", example = "0199a0e8-0000-7000-8000-000000000001")),
    request_body(content = TranscriptionRequest, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 204, description = "The event is written."),
        (status = 503, description = "The event could not be written. Send it again."),
    ),
    security(("twilio_signature" = []))
)]
pub async fn transcription(
    State(desk): State<CallDesk>,
    tenant: Result<Path<TenantId>, PathRejection>,
    request: VerifiedTwilioRequest,
) -> Result<StatusCode, UnusableEvent> {
    let Path(tenant) = tenant.map_err(|_| UnusableEvent::NotOurPath)?;
    let event = event::read(&request, EventKind::Transcription, desk.clock.now())?;
    Ok(desk.log(request, Addressed::RunningCall(tenant), event).await)
}

impl CallDesk {
    /// Writes an event that asks for no answer.
    pub(super) async fn log(
        &self,
        request: VerifiedTwilioRequest,
        addressed: Addressed,
        event: CallEvent,
    ) -> StatusCode {
        let span = tracing::Span::current();
        match self.hear(&Arc::new(Told { request, addressed, event })).await {
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
        }
    }
}

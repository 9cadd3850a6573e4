//! A call comes in: `POST /twilio/voice`.

use std::sync::Arc;

use axum::extract::State;

use super::answer;
use super::event::{self, UnusableEvent};
use super::listening::{CallDesk, NotHeard};
use super::routing::{self, Decision, IncomingCall};
use super::webhook_forms::VoiceRequest;
use crate::tenancy::decisions::Decided;
use crate::tenancy::ingest::{
    Addressed, CallSettings, EventKind, Ingested, News, QuarantineReason, RoutedCall, Told,
};
use crate::tenancy::{TenantId, TenantScope, VerifiedTwilioRequest};
use crate::twilio::phone_number::{CallerId, E164PhoneNumber};
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
    let told = Arc::new(Told { request, addressed, event });

    let (decision, tenant) = match desk.hear(&told).await {
        Ok(Ingested::Routed(routed)) => {
            let answer = routed_call(&desk, &told, &routed);
            desk.backlog.keep_pace().await;
            answer
        }
        Ok(Ingested::Quarantined(reason)) => (quarantined_call(&desk, &told.request, reason), None),
        Err(error) => call_without_database(&desk, told, &error),
    };
    tracing::Span::current().record("decision", decision.as_str());
    desk.figures.decided(decision.as_str());
    Ok(answer::render(&decision, tenant, &desk.public_url).into())
}

/// The call as routing sees it.
pub(super) fn call_of(request: &VerifiedTwilioRequest) -> IncomingCall {
    IncomingCall {
        caller: CallerId::parse(request.parameters().get("From").unwrap_or_default()),
        dialled: request.called_number().and_then(|number| E164PhoneNumber::parse(number).ok()),
    }
}

fn routed_call(desk: &CallDesk, told: &Told, routed: &RoutedCall) -> (Decision, Option<TenantId>) {
    tracing::Span::current().record("tenant", routed.settings.slug.as_str());
    if let Some(number) = told.request.called_number() {
        desk.last_known.note(number, routed);
    }
    let decision = routing::decide(&routed.settings, &call_of(&told.request));
    match routed.news {
        News::First => desk.backlog.decided(Decided {
            scope: routed.scope,
            call_sid: told.event.call_sid.clone(),
            decision: decision.as_str(),
            at: desk.clock.now(),
        }),
        News::Repeated => {}
    }
    (decision, Some(routed.scope.tenant_id()))
}

fn quarantined_call(desk: &CallDesk, request: &VerifiedTwilioRequest, reason: QuarantineReason) -> Decision {
    tracing::Span::current().record("reason", reason.as_str());
    match (reason, request.called_number()) {
        (QuarantineReason::UnknownNumber | QuarantineReason::InactiveTenant, Some(number)) => {
            desk.last_known.forget(number);
        }
        // The number is somebody's, only not this account's.
        (QuarantineReason::WrongAccount, _) | (_, None) => {}
    }
    Decision::NotInService
}

/// The caller must not hear that our database is ill; whom the account may call still counts.
fn call_without_database(desk: &CallDesk, told: Arc<Told>, error: &NotHeard) -> (Decision, Option<TenantId>) {
    tracing::error!(%error, "a call is answered from memory");
    let known = known_settings(desk, &told.request);
    let settings = known.as_ref().map(|(_, settings)| settings);
    let decision = routing::decide_without_database(settings, &call_of(&told.request));
    desk.hold(told, Some(decision.as_str()), error);
    (decision, known.map(|(scope, _)| scope.tenant_id()))
}

/// What memory knows of the dialled number's tenant; its log lines name that tenant.
pub(super) fn known_settings(
    desk: &CallDesk,
    request: &VerifiedTwilioRequest,
) -> Option<(TenantScope, CallSettings)> {
    let known = desk.last_known.of_call(request)?;
    tracing::Span::current().record("tenant", known.1.slug.as_str());
    Some(known)
}

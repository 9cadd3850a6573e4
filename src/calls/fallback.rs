//! Twilio could not use our answer, or got none: `POST /twilio/voice/fallback`.
//!
//! Promises: answers from memory alone, because whatever made the first answer fail may be ill still; what Twilio says of
//! the failure is logged at once, and goes into the ledger behind the answer.

use std::sync::Arc;

use axum::extract::State;

use super::answer;
use super::backlog::Held;
use super::event::{self, UnusableEvent};
use super::incoming::{call_of, known_settings};
use super::listening::CallDesk;
use super::routing;
use super::webhook_forms::FallbackRequest;
use crate::tenancy::VerifiedTwilioRequest;
use crate::tenancy::ingest::{Addressed, EventKind, Told};
use crate::twilio::call_status::DialStatus;
use crate::web::twiml_response::TwimlResponse;

/// What stands in Twilio's console as the fallback of a number.
pub const ROUTE: &str = "/twilio/voice/fallback";

/// Twilio got no answer from us, or none that it could use.
///
/// Answers from memory alone, because whatever made the first answer fail may be ill still.
#[utoipa::path(
    post,
    path = ROUTE,
    operation_id = "twilio_answer_failed",
    tag = "Twilio",
    request_body(content = FallbackRequest, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "TwiML: what the caller hears instead.", body = String, content_type = "text/xml", example = json!(answer::EXAMPLE))),
    security(("twilio_signature" = []))
)]
pub async fn fallback(
    State(desk): State<CallDesk>,
    request: VerifiedTwilioRequest,
) -> Result<TwimlResponse, UnusableEvent> {
    let event = event::read(&request, EventKind::Fallback, desk.clock.now())?;
    let error_code = error_code(request.parameters().get("ErrorCode"));
    let failed = FailedAnswer::of_url(request.parameters().get("ErrorUrl").unwrap_or_default());
    tracing::error!(
        call = %event.call_sid,
        error_code,
        answer = failed.as_str(),
        "Twilio could not use an answer of ours; docs/runbook.md says what its error code means"
    );

    let known = known_settings(&desk, &request);
    let decision = match failed {
        FailedAnswer::First => {
            let settings = known.as_ref().map(|(_, settings)| settings);
            routing::decide_without_database(settings, &call_of(&request))
        }
        // To forward once more would ring the same phone for ever.
        FailedAnswer::AfterForwarding => {
            let result = request.parameters().get("DialCallStatus").and_then(DialStatus::parse);
            routing::after_forwarding(result)
        }
    };
    let span = tracing::Span::current();
    span.record("decision", decision.as_str());
    if let Some(code) = error_code {
        span.record("reason", tracing::field::display(format_args!("error {code}")));
    }
    if let Some((_, settings)) = &known {
        span.record("tenant", settings.slug.as_str());
    }
    let addressed = Addressed::OurNumber(request.called_number().map(str::to_owned));
    desk.backlog.hold(Held { told: Arc::new(Told { request, addressed, event }), decision: None });
    desk.figures.decided(decision.as_str());
    let tenant = known.map(|(scope, _)| scope.tenant_id());
    Ok(answer::render(&decision, tenant, &desk.public_url).into())
}

/// Which of our answers Twilio could not use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FailedAnswer {
    /// The one to a call that comes in.
    First,
    /// The one to the end of a forwarding.
    AfterForwarding,
}

impl FailedAnswer {
    fn of_url(url: &str) -> Self {
        let path = url.split(['?', '#']).next().unwrap_or_default();
        if path.ends_with("/voice/dial-result") { Self::AfterForwarding } else { Self::First }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::AfterForwarding => "after_forwarding",
        }
    }
}

/// Twilio's codes are numbers of five digits; anything else is not repeated in a log.
fn error_code(text: Option<&str>) -> Option<u32> {
    text?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_failed_answer_is_told_by_its_url() {
        let dial_result =
            "https://calls.example.com/twilio/t/0199a0e8-0000-7000-8000-000000000001/voice/dial-result";

        assert_eq!(FailedAnswer::of_url(dial_result), FailedAnswer::AfterForwarding);
        assert_eq!(FailedAnswer::of_url(&format!("{dial_result}#rc=2")), FailedAnswer::AfterForwarding);
        for first in ["https://calls.example.com/twilio/voice", "", "no URL"] {
            assert_eq!(FailedAnswer::of_url(first), FailedAnswer::First, "{first}");
        }
    }

    #[test]
    fn only_a_number_is_an_error_code() {
        assert_eq!(error_code(Some("11200")), Some(11200));
        assert_eq!(error_code(Some("+19725550123 called")), None);
        assert_eq!(error_code(None), None);
    }
}

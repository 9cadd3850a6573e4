//! Twilio could not use our answer, or got none: `POST /twilio/voice/fallback`.
//!
//! Promises: answers from memory alone, because whatever made the first answer fail may be ill still; what Twilio says of
//! the failure is logged at once, and goes into the ledger behind the answer.

use std::sync::Arc;

use axum::extract::State;

use super::after::After;
use super::answer::{self, Answer};
use super::backlog::Held;
use super::event::{self, UnusableEvent};
use super::listening::CallDesk;
use super::webhook_forms::FallbackRequest;
use crate::tenancy::VerifiedTwilioRequest;
use crate::tenancy::ingest::{Addressed, EventKind, Told};
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

    let addressed = Addressed::OurNumber(request.called_number().map(str::to_owned));
    let told = Arc::new(Told { request, addressed, event });
    let answer = match failed {
        FailedAnswer::ToCaller(after) => desk.answer_from_memory(&told, after).0,
        // Nobody has pressed 1: a voicemail must not be put through.
        FailedAnswer::ToRungPerson => Answer::SwitchedOff,
    };
    let span = tracing::Span::current();
    span.record("decision", answer.as_str());
    if let Some(code) = error_code {
        span.record("reason", tracing::field::display(format_args!("error {code}")));
    }
    desk.backlog.hold(Held { told, note: None });
    desk.figures.decided(answer.as_str());
    Ok(answer.render(&desk.public_url).into())
}

/// Which of our answers Twilio could not use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FailedAnswer {
    /// One that the caller waited for. To begin a call anew is right where nothing was heard of it yet; later, the step after
    /// the one that ended: to take the same one again would ring the same phone for ever.
    ToCaller(After),
    /// One to a person who was rung.
    ToRungPerson,
}

impl FailedAnswer {
    fn of_url(url: &str) -> Self {
        let path = url.split(['?', '#']).next().unwrap_or_default();
        let mut segments = path.rsplit('/');
        let place = segments.next().and_then(|place| place.parse().ok());
        match (place, segments.next()) {
            (Some(place), Some("step")) => Self::ToCaller(After::Step(place)),
            (_, _) if path.contains("/voice/whisper/") => Self::ToRungPerson,
            (_, _) => Self::ToCaller(After::Incoming),
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::ToCaller(After::Incoming) => "first",
            Self::ToCaller(After::Step(_)) => "later",
            Self::ToRungPerson => "to_rung_person",
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
    use crate::routing::Place;

    #[test]
    fn the_failed_answer_is_told_by_its_url() {
        let base = "https://calls.example.com/twilio/t/0199a0e8-0000-7000-8000-000000000001/voice";
        let step = |place| FailedAnswer::ToCaller(After::Step(place));

        let message = FailedAnswer::of_url(&format!("{base}/step/message"));
        let ladder = FailedAnswer::of_url(&format!("{base}/step/ladder-1#rc=2"));
        let whisper = FailedAnswer::of_url(&format!("{base}/whisper/CA11/ring-0-press/1"));

        assert_eq!((message, ladder), (step(Place::Message), step(Place::Ladder(1))));
        assert_eq!(whisper, FailedAnswer::ToRungPerson);
        for first in ["https://calls.example.com/twilio/voice", "", "no URL"] {
            assert_eq!(FailedAnswer::of_url(first), FailedAnswer::ToCaller(After::Incoming), "{first}");
        }
    }

    #[test]
    fn only_a_number_is_an_error_code() {
        assert_eq!(error_code(Some("11200")), Some(11200));
        assert_eq!(error_code(Some("+19725550123 called")), None);
        assert_eq!(error_code(None), None);
    }
}

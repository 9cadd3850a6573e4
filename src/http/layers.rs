//! What stands around every request: its id, its one log line, and what a panic turns into.
//!
//! Promises: one line at the end of each request, with tenant, call, decision and duration; no number, body or key in it.

use std::any::Any;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;
use tracing::Instrument;
use tracing::field::Empty;
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use crate::calls::answer;
use crate::figures::Figures;
use crate::tenancy::twilio_door::RefusalCause;
use crate::traces;
use crate::web::problem::Problem;
use crate::web::twiml_response::TwimlResponse;

/// PostgreSQL itself ends our statements after 5 s, so whoever waits longer waits for a database that isn't there.
const REPORT_PATIENCE: Duration = Duration::from_secs(6);
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives the request an id, and logs and counts it when it is answered. An id that a client sends is not taken over: it would let
/// anybody write into our log.
pub async fn watch(State(figures): State<Figures>, request: Request, next: Next) -> Response {
    let id = Uuid::now_v7();
    let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned();
    let span = tracing::info_span!(
        "request",
        %id,
        method = %request.method(),
        route = %route,
        tenant = Empty,
        call = Empty,
        decision = Empty,
        reason = Empty
    );
    traces::continue_from(&span, request.headers());
    let began = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    tell_problem_its_request(&mut response, id);
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    figures.answered(&route, response.status().as_u16(), began.elapsed());
    if let Some(RefusalCause(cause)) = response.extensions_mut().remove() {
        figures.refused(cause);
    }
    traces::answered(&span, response.status().as_u16());
    span.in_scope(|| log(&route, &response, began));
    response
}

fn log(route: &str, response: &Response, began: Instant) {
    let status = response.status().as_u16();
    // 128 bits would become a string in JSON.
    let duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    match status {
        // Probes come every few seconds and say nothing new.
        200 if matches!(route, "/livez" | "/readyz") => tracing::debug!(status, duration_ms, "answered"),
        400.. => tracing::warn!(status, duration_ms, "answered"),
        _ => tracing::info!(status, duration_ms, "answered"),
    }
}

/// A problem carries the id under which the log has its cause.
fn tell_problem_its_request(response: &mut Response, id: Uuid) {
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        let (_, body) = problem.with_request_id(id.to_string()).into_response().into_parts();
        *response.body_mut() = body;
        response.headers_mut().remove(header::CONTENT_LENGTH);
    }
}

/// Stops waiting for a report whose database says nothing any more.
pub async fn limit_patience(request: Request, next: Next) -> Response {
    let answer = tokio::time::timeout(REPORT_PATIENCE, next.run(request));
    answer.await.unwrap_or_else(|_| {
        tracing::error!("the database did not answer a report within {} s", REPORT_PATIENCE.as_secs());
        Problem::unavailable().into_response()
    })
}

/// Around routes whose answer somebody listens to.
pub fn answering_callers<S>(routes: OpenApiRouter<S>) -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    routes.layer(CatchPanicLayer::custom(speak_of_panic))
}

/// Around routes whose answer a program reads; Twilio repeats a status callback that failed.
pub fn answering_programs<S>(routes: OpenApiRouter<S>) -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    routes.layer(CatchPanicLayer::custom(report_panic))
}

/// A handler of a call panicked: the caller hears an apology, and not that "an application error has occurred".
#[expect(clippy::needless_pass_by_value, reason = "the layer hands it over")]
fn speak_of_panic(panic: Box<dyn Any + Send + 'static>) -> axum::http::Response<Body> {
    log_panic(panic.as_ref());
    TwimlResponse::from(answer::apology()).into_response()
}

/// Any other handler panicked.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands it over")]
fn report_panic(panic: Box<dyn Any + Send + 'static>) -> axum::http::Response<Body> {
    log_panic(panic.as_ref());
    Problem::internal().into_response()
}

fn log_panic(panic: &(dyn Any + Send)) {
    let message = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    tracing::error!(message, "a handler panicked");
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::http::StatusCode;
    use axum::routing::post;
    use tower::ServiceExt as _;

    use super::*;

    fn panicking() -> OpenApiRouter {
        OpenApiRouter::new().route("/", post(async || -> StatusCode { panic!("of a test") }))
    }

    async fn answer_of(router: Router) -> (StatusCode, String, String) {
        let response = router.oneshot(Request::post("/").body(Body::empty()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let content_type = parts.headers[header::CONTENT_TYPE].to_str().unwrap().to_owned();
        (parts.status, content_type, String::from_utf8(bytes.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_caller_whose_handler_panics_hears_an_apology() {
        let (status, content_type, body) = answer_of(answering_callers(panicking()).into()).await;

        assert_eq!((status, content_type.as_str()), (StatusCode::OK, "text/xml; charset=utf-8"));
        assert!(body.contains("<Say>We are sorry") && body.ends_with("<Hangup/></Response>"), "{body}");
    }

    #[tokio::test]
    async fn a_program_whose_handler_panics_learns_that_it_is_our_fault() {
        let (status, content_type, body) = answer_of(answering_programs(panicking()).into()).await;

        assert_eq!(
            (status, content_type.as_str()),
            (StatusCode::INTERNAL_SERVER_ERROR, "application/problem+json")
        );
        assert!(!body.contains("of a test"), "{body}");
    }
}

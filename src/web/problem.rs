//! Errors of the API, as RFC 9457 has them.
//!
//! Promises: `application/problem+json` with a stable `type`; a missing thing and somebody else's look the same.
//! Doesn't: know the request's id; the layer around all requests adds it.

use std::borrow::Cow;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use serde::Serialize;
use utoipa::ToSchema;

use super::problem_kind::ProblemKind;

/// What a client is told when it doesn't get what it asked for (RFC 9457).
#[derive(Clone, Debug, Serialize, ToSchema, PartialEq, Eq)]
pub struct Problem {
    /// The stable name of this kind of problem. Let a program decide by it.
    #[serde(rename = "type", serialize_with = "kind_name")]
    kind: ProblemKind,
    /// The same in words.
    title: &'static str,
    /// The status of the answer once more.
    #[serde(serialize_with = "status_number")]
    #[schema(value_type = u16)]
    status: StatusCode,
    /// What happened, and what to do.
    detail: String,
    /// All parameters or fields that were at fault, if any were.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<FieldError>,
    /// The id under which the server's log has this request. `X-Request-Id` is the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    /// After how many seconds it may go better: the header `Retry-After`.
    #[serde(skip)]
    retry_after: Option<u32>,
}

/// What is wrong with one parameter or field.
#[derive(Clone, Debug, Serialize, ToSchema, PartialEq, Eq)]
pub struct FieldError {
    /// The name of the parameter or field.
    #[schema(value_type = String)]
    pub field: Cow<'static, str>,
    /// What is wrong, and what would be right.
    pub detail: String,
}

impl FieldError {
    /// What is wrong with a field that we know.
    #[must_use]
    pub fn new(field: &'static str, detail: impl Into<String>) -> Self {
        Self { field: Cow::Borrowed(field), detail: detail.into() }
    }
}

impl Problem {
    fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            title: kind.title(),
            status: kind.status(),
            detail: detail.into(),
            errors: Vec::new(),
            request_id: None,
            retry_after: None,
        }
    }

    /// 404: not there, or not yours.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(ProblemKind::NotFound, "There is nothing here that you may see.")
    }

    /// 404: it was there, and is yours, but Twilio has it no more.
    #[must_use]
    pub fn gone_at_twilio() -> Self {
        Self::new(ProblemKind::NotFound, "Twilio does not have this any more: it was deleted there.")
    }

    /// 405.
    #[must_use]
    pub fn method_not_allowed() -> Self {
        Self::new(
            ProblemKind::MethodNotAllowed,
            "This address exists, but not for this method. The Allow header names the right one.",
        )
    }

    /// 400: parameters that can't be understood, each with its reason.
    #[must_use]
    pub fn invalid_parameters(errors: Vec<FieldError>) -> Self {
        let problem = Self::new(
            ProblemKind::InvalidParameters,
            "Some parameters can't be understood. Nothing was done.",
        );
        Self { errors, ..problem }
    }

    /// 401: no key, or not a good one.
    #[must_use]
    pub fn unauthorized() -> Self {
        Self::new(
            ProblemKind::Unauthorized,
            "Send a valid key as `Authorization: Bearer KEY`. `switchboard key create` makes one.",
        )
    }

    /// 400: an operator key opens many doors, so the request must name one.
    #[must_use]
    pub fn tenant_not_named() -> Self {
        let detail = "An operator key needs ?tenant=SLUG to say whose data is meant.";
        Self::invalid_parameters(vec![FieldError::new("tenant", detail)])
    }

    /// 400: a body that can't be used, each field with its reason.
    #[must_use]
    pub fn invalid_body(errors: Vec<FieldError>) -> Self {
        let problem =
            Self::new(ProblemKind::InvalidBody, "Some fields of the body can't be used. Nothing was done.");
        Self { errors, ..problem }
    }

    /// 403: a good key, but what spans tenants is for operators.
    #[must_use]
    pub fn forbidden() -> Self {
        Self::new(
            ProblemKind::Forbidden,
            "This spans tenants and needs an operator's key. `switchboard key create --operator` makes one.",
        )
    }

    /// 409: it can't be done as things are; the field that stands in the way, and what it collides with.
    #[must_use]
    pub fn conflict(field: &'static str, detail: impl Into<String>) -> Self {
        let problem = Self::new(ProblemKind::Conflict, "This can't be done as things are. Nothing was done.");
        Self { errors: vec![FieldError::new(field, detail)], ..problem }
    }

    /// 422: the key belongs to another request.
    #[must_use]
    pub fn idempotency_key_reused() -> Self {
        Self::new(
            ProblemKind::IdempotencyKeyReused,
            "Another request was answered under this Idempotency-Key. Choose a new key for a new request.",
        )
    }

    /// 428: a change that says nothing of the version that it is meant for.
    #[must_use]
    pub fn precondition_required() -> Self {
        Self::new(
            ProblemKind::PreconditionRequired,
            "Send If-Match with the ETag that GET answered with, so that nobody's change in between is lost. Nothing was \
             done.",
        )
    }

    /// 412: somebody else has changed it in the meantime.
    #[must_use]
    pub fn precondition_failed() -> Self {
        Self::new(
            ProblemKind::PreconditionFailed,
            "It was changed since you read it. Nothing was done. Read it again, and send your change with the new ETag.",
        )
    }

    /// 413.
    #[must_use]
    pub fn too_large(most_bytes: usize) -> Self {
        Self::new(ProblemKind::TooLarge, format!("The body may hold {most_bytes} bytes at most."))
    }

    /// 415.
    #[must_use]
    pub fn not_json() -> Self {
        Self::new(
            ProblemKind::UnsupportedMediaType,
            "Send a JSON object with `Content-Type: application/json`.",
        )
    }

    /// 400: a tenant's key opens one door, so the request must not name another.
    #[must_use]
    pub fn tenant_named_in_vain() -> Self {
        Self::invalid_parameters(vec![FieldError {
            field: "tenant".into(),
            detail: "Only an operator's key names a tenant; this key opens its own tenant alone.".to_owned(),
        }])
    }

    /// 429: this address has shown too many wrong keys, and has to wait.
    #[must_use]
    pub fn too_many_wrong_keys(wait: TimeDelta) -> Self {
        let problem = Self::new(
            ProblemKind::TooManyWrongKeys,
            "Too many wrong keys came from your address. Wait as long as Retry-After says, and send a valid one.",
        );
        // Rounded up, so that whoever waits that long has waited long enough.
        let seconds = wait.num_milliseconds().max(1).saturating_add(999) / 1000;
        Self { retry_after: Some(u32::try_from(seconds).unwrap_or(u32::MAX)), ..problem }
    }

    /// 503: the database can't be reached; try again soon.
    #[must_use]
    pub fn unavailable() -> Self {
        let problem = Self::new(
            ProblemKind::Unavailable,
            "The database can't be reached at the moment. Try again in a few seconds.",
        );
        Self { retry_after: Some(5), ..problem }
    }

    /// 502: Twilio refuses or fails; what it said, and what to do.
    #[must_use]
    pub fn twilio_failed(detail: impl Into<String>) -> Self {
        Self::new(ProblemKind::TwilioFailed, detail)
    }

    /// 504: Twilio does not answer in time.
    #[must_use]
    pub fn twilio_silent() -> Self {
        Self::new(ProblemKind::TwilioSilent, "Twilio did not answer in time. Try again later.")
    }

    /// The same problem, which may go better after so many seconds.
    #[must_use]
    pub fn after(self, seconds: Option<u32>) -> Self {
        Self { retry_after: seconds, ..self }
    }

    /// 500: our fault. The log has the cause under the request's id.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(
            ProblemKind::Internal,
            "Something went wrong on our side. The log has the cause under this request's id.",
        )
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> ProblemKind {
        self.kind
    }

    /// What happened, and what to do.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// After how many seconds it may go better.
    #[must_use]
    pub fn retry_after(&self) -> Option<u32> {
        self.retry_after
    }

    /// The same problem, with the id of the request that met it.
    #[must_use]
    pub fn with_request_id(self, request_id: String) -> Self {
        Self { request_id: Some(request_id), ..self }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn kind_name<S: serde::Serializer>(kind: &ProblemKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.urn())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn status_number<S: serde::Serializer>(status: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        // A struct of strings and numbers always serialises; an empty body would still carry the right status.
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self);
        response
    }
}

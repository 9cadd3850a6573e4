//! Errors of the API, as RFC 9457 has them.
//!
//! Promises: `application/problem+json` with a stable `type`; a missing thing and somebody else's look the same.
//! Doesn't: know the request's id; the layer around all requests adds it.

use std::borrow::Cow;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use serde::Serialize;

/// What an API client is told when it doesn't get what it asked for.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct Problem {
    /// A stable name for this kind of problem: `urn:switchboard:problem:…`. `docs/api.md` lists them.
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    #[serde(serialize_with = "status_number")]
    status: StatusCode,
    detail: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
    /// The id that the log line of this request carries.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    /// After how many seconds it may go better: the header `Retry-After`.
    #[serde(skip)]
    retry_after: Option<u32>,
}

/// What is wrong with one parameter or field.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct FieldError {
    /// The name of the parameter or field.
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
    fn new(status: StatusCode, kind: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        Self {
            kind,
            title,
            status,
            detail: detail.into(),
            errors: Vec::new(),
            request_id: None,
            retry_after: None,
        }
    }

    /// 404: not there, or not yours.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "urn:switchboard:problem:not-found",
            "Not found",
            "There is nothing here that you may see.",
        )
    }

    /// 405.
    #[must_use]
    pub fn method_not_allowed() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "urn:switchboard:problem:method-not-allowed",
            "Method not allowed",
            "This address exists, but not for this method. The Allow header names the right one.",
        )
    }

    /// 400: parameters that can't be understood, each with its reason.
    #[must_use]
    pub fn invalid_parameters(errors: Vec<FieldError>) -> Self {
        let problem = Self::new(
            StatusCode::BAD_REQUEST,
            "urn:switchboard:problem:invalid-parameters",
            "Invalid parameters",
            "Some parameters can't be understood. Nothing was done.",
        );
        Self { errors, ..problem }
    }

    /// 401: no key, or not a good one.
    #[must_use]
    pub fn unauthorized() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "urn:switchboard:problem:unauthorized",
            "Unauthorized",
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
        let problem = Self::new(
            StatusCode::BAD_REQUEST,
            "urn:switchboard:problem:invalid-body",
            "Invalid body",
            "Some fields of the body can't be used. Nothing was done.",
        );
        Self { errors, ..problem }
    }

    /// 403: a good key, but what spans tenants is for operators.
    #[must_use]
    pub fn forbidden() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "urn:switchboard:problem:forbidden",
            "Forbidden",
            "This spans tenants and needs an operator's key. `switchboard key create --operator` makes one.",
        )
    }

    /// 409: it can't be done as things are; the field that stands in the way, and what it collides with.
    #[must_use]
    pub fn conflict(field: &'static str, detail: impl Into<String>) -> Self {
        let problem = Self::new(
            StatusCode::CONFLICT,
            "urn:switchboard:problem:conflict",
            "Conflict",
            "This can't be done as things are. Nothing was done.",
        );
        Self { errors: vec![FieldError::new(field, detail)], ..problem }
    }

    /// 422: the key belongs to another request.
    #[must_use]
    pub fn idempotency_key_reused() -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "urn:switchboard:problem:idempotency-key-reused",
            "Idempotency key reused",
            "Another request was answered under this Idempotency-Key. Choose a new key for a new request.",
        )
    }

    /// 413.
    #[must_use]
    pub fn too_large(most_bytes: usize) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "urn:switchboard:problem:too-large",
            "Too large",
            format!("The body may hold {most_bytes} bytes at most."),
        )
    }

    /// 415.
    #[must_use]
    pub fn not_json() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "urn:switchboard:problem:unsupported-media-type",
            "Unsupported media type",
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
            StatusCode::TOO_MANY_REQUESTS,
            "urn:switchboard:problem:too-many-wrong-keys",
            "Too many wrong keys",
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
            StatusCode::SERVICE_UNAVAILABLE,
            "urn:switchboard:problem:unavailable",
            "Unavailable",
            "The database can't be reached at the moment. Try again in a few seconds.",
        );
        Self { retry_after: Some(5), ..problem }
    }

    /// 500: our fault. The log has the cause under the request's id.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "urn:switchboard:problem:internal",
            "Internal error",
            "Something went wrong on our side. The log has the cause under this request's id.",
        )
    }

    /// The same problem, with the id of the request that met it.
    #[must_use]
    pub fn with_request_id(self, request_id: String) -> Self {
        Self { request_id: Some(request_id), ..self }
    }
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

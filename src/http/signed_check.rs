//! `POST /twilio/check`: whether a signed request gets through to here.
//!
//! Promises: answers 204 with a header of its own to whoever proves to hold a token, 403 to everybody else, and writes
//! nothing either way. `switchboard doctor` calls it through the public URL.

use axum::http::{HeaderName, StatusCode};

use utoipa::ToSchema;

use crate::tenancy::VerifiedTwilioRequest;

/// The header that tells our 204 from somebody else's; its value is our version.
pub const PASSED: HeaderName = HeaderName::from_static("x-switchboard-check");

/// A signed form.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "PascalCase")]
pub struct CheckRequest {
    /// The account whose token signed it.
    #[schema(example = "AC22222222222222222222222222222222")]
    pub account_sid: String,
}

/// Tells whether a signed request gets through to here.
///
/// Writes nothing. `switchboard doctor` calls it through the public URL.
#[utoipa::path(
    post,
    path = "/twilio/check",
    operation_id = "twilio_check",
    tag = "Twilio",
    request_body(content = CheckRequest, content_type = "application/x-www-form-urlencoded"),
    responses((
        status = 204,
        description = "The request is signed with a token of ours.",
        headers(("x-switchboard-check" = String, description = "The version of the server.")),
    )),
    security(("twilio_signature" = []))
)]
pub async fn check(_: VerifiedTwilioRequest) -> (StatusCode, [(HeaderName, &'static str); 1]) {
    (StatusCode::NO_CONTENT, [(PASSED, env!("CARGO_PKG_VERSION"))])
}

//! `POST /twilio/check`: whether a signed request gets through to here.
//!
//! Promises: answers 204 with a header of its own to whoever proves to hold a token, 403 to everybody else, and writes
//! nothing either way. `switchboard doctor` calls it through the public URL.

use axum::http::{HeaderName, StatusCode};

use crate::tenancy::VerifiedTwilioRequest;

/// The header that tells our 204 from somebody else's; its value is our version.
pub const PASSED: HeaderName = HeaderName::from_static("x-switchboard-check");

/// The request is genuine: the extractor saw to that.
pub async fn check(_: VerifiedTwilioRequest) -> (StatusCode, [(HeaderName, &'static str); 1]) {
    (StatusCode::NO_CONTENT, [(PASSED, env!("CARGO_PKG_VERSION"))])
}

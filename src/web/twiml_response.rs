//! TwiML as an answer.
//!
//! Promises: whatever happens, the caller's line gets a valid document with status 200.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::twilio::twiml::{Twiml, VoiceResponse};

/// What is left to say when a document could not be written. Twilio takes it as the end of the call.
const HANG_UP: &str = r#"<?xml version="1.0" encoding="UTF-8"?><Response><Hangup/></Response>"#;

/// 200 with `text/xml`: what a caller hears. Twilio reads `text/plain` aloud and keeps answers without `no-store`.
#[derive(Debug)]
pub struct TwimlResponse(VoiceResponse);

impl From<VoiceResponse> for TwimlResponse {
    fn from(response: VoiceResponse) -> Self {
        Self(response)
    }
}

impl IntoResponse for TwimlResponse {
    fn into_response(self) -> Response {
        let document = self.0.render().map_or_else(
            |error| {
                tracing::error!(%error, "an answer could not be written; the caller was hung up on");
                HANG_UP.to_owned()
            },
            Twiml::into_string,
        );
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static("text/xml; charset=utf-8")),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        (headers, document).into_response()
    }
}

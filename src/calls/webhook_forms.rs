//! What Twilio sends, for the document.
//!
//! Promises: the names are Twilio's; only those that we read are listed. Doesn't: read a request; everything in a form is
//! kept, and `event.rs` and the handlers take out what they need.

use utoipa::ToSchema;

/// A call comes in. Twilio sends more parameters; all are kept.
#[derive(ToSchema)]
#[schema(rename_all = "PascalCase")]
pub struct VoiceRequest {
    /// The account that the call belongs to; one of its tokens must have signed the request.
    #[schema(example = "AC22222222222222222222222222222222")]
    pub account_sid: String,
    /// Twilio's id of the call.
    #[schema(example = "CA11111111111111111111111111111111")]
    pub call_sid: String,
    /// Who calls: a number, `anonymous`, `client:…` or `sip:…`.
    #[schema(nullable = false, example = "+19725550123")]
    pub from: Option<String>,
    /// The dialled number, which decides whose call it is.
    #[schema(nullable = false, example = "+12145550100")]
    pub to: Option<String>,
}

/// How a call goes on.
#[derive(ToSchema)]
#[schema(rename_all = "PascalCase")]
pub struct StatusRequest {
    /// The account that the call belongs to; one of its tokens must have signed the request.
    #[schema(example = "AC22222222222222222222222222222222")]
    pub account_sid: String,
    /// Twilio's id of the call.
    #[schema(example = "CA11111111111111111111111111111111")]
    pub call_sid: String,
    /// How far the call is.
    #[schema(nullable = false, example = "completed")]
    pub call_status: Option<String>,
    /// Twilio's number of the event within its call. A repetition has the same number.
    #[schema(nullable = false, example = "3")]
    pub sequence_number: Option<String>,
    /// When it happened (RFC 2822).
    #[schema(nullable = false, example = "Wed, 25 Nov 2026 20:00:42 +0000")]
    pub timestamp: Option<String>,
    /// The dialled number, which decides whose call it is.
    #[schema(nullable = false, example = "+12145550100")]
    pub to: Option<String>,
}

/// How a forwarding ended.
#[derive(ToSchema)]
#[schema(rename_all = "PascalCase")]
pub struct DialResultRequest {
    /// The account that the call belongs to; one of its tokens must have signed the request.
    #[schema(example = "AC22222222222222222222222222222222")]
    pub account_sid: String,
    /// Twilio's id of the call.
    #[schema(example = "CA11111111111111111111111111111111")]
    pub call_sid: String,
    /// How the forwarding ended.
    #[schema(nullable = false, example = "completed")]
    pub dial_call_status: Option<String>,
}

/// Why Twilio could not use an answer.
#[derive(ToSchema)]
#[schema(rename_all = "PascalCase")]
pub struct FallbackRequest {
    /// The account that the call belongs to; one of its tokens must have signed the request.
    #[schema(example = "AC22222222222222222222222222222222")]
    pub account_sid: String,
    /// Twilio's id of the call.
    #[schema(example = "CA11111111111111111111111111111111")]
    pub call_sid: String,
    /// The dialled number, which decides whose call it is.
    #[schema(nullable = false, example = "+12145550100")]
    pub to: Option<String>,
    /// Twilio's number for what went wrong.
    #[schema(nullable = false, example = "11200")]
    pub error_code: Option<String>,
    /// Which of our addresses it was.
    #[schema(nullable = false, example = "https://calls.example.com/twilio/voice")]
    pub error_url: Option<String>,
}

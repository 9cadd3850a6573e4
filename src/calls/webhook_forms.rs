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

/// How a step of a call ended: what came in while a question was open, how ringing ended, or that a message was left.
#[derive(ToSchema)]
#[schema(rename_all = "PascalCase")]
pub struct StepRequest {
    /// The account that the call belongs to; one of its tokens must have signed the request.
    #[schema(example = "AC22222222222222222222222222222222")]
    pub account_sid: String,
    /// Twilio's id of the call.
    #[schema(example = "CA11111111111111111111111111111111")]
    pub call_sid: String,
    /// The key that was pressed.
    #[schema(nullable = false, example = "1")]
    pub digits: Option<String>,
    /// What was said.
    #[schema(nullable = false, example = "I smell gas")]
    pub speech_result: Option<String>,
    /// How ringing ended.
    #[schema(nullable = false, example = "completed")]
    pub dial_call_status: Option<String>,
    /// Whether the two legs were connected.
    #[schema(nullable = false, example = "true")]
    pub dial_bridged: Option<String>,
    /// Length of the message. Seconds.
    #[schema(nullable = false, example = "14")]
    pub recording_duration: Option<String>,
}

/// A person who was rung picked up, or pressed a key.
#[derive(ToSchema)]
#[schema(rename_all = "PascalCase")]
pub struct WhisperRequest {
    /// The account that the call belongs to; one of its tokens must have signed the request.
    #[schema(example = "AC22222222222222222222222222222222")]
    pub account_sid: String,
    /// Twilio's id of the leg to this person.
    #[schema(example = "CA33333333333333333333333333333333")]
    pub call_sid: String,
    /// The key that was pressed.
    #[schema(nullable = false, example = "1")]
    pub digits: Option<String>,
    /// This person's number.
    #[schema(nullable = false, example = "+12145550199")]
    pub to: Option<String>,
}

/// A recording is ready.
#[derive(ToSchema)]
#[schema(rename_all = "PascalCase")]
pub struct RecordingRequest {
    /// The account that the call belongs to; one of its tokens must have signed the request.
    #[schema(example = "AC22222222222222222222222222222222")]
    pub account_sid: String,
    /// Twilio's id of the call.
    #[schema(example = "CA11111111111111111111111111111111")]
    pub call_sid: String,
    /// Twilio's id of the recording.
    #[schema(nullable = false, example = "RE44444444444444444444444444444444")]
    pub recording_sid: Option<String>,
    /// How far it is.
    #[schema(nullable = false, example = "completed")]
    pub recording_status: Option<String>,
    /// Its length. Seconds.
    #[schema(nullable = false, example = "14")]
    pub recording_duration: Option<String>,
    /// What made it: `RecordVerb` for a message, `DialVerb` for a conversation.
    #[schema(nullable = false, example = "RecordVerb")]
    pub recording_source: Option<String>,
}

/// A recording was written down.
#[derive(ToSchema)]
#[schema(rename_all = "PascalCase")]
pub struct TranscriptionRequest {
    /// The account that the call belongs to; one of its tokens must have signed the request.
    #[schema(example = "AC22222222222222222222222222222222")]
    pub account_sid: String,
    /// Twilio's id of the call.
    #[schema(example = "CA11111111111111111111111111111111")]
    pub call_sid: String,
    /// What was said.
    #[schema(nullable = false, example = "Hello, please call me back.")]
    pub transcription_text: Option<String>,
    /// Whether it could be written down.
    #[schema(nullable = false, example = "completed")]
    pub transcription_status: Option<String>,
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

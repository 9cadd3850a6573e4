//! The kinds of problem that the API tells of.
//!
//! Promises: each has one name that never changes, one status and one title. Doesn't: say what was wrong with one request;
//! a [`super::problem::Problem`] does.

use axum::http::StatusCode;
use utoipa::openapi::{Object, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::vocabulary;

/// What went wrong, as a program tells it from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// Parameters that can't be understood.
    InvalidParameters,
    /// A body that can't be used.
    InvalidBody,
    /// No key, or not a good one.
    Unauthorized,
    /// A good key, but not for this.
    Forbidden,
    /// Not there, or not the client's.
    NotFound,
    /// The address is right, the method is not.
    MethodNotAllowed,
    /// It can't be done as things are.
    Conflict,
    /// The change is meant for another version.
    PreconditionFailed,
    /// The body is too long.
    TooLarge,
    /// The body is no JSON.
    UnsupportedMediaType,
    /// The `Idempotency-Key` belongs to another request.
    IdempotencyKeyReused,
    /// The change names no version.
    PreconditionRequired,
    /// The address has shown too many wrong keys.
    TooManyWrongKeys,
    /// Our fault.
    Internal,
    /// Twilio refuses or fails.
    TwilioFailed,
    /// The database can't be reached.
    Unavailable,
    /// Twilio does not answer in time.
    TwilioSilent,
}

impl ProblemKind {
    /// All of them, by status.
    pub const ALL: [Self; 17] = [
        Self::InvalidParameters,
        Self::InvalidBody,
        Self::Unauthorized,
        Self::Forbidden,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::Conflict,
        Self::PreconditionFailed,
        Self::TooLarge,
        Self::UnsupportedMediaType,
        Self::IdempotencyKeyReused,
        Self::PreconditionRequired,
        Self::TooManyWrongKeys,
        Self::Internal,
        Self::TwilioFailed,
        Self::Unavailable,
        Self::TwilioSilent,
    ];

    /// The stable name, which stands in `type`.
    #[must_use]
    pub fn urn(self) -> &'static str {
        match self {
            Self::InvalidParameters => "urn:switchboard:problem:invalid-parameters",
            Self::InvalidBody => "urn:switchboard:problem:invalid-body",
            Self::Unauthorized => "urn:switchboard:problem:unauthorized",
            Self::Forbidden => "urn:switchboard:problem:forbidden",
            Self::NotFound => "urn:switchboard:problem:not-found",
            Self::MethodNotAllowed => "urn:switchboard:problem:method-not-allowed",
            Self::Conflict => "urn:switchboard:problem:conflict",
            Self::PreconditionFailed => "urn:switchboard:problem:precondition-failed",
            Self::TooLarge => "urn:switchboard:problem:too-large",
            Self::UnsupportedMediaType => "urn:switchboard:problem:unsupported-media-type",
            Self::IdempotencyKeyReused => "urn:switchboard:problem:idempotency-key-reused",
            Self::PreconditionRequired => "urn:switchboard:problem:precondition-required",
            Self::TooManyWrongKeys => "urn:switchboard:problem:too-many-wrong-keys",
            Self::Internal => "urn:switchboard:problem:internal",
            Self::TwilioFailed => "urn:switchboard:problem:twilio-failed",
            Self::Unavailable => "urn:switchboard:problem:unavailable",
            Self::TwilioSilent => "urn:switchboard:problem:twilio-silent",
        }
    }

    /// The status of the answer.
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            Self::InvalidParameters | Self::InvalidBody => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Conflict => StatusCode::CONFLICT,
            Self::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::IdempotencyKeyReused => StatusCode::UNPROCESSABLE_ENTITY,
            Self::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
            Self::TooManyWrongKeys => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::TwilioFailed => StatusCode::BAD_GATEWAY,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::TwilioSilent => StatusCode::GATEWAY_TIMEOUT,
        }
    }

    /// The same in words.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::InvalidParameters => "Invalid parameters",
            Self::InvalidBody => "Invalid body",
            Self::Unauthorized => "Unauthorized",
            Self::Forbidden => "Forbidden",
            Self::NotFound => "Not found",
            Self::MethodNotAllowed => "Method not allowed",
            Self::Conflict => "Conflict",
            Self::PreconditionFailed => "Precondition failed",
            Self::TooLarge => "Too large",
            Self::UnsupportedMediaType => "Unsupported media type",
            Self::IdempotencyKeyReused => "Idempotency key reused",
            Self::PreconditionRequired => "Precondition required",
            Self::TooManyWrongKeys => "Too many wrong keys",
            Self::Internal => "Internal error",
            Self::TwilioFailed => "Twilio failed",
            Self::Unavailable => "Unavailable",
            Self::TwilioSilent => "Twilio is silent",
        }
    }
}

impl PartialSchema for ProblemKind {
    fn schema() -> RefOr<Schema> {
        let kinds: Object =
            vocabulary::of(Self::ALL.map(Self::urn), "The stable name of a kind of problem.", None);
        kinds.into()
    }
}

impl ToSchema for ProblemKind {}

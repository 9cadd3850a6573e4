//! The settings as an answer, with the tag of their version.
//!
//! Promises: the tag is that of what is sent. Doesn't: make them; `handling/` does.

use axum::Json;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use utoipa::ToSchema;

use crate::web::entity_tag::EntityTag;

/// How a tenant's calls are handled.
// For the document: `handling::shown` writes it.
#[derive(Debug, ToSchema)]
pub struct Settings {
    /// The IANA name of the time zone that the firm is in.
    #[schema(format = "time-zone", example = "America/Chicago")]
    pub timezone: String,
    /// When somebody is there; null: always. Ranges of local time by day, and dates that differ.
    #[schema(value_type = Option<Object>, example = json!({"week": {"monday": [{"from": "08:00", "to": "17:00"}]}, "exceptions": [{"date": "2026-12-25", "name": "Christmas", "closed": true}]}))]
    pub hours: Option<Value>,
    /// What callers hear first within hours; null: a sentence with the firm's name.
    #[schema(example = "Thank you for calling Acme HVAC.")]
    pub greeting: Option<String>,
    /// What callers hear first outside of them; null: a sentence of ours.
    #[schema(example = "Thank you for calling Acme HVAC. Our office is closed right now.")]
    pub after_hours_message: Option<String>,
    /// Whether conversations are recorded, and the notice that every caller hears then.
    #[schema(value_type = Object, example = json!({"enabled": false, "notice": "This call is recorded."}))]
    pub recording: Value,
    /// Who is rung within hours: up to 20 telephones, `in_order` or up to 10 `together`. With `press_one` whoever picks up is
    /// asked to press 1, so that nobody's voicemail counts as an answer; with `pick_up` it does.
    #[schema(value_type = Object, example = json!({"phones": [{"name": "Ann", "number": "+12145550199", "seconds": 20}], "manner": "in_order", "acceptance": "press_one"}))]
    pub ring: Value,
    /// What callers can choose within hours; null: they are put through. A choice leads to `people`, to a `message`, or to
    /// `information` with its `text`.
    #[schema(value_type = Option<Object>, example = json!({"prompt": "For repairs press 1.", "choices": [{"key": "1", "words": ["repair"], "to": "people"}]}))]
    pub menu: Option<Value>,
    /// How a message is taken where nobody takes the call, and outside of hours.
    #[schema(value_type = Object, example = json!({"enabled": true, "prompt": "Please leave a message after the tone.", "longest_seconds": 120, "transcribe": false}))]
    pub voicemail: Value,
    /// What counts as an emergency at any hour, and who is called then, one after the other, until somebody presses 1; null:
    /// nothing does.
    #[schema(value_type = Option<Object>, example = json!({"key": "9", "words": ["gas leak"], "offer": "For an emergency, press 9.", "safety": "If you smell gas, leave the building now.", "ladder": [{"name": "Luis", "number": "+12145550181", "seconds": 30}]}))]
    pub emergency: Option<Value>,
    /// Whose calls are refused: up to 500 numbers.
    #[schema(example = json!(["+19725550666"]))]
    pub blocked: Vec<String>,
    /// The calling codes of the countries that calls may be put through to; none: the country of the dialled number.
    #[schema(example = json!(["1"]))]
    pub countries: Vec<String>,
    /// After how many seconds a conversation is cut off.
    #[schema(minimum = 60, maximum = 14400, example = 3600)]
    pub longest_talk_seconds: u16,
    /// A caller who hangs up within so many seconds has abandoned the call.
    #[schema(minimum = 0, maximum = 120, example = 10)]
    pub abandoned_before_seconds: u16,
}

/// What changes about the settings, as a JSON merge patch: parts that are missing stay, null takes a part back to its usual
/// value, a list is replaced as a whole.
// For the document: `handling::changed` reads it.
#[derive(Debug, ToSchema)]
#[schema(value_type = Object, example = json!({"greeting": "Thank you for calling Acme HVAC.", "voicemail": {"longest_seconds": 90}}))]
pub struct SettingsChangeRequest(pub Value);

/// The settings, and the tag of their version.
#[derive(Debug)]
pub struct Shown(pub Value);

impl IntoResponse for Shown {
    fn into_response(self) -> Response {
        let tag = EntityTag::of(&self.0);
        ([(header::ETAG, tag.as_str().to_owned())], Json(self.0)).into_response()
    }
}

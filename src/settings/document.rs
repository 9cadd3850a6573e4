//! The settings, as the document of the API describes them: `handling/` reads and writes them.
//!
//! Promises: the fields are those that `handling/` knows; a test compares them. Doesn't: hold anything; nobody makes one.

use serde_json::{Value, json};
use utoipa::openapi::schema::{Array, Type};
use utoipa::openapi::{Object, ObjectBuilder, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// How a tenant's calls are handled.
#[derive(Debug, ToSchema)]
pub struct Settings {
    /// The IANA name of the time zone that the firm is in.
    #[schema(format = "time-zone", example = "America/Chicago")]
    pub timezone: String,
    /// When somebody is there; null: always. Ranges of local time by day, and dates that differ.
    #[schema(schema_with = hours)]
    pub hours: Option<Value>,
    /// What callers hear first within hours; null: a sentence with the firm's name.
    #[schema(example = "Thank you for calling Acme HVAC.")]
    pub greeting: Option<String>,
    /// What callers hear first outside of them; null: a sentence of ours.
    #[schema(example = "Thank you for calling Acme HVAC. Our office is closed right now.")]
    pub after_hours_message: Option<String>,
    /// Whether conversations are recorded.
    pub recording: RecordingSettings,
    /// Who is rung within hours.
    pub ring: RingSettings,
    /// What callers can choose within hours; null: they are put through.
    pub menu: Option<MenuSettings>,
    /// How a message is taken where nobody takes the call, and outside of hours.
    pub voicemail: VoicemailSettings,
    /// What counts as an emergency at any hour; null: nothing does.
    pub emergency: Option<EmergencySettings>,
    /// Whose calls are refused: up to 500 numbers.
    #[schema(schema_with = numbers)]
    pub blocked: Vec<String>,
    /// The calling codes of the countries that calls may be put through to, such as 1 or 44, and 1876 for a country that shares
    /// code 1 with the United States; none: the country of the dialled number.
    #[schema(schema_with = codes)]
    pub countries: Vec<String>,
    /// After how many seconds a conversation is cut off.
    #[schema(minimum = 60, maximum = 14400, example = 3600)]
    pub longest_talk_seconds: u16,
    /// A caller who hangs up within so many seconds has abandoned the call.
    #[schema(minimum = 0, maximum = 120, example = 10)]
    pub abandoned_before_seconds: u16,
}

/// Whether conversations are recorded, and what callers are told of it.
#[derive(Debug, ToSchema)]
pub struct RecordingSettings {
    /// Off unless somebody turned it on.
    #[schema(example = false)]
    pub enabled: bool,
    /// Said before anything else.
    #[schema(example = "This call is recorded.")]
    pub notice: String,
}

/// Who is rung, and how.
#[derive(Debug, ToSchema)]
pub struct RingSettings {
    /// Up to 20 telephones.
    pub phones: Vec<PhoneSettings>,
    /// `in_order`: one after the other; `together`: up to 10 at once, and the first to answer has the call.
    #[schema(pattern = "^(in_order|together)$", example = "in_order")]
    pub manner: String,
    /// `press_one`: whoever picks up is asked to press 1, which no voicemail does; `pick_up`: whoever picks up has the call.
    #[schema(pattern = "^(press_one|pick_up)$", example = "press_one")]
    pub acceptance: String,
}

/// A telephone that is rung.
#[derive(Debug, ToSchema)]
pub struct PhoneSettings {
    /// Whose it is, for people.
    #[schema(example = "Ann")]
    pub name: Option<String>,
    /// In E.164; any form that people type is taken.
    #[schema(example = "+12145550199")]
    pub number: String,
    /// How long it rings.
    #[schema(minimum = 5, maximum = 60, example = 20)]
    pub seconds: u16,
}

/// What callers can choose.
#[derive(Debug, ToSchema)]
pub struct MenuSettings {
    /// The choices, spoken.
    #[schema(example = "For repairs press 1, or say repair.")]
    pub prompt: String,
    /// The first one that fits counts.
    pub choices: Vec<ChoiceSettings>,
}

/// A choice of the menu.
#[derive(Debug, ToSchema)]
pub struct ChoiceSettings {
    /// A key from 0 to 9, or *.
    #[schema(example = "1")]
    pub key: String,
    /// Words and phrases that mean it, too.
    #[schema(schema_with = words)]
    pub words: Vec<String>,
    /// `people`, `message`, or `information`, which is said, and leads back to the menu.
    #[schema(pattern = "^(people|message|information)$", example = "people")]
    pub to: String,
    /// The information; null for the others.
    #[schema(example = json!(null))]
    pub text: Option<String>,
}

/// How a message is taken.
#[derive(Debug, ToSchema)]
pub struct VoicemailSettings {
    /// On unless somebody turned it off.
    #[schema(example = true)]
    pub enabled: bool,
    /// Said before the tone.
    #[schema(example = "Please leave your name and your phone number after the tone.")]
    pub prompt: String,
    /// The longest message.
    #[schema(minimum = 10, maximum = 600, example = 120)]
    pub longest_seconds: u16,
    /// Whether Twilio writes down what is said, which it charges for.
    #[schema(example = false)]
    pub transcribe: bool,
}

/// What counts as an emergency, and who is called then.
#[derive(Debug, ToSchema)]
pub struct EmergencySettings {
    /// The key that means it; null: none does.
    #[schema(example = "9")]
    pub key: Option<String>,
    /// Words and phrases that mean it.
    #[schema(schema_with = words)]
    pub words: Vec<String>,
    /// How callers are told of it.
    #[schema(example = "If this is an emergency, press 9 now.")]
    pub offer: String,
    /// What they hear at once.
    #[schema(example = "If you smell gas, leave the building now and call 911.")]
    pub safety: String,
    /// Who is called, one after the other, until somebody presses 1.
    pub ladder: Vec<PhoneSettings>,
}

/// What changes about the settings.
#[derive(Debug)]
pub struct SettingsChangeRequest(pub Value);

impl PartialSchema for SettingsChangeRequest {
    fn schema() -> RefOr<Schema> {
        let about = "A JSON merge patch: parts that are missing stay, null takes a part back to its usual value, a list is \
                     replaced as a whole.";
        let example =
            json!({ "greeting": "Thank you for calling Acme HVAC.", "voicemail": { "longest_seconds": 90 } });
        object(about, &example).into()
    }
}

impl ToSchema for SettingsChangeRequest {}

fn hours() -> Object {
    let example = json!({
        "week": { "monday": [{ "from": "08:00", "to": "17:00" }] },
        "exceptions": [{ "date": "2026-12-25", "name": "Christmas", "closed": true }],
    });
    let about = "When somebody is there; null: always. Ranges of local time by day, and dates that differ.";
    or_null(object(about, &example))
}

/// An object whose fields are told elsewhere.
pub(super) fn object(about: &str, example: &Value) -> Object {
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .description(Some(about))
        .examples([example.clone()])
        .build()
}

/// The same, or null.
pub(super) fn or_null(mut object: Object) -> Object {
    object.schema_type = [Type::Object, Type::Null].into_iter().collect();
    object
}

/// A list of texts, with one of them.
pub(super) fn texts(about: &str, example: &str) -> Array {
    let text = ObjectBuilder::new().schema_type(Type::String).examples([example]).build();
    let mut texts = Array::new(text);
    texts.description = Some(about.to_owned());
    texts
}

fn numbers() -> Array {
    texts("Whose calls are refused: up to 500 numbers.", "+19725550666")
}

fn codes() -> Array {
    texts(
        "The calling codes of the countries that calls may be put through to, such as 1 or 44, and 1876 for a country that \
         shares code 1 with the United States; none: the country of the dialled number.",
        "1",
    )
}

fn words() -> Array {
    texts("Words and phrases that mean it, too.", "no heat")
}

//! The settings of a tenant's calls, as people see and change them.
//!
//! Promises: complete: what nobody has written has its usual value; what [`Document::write`] writes is read as the same
//! settings. Doesn't: know where they are kept, or what a call needs of them; [`super::Handling`] does.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::choices;
use super::field::Field;
use super::parts::{HoursShape, Parts};
use super::people;
use super::reader::Reader;
use super::sentences;
use crate::hours::{Hours, Zone};
use crate::routing::{CountryCode, Emergency, Menu, RingList, Transcription};
use crate::twilio::phone_number::E164PhoneNumber;

/// Most callers that are blocked.
pub const MOST_BLOCKED: usize = 500;
/// Most countries that calls are put through to.
pub const MOST_COUNTRIES: usize = 50;
/// Where a firm is that says nothing of it.
const USUAL_ZONE: &str = "America/Chicago";

/// All of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// When the firm is open, in its zone.
    pub hours: Hours,
    /// What callers hear first within hours; none: a sentence with the firm's name.
    pub greeting: Option<String>,
    /// What they hear outside of them; none: ours.
    pub after_hours_message: Option<String>,
    /// Whether conversations are recorded.
    pub recording: Recording,
    /// Who is rung within hours.
    pub ring: RingList,
    /// What callers can choose within hours.
    pub menu: Option<Menu>,
    /// How a message is taken.
    pub voicemail: Voicemail,
    /// What counts as an emergency, and who is called then.
    pub emergency: Option<Emergency>,
    /// Whose calls are refused.
    pub blocked: BTreeSet<E164PhoneNumber>,
    /// Where calls may be put through to; none: to the country of the number that was dialled.
    pub countries: Vec<CountryCode>,
    /// After how many seconds a conversation is cut off.
    pub longest_talk_seconds: u16,
    /// A caller who hangs up within so many seconds has abandoned the call.
    pub abandoned_before_seconds: u16,
}

/// Whether conversations are recorded, and what callers are told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    /// Off unless somebody turned it on.
    pub enabled: bool,
    /// Said before anything else.
    pub notice: String,
}

/// How a message is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voicemail {
    /// On unless somebody turned it off.
    pub enabled: bool,
    /// Said before the tone.
    pub prompt: String,
    /// The longest message.
    pub longest_seconds: u16,
    /// Whether Twilio writes down what is said; off unless somebody turned it on, for it costs money.
    pub transcription: Transcription,
}

impl Document {
    /// Countries come first, for numbers are judged by them; the rest in the order in which people see it.
    pub(super) fn read(parts: &Parts<'_>, reader: &mut Reader<'_>) -> Self {
        let at = Field::of_the_document;
        let countries = read_countries(parts, reader);
        reader.reach.limit_to(&countries);
        let hours = read_hours(parts, reader);
        let greeting = reader.text(parts.get("greeting"), at("greeting"));
        let after_hours_message = reader.text(parts.get("after_hours_message"), at("after_hours_message"));
        let recording = Recording::read(parts.get("recording"), reader);
        let ring = parts.get("ring").and_then(|value| people::read_ring(value, at("ring"), reader));
        let menu = parts.get("menu").and_then(|value| choices::read_menu(value, at("menu"), reader));
        let voicemail = Voicemail::read(parts.get("voicemail"), reader);
        let emergency =
            parts.get("emergency").and_then(|value| choices::read_emergency(value, at("emergency"), reader));
        if let (Some(menu), Some(emergency)) = (&menu, &emergency) {
            choices::note_shared_key(menu, emergency, reader);
        }
        let blocked = read_blocked(parts, reader);
        let mut seconds =
            |name, limits, usual| reader.amount(parts.get(name), at(name), limits).unwrap_or(usual);
        Self {
            hours,
            greeting,
            after_hours_message,
            recording,
            ring: ring.unwrap_or_else(people::nobody),
            menu,
            voicemail,
            emergency,
            blocked,
            countries,
            longest_talk_seconds: seconds("longest_talk_seconds", 60..=14_400, 3_600),
            abandoned_before_seconds: seconds("abandoned_before_seconds", 0..=120, 10),
        }
    }

    /// The same as JSON.
    #[must_use]
    pub fn write(&self) -> Value {
        let blocked: Vec<&str> = self.blocked.iter().map(E164PhoneNumber::as_str).collect();
        let countries: Vec<String> = self.countries.iter().map(ToString::to_string).collect();
        json!({
            "timezone": self.hours.zone().name(),
            "hours": self.hours.document(),
            "greeting": self.greeting,
            "after_hours_message": self.after_hours_message,
            "recording": { "enabled": self.recording.enabled, "notice": self.recording.notice },
            "ring": people::write_ring(&self.ring),
            "menu": self.menu.as_ref().map(choices::write_menu),
            "voicemail": self.voicemail.write(),
            "emergency": self.emergency.as_ref().map(choices::write_emergency),
            "blocked": blocked,
            "countries": countries,
            "longest_talk_seconds": self.longest_talk_seconds,
            "abandoned_before_seconds": self.abandoned_before_seconds,
        })
    }
}

impl Recording {
    fn read(value: Option<&Value>, reader: &mut Reader<'_>) -> Self {
        let at = Field::of_the_document("recording");
        let object = value
            .and_then(|value| reader.object(value, at, &["enabled", "notice"], "`enabled` and `notice`"));
        let field = |name| object.and_then(|object| object.get(name));
        let enabled = reader.flag(field("enabled"), at.named("enabled")).unwrap_or(false);
        let notice = reader.text(field("notice"), at.named("notice"));
        Self { enabled, notice: notice.unwrap_or_else(|| sentences::NOTICE.to_owned()) }
    }
}

impl Voicemail {
    fn read(value: Option<&Value>, reader: &mut Reader<'_>) -> Self {
        let at = Field::of_the_document("voicemail");
        let known = ["enabled", "prompt", "longest_seconds", "transcribe"];
        let shape = "an object with `enabled`, `prompt`, `longest_seconds` and `transcribe`";
        let object = value.and_then(|value| reader.object(value, at, &known, shape));
        let field = |name| object.and_then(|object| object.get(name));
        let enabled = reader.flag(field("enabled"), at.named("enabled")).unwrap_or(true);
        let prompt = reader.text(field("prompt"), at.named("prompt"));
        let longest = reader.amount(field("longest_seconds"), at.named("longest_seconds"), 10..=600);
        let transcribe = reader.flag(field("transcribe"), at.named("transcribe")).unwrap_or(false);
        Self {
            enabled,
            prompt: prompt.unwrap_or_else(|| sentences::VOICEMAIL.to_owned()),
            longest_seconds: longest.unwrap_or(120),
            transcription: if transcribe { Transcription::On } else { Transcription::Off },
        }
    }

    fn write(&self) -> Value {
        json!({
            "enabled": self.enabled,
            "prompt": self.prompt,
            "longest_seconds": self.longest_seconds,
            "transcribe": self.transcription == Transcription::On,
        })
    }
}

/// Where the hours can't be read, the telephone rings at all of them.
fn read_hours(parts: &Parts<'_>, reader: &mut Reader<'_>) -> Hours {
    let zone = reader.parsed::<Zone>(parts.get("timezone"), Field::of_the_document("timezone"));
    let Some(zone) = zone.or_else(|| USUAL_ZONE.parse().ok()) else { return Hours::always(Zone::utc()) };
    let Some(hours) = parts.get("hours") else { return Hours::always(zone) };
    let read = match parts.hours_shape {
        HoursShape::Today => Hours::parse(zone.clone(), hours),
        HoursShape::Any => Hours::read(zone.name(), Some(hours)),
    };
    read.unwrap_or_else(|impossible| {
        for mistake in impossible.mistakes() {
            let dot = if mistake.field.is_empty() { "" } else { "." };
            reader.note::<()>(format!("hours{dot}{}", mistake.field), mistake.wrong.clone());
        }
        Hours::always(zone)
    })
}

fn read_blocked(parts: &Parts<'_>, reader: &mut Reader<'_>) -> BTreeSet<E164PhoneNumber> {
    let at = Field::of_the_document("blocked");
    let shape = "a list of numbers such as [\"+19725550123\"]";
    let list = reader.list(parts.get("blocked"), at, MOST_BLOCKED, shape).iter().enumerate();
    list.filter_map(|(number, value)| reader.caller(value, at.numbered(number))).collect()
}

fn read_countries(parts: &Parts<'_>, reader: &mut Reader<'_>) -> Vec<CountryCode> {
    let at = Field::of_the_document("countries");
    let shape = "a list of country calling codes such as [\"1\", \"44\"]";
    let list = reader.list(parts.get("countries"), at, MOST_COUNTRIES, shape).iter().enumerate();
    list.filter_map(|(number, value)| reader.parsed(Some(value), at.numbered(number))).collect()
}

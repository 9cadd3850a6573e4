//! What callers can choose: the menu within hours, and an emergency at any hour.
//!
//! Promises: no key means two things where somebody saves it; at a call, the first meaning counts, and an emergency before
//! all. Doesn't: understand what callers say.

use serde_json::{Value, json};

use super::field::Field;
use super::mistake::Wrong;
use super::people::{read_phones, write_phones};
use super::reader::Reader;
use super::sentences;
use crate::routing::{Choice, Destination, Emergency, Menu};

/// As many as there are keys.
const MOST_CHOICES: usize = 11;
/// Most words and phrases of a choice or an emergency. Twilio takes 500 hints for a question.
pub const MOST_PHRASES: usize = 40;

const MENU: &str = "an object with `prompt` and `choices`; or null for no menu";
const CHOICES: &str =
    "a list of choices such as [{\"key\": \"1\", \"words\": [\"repair\"], \"to\": \"people\"}]";
const CHOICE: &str = "a choice with `key`, `words`, `to` and, for information, `text`";
const DESTINATION: &str = "`people`, `message` or `information`";
const KEY: &str = "a key from 0 to 9 or *, for callers who press rather than speak";
const EMERGENCY: &str = "an object with `key`, `words`, `offer`, `safety` and `ladder`; or null for none";

/// Where a choice leads, before its text is read.
#[derive(Clone, Copy, Debug)]
enum Kind {
    People,
    Message,
    Information,
}

const KINDS: [(&str, Kind); 3] =
    [("people", Kind::People), ("message", Kind::Message), ("information", Kind::Information)];

/// Reads a menu.
pub(super) fn read_menu(value: &Value, at: Field<'_>, reader: &mut Reader<'_>) -> Option<Menu> {
    let object = reader.object(value, at, &["prompt", "choices"], MENU)?;
    let prompt = match object.get("prompt") {
        Some(prompt) => reader.text(Some(prompt), at.named("prompt")),
        None => reader.note(at.named("prompt"), Wrong::Missing("the sentence that names the choices")),
    };
    let place = at.named("choices");
    let list = reader.list(object.get("choices"), place, MOST_CHOICES, CHOICES);
    let mut choices: Vec<Choice> = Vec::new();
    for (number, value) in list.iter().enumerate() {
        let at = place.numbered(number);
        let Some(choice) = read_choice(value, at, reader) else { continue };
        if let Some(earlier) = choices.iter().position(|earlier| earlier.key == choice.key) {
            reader.note::<()>(at.named("key"), Wrong::TakenKey(place.numbered(earlier).to_string()));
        }
        choices.push(choice);
    }
    if list.is_empty() {
        reader.note::<()>(place, Wrong::NoChoice);
    }
    Some(Menu { prompt: prompt?, choices }).filter(|menu| !menu.choices.is_empty())
}

fn read_choice(value: &Value, at: Field<'_>, reader: &mut Reader<'_>) -> Option<Choice> {
    let object = reader.object(value, at, &["key", "words", "to", "text"], CHOICE)?;
    let key = match object.get("key") {
        Some(key) => reader.parsed(Some(key), at.named("key")),
        None => reader.note(at.named("key"), Wrong::Missing(KEY)),
    };
    let words = reader.phrases(object.get("words"), at.named("words"), MOST_PHRASES);
    let kind = match object.get("to") {
        Some(to) => reader.word(Some(to), at.named("to"), &KINDS, DESTINATION),
        None => reader.note(at.named("to"), Wrong::Missing(DESTINATION)),
    };
    let text = reader.text(object.get("text"), at.named("text"));
    let to = match (kind?, text) {
        (Kind::People, None) => Destination::People,
        (Kind::Message, None) => Destination::Message,
        (Kind::Information, Some(text)) => Destination::Information(text),
        (Kind::Information, None) if object.get("text").is_some() => return None,
        (Kind::Information, None) => {
            return reader.note(at.named("text"), Wrong::Missing("what callers are told"));
        }
        (Kind::People | Kind::Message, Some(_)) => {
            return reader.note(at.named("text"), Wrong::Shape("no text here; it is for information alone"));
        }
    };
    Some(Choice { key: key?, words, to })
}

/// The same menu as JSON.
pub(super) fn write_menu(menu: &Menu) -> Value {
    let choices: Value = menu.choices.iter().map(write_choice).collect();
    json!({ "prompt": menu.prompt, "choices": choices })
}

fn write_choice(choice: &Choice) -> Value {
    let (to, text) = match &choice.to {
        Destination::People => ("people", None),
        Destination::Message => ("message", None),
        Destination::Information(text) => ("information", Some(text)),
    };
    json!({ "key": choice.key.to_string(), "words": choice.words, "to": to, "text": text })
}

/// An emergency. One whose ladder can't be read is still one: the office is alerted.
pub(super) fn read_emergency(value: &Value, at: Field<'_>, reader: &mut Reader<'_>) -> Option<Emergency> {
    let object = reader.object(value, at, &["key", "words", "offer", "safety", "ladder"], EMERGENCY)?;
    let key = reader.parsed(object.get("key"), at.named("key"));
    let words = reader.phrases(object.get("words"), at.named("words"), MOST_PHRASES);
    let offer = reader.text(object.get("offer"), at.named("offer"));
    let safety = reader.text(object.get("safety"), at.named("safety"));
    let ladder = read_phones(object.get("ladder"), at.named("ladder"), reader);
    let is_empty = |name| object.get(name).is_none_or(|value| value.as_array().is_some_and(Vec::is_empty));
    if is_empty("ladder") {
        reader.note::<()>(at.named("ladder"), Wrong::NoLadder);
    }
    if object.get("key").is_none() && is_empty("words") {
        return reader.note(at, Wrong::NoReport);
    }
    if key.is_none() && words.is_empty() {
        return None;
    }
    let offer = offer.unwrap_or_else(|| sentences::offer(key, &words));
    let safety = safety.unwrap_or_else(|| sentences::SAFETY.to_owned());
    Some(Emergency { key, words, offer, safety, ladder })
}

/// The same emergency as JSON.
pub(super) fn write_emergency(emergency: &Emergency) -> Value {
    json!({
        "key": emergency.key.map(|key| key.to_string()),
        "words": emergency.words,
        "offer": emergency.offer,
        "safety": emergency.safety,
        "ladder": write_phones(&emergency.ladder),
    })
}

/// Notes a key of the menu that an emergency has, too.
pub(super) fn note_shared_key(menu: &Menu, emergency: &Emergency, reader: &mut Reader<'_>) {
    let taken = menu.choices.iter().position(|choice| Some(choice.key) == emergency.key);
    if let Some(number) = taken {
        let at = Field::of_the_document("emergency");
        reader.note::<()>(at.named("key"), Wrong::TakenKey(format!("menu.choices[{number}]")));
    }
}

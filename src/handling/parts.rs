//! The parts of a tenant's settings, wherever they are kept.
//!
//! Promises: a tenant's row and a document look the same from here on. What the row keeps in `call_handling` counts before
//! the columns of older programs; those count where it says nothing. Doesn't: read a part.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::field::Field;
use super::mistake::Wrong;
use super::reader::Reader;

/// The parts without a column of their own, as `call_handling` keeps them.
pub(super) const KEPT: [&str; 9] = [
    "recording",
    "ring",
    "menu",
    "voicemail",
    "emergency",
    "blocked",
    "countries",
    "longest_talk_seconds",
    "abandoned_before_seconds",
];
/// The parts that have one.
const IN_COLUMNS: [(&str, &str); 4] = [
    ("timezone", "timezone"),
    ("hours", "business_hours"),
    ("greeting", "greeting_message"),
    ("after_hours_message", "after_hours_message"),
];
const DOCUMENT: &str = "an object with `timezone`, `hours`, `greeting`, `after_hours_message`, `recording`, `ring`, \
                        `menu`, `voicemail`, `emergency`, `blocked`, `countries`, `longest_talk_seconds` and \
                        `abandoned_before_seconds`";

/// In which shape opening hours may be.
#[derive(Clone, Copy, Debug)]
pub(super) enum HoursShape {
    /// That of today.
    Today,
    /// That, or one of older programs.
    Any,
}

/// The parts that say something.
#[derive(Debug)]
pub(super) struct Parts<'v> {
    values: Vec<(&'v str, Cow<'v, Value>)>,
    pub(super) hours_shape: HoursShape,
}

impl<'v> Parts<'v> {
    /// Of a document.
    pub(super) fn of_document(document: &'v Value, reader: &mut Reader<'_>) -> Self {
        let names = || IN_COLUMNS.iter().map(|(name, _)| *name).chain(KEPT);
        let fields = document.as_object();
        if fields.is_none() {
            reader.note::<()>("", Wrong::Shape(DOCUMENT));
        }
        let mut values = Vec::new();
        for (name, value) in fields.into_iter().flatten() {
            if !names().any(|known| known == name) {
                reader.note::<()>(name, Wrong::UnknownField(DOCUMENT));
            } else if !value.is_null() {
                values.push((name.as_str(), Cow::Borrowed(value)));
            }
        }
        Self { values, hours_shape: HoursShape::Today }
    }

    /// Of a tenant's row.
    pub(super) fn of_row(row: &'v Value, reader: &mut Reader<'_>) -> Self {
        let mut values = Vec::new();
        for (name, column) in IN_COLUMNS {
            values.extend(said(row, column).map(|value| (name, Cow::Borrowed(value))));
        }
        let kept = said(row, "call_handling").and_then(|kept| {
            kept.as_object().or_else(|| reader.note("call_handling", Wrong::Shape("an object")))
        });
        for (name, value) in kept.into_iter().flatten() {
            if !KEPT.contains(&name.as_str()) {
                reader.note::<()>(Field::of_the_document(name), Wrong::UnknownField(DOCUMENT));
            } else if name != "recording" && !value.is_null() {
                values.push((name.as_str(), Cow::Borrowed(value)));
            }
        }
        let is_older = |name| kept.is_none_or(|kept| !kept.contains_key(name));
        let older = [
            ("recording", Some(recording(row, kept.and_then(|kept| kept.get("recording"))))),
            ("ring", older_ring(row).filter(|_| is_older("ring"))),
            ("emergency", older_emergency(row).filter(|_| is_older("emergency"))),
        ];
        for (name, value) in older {
            values.extend(value.map(|value| (name, Cow::Owned(value))));
        }
        Self { values, hours_shape: HoursShape::Any }
    }

    /// What a part says, if it says something.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.values.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_ref())
    }
}

/// What a column says; a blank text says nothing.
fn said<'v>(row: &'v Value, column: &str) -> Option<&'v Value> {
    let value = row.get(column).filter(|value| !value.is_null())?;
    value.as_str().is_none_or(|text| !text.trim().is_empty()).then_some(value)
}

/// Whether conversations are recorded stands in a column, and what callers are told beside it.
fn recording(row: &Value, kept: Option<&Value>) -> Value {
    let notice = kept.and_then(|kept| kept.get("notice"));
    json!({ "enabled": said(row, "enable_recording"), "notice": notice })
}

/// The one number of an older program: whoever picks up has the call.
fn older_ring(row: &Value) -> Option<Value> {
    let number = said(row, "forward_number")?;
    Some(json!({ "phones": [{ "number": number }], "manner": "in_order", "acceptance": "pick_up" }))
}

/// The one number and the words of an older program, and the key 9.
fn older_emergency(row: &Value) -> Option<Value> {
    let number = said(row, "emergency_phone")?;
    let words = match said(row, "emergency_keywords") {
        Some(Value::String(listed)) => {
            let words = listed.split(',').map(str::trim).filter(|word| !word.is_empty());
            words.map(Value::from).collect()
        }
        Some(words) => words.clone(),
        None => Value::Null,
    };
    Some(json!({ "key": "9", "words": words, "ladder": [{ "number": number }] }))
}

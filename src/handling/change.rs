//! A tenant's row and the document that people see of it, there and back.
//!
//! Promises: a change writes the parts that it changes and no others, the columns of older programs with them, so that those
//! follow. What is the usual value anyway is not kept: a later change of a column, or of our own words, takes effect.
//! What stood wrong before isn't held against a change of something else. Doesn't: read or write a database.

use serde_json::{Map, Value, json};

use super::document::Document;
use super::merge_patch::patched;
use super::mistake::Mistake;
use super::parts::{KEPT, Parts};
use super::reach::{Notation, Reach};
use super::reader::Reader;
use crate::twilio::phone_number::E164PhoneNumber;
use crate::twilio::region::Region;

/// What people see of a row. A part that can't be read stands there as it is stored.
#[must_use]
pub fn shown(row: &Value) -> Value {
    let Shown { mut document, unreadable } = Shown::of(row);
    for (part, raw) in unreadable {
        set(&mut document, &part, raw);
    }
    document
}

/// The document of a row, and the parts that can't be read, as they are stored.
struct Shown {
    document: Value,
    unreadable: Vec<(String, Value)>,
}

impl Shown {
    fn of(row: &Value) -> Self {
        let mut reader = Reader::new(Reach::of_a_call());
        let parts = Parts::of_row(row, &mut reader);
        let document = Document::read(&parts, &mut reader).write();
        let raw = |mistake: &Mistake| Some((mistake.part().to_owned(), parts.get(mistake.part())?.clone()));
        let unreadable = reader.into_mistakes().iter().filter_map(raw).collect();
        Self { document, unreadable }
    }

    /// What a patch is laid over: nothing, where it would mix with what can't be read.
    fn base(self, before: &Value, patch: &Map<String, Value>) -> Value {
        let mut base = before.clone();
        for (part, _) in self.unreadable.iter().filter(|(part, _)| patch.contains_key(part)) {
            set(&mut base, part, Value::Null);
        }
        base
    }
}

/// The row after a merge patch of what people see of it. `own` are the tenant's numbers. Fails with every mistake.
pub fn changed(
    row: &Value,
    patch: &Map<String, Value>,
    own: &[E164PhoneNumber],
) -> Result<Value, Vec<Mistake>> {
    let before = shown(row);
    let wanted = patched(Shown::of(row).base(&before, patch), patch);
    let (seen, asked) = (plain(&before), plain(&wanted));
    let is_other = |part: &str| asked.get(part) != seen.get(part);
    let (document, mut mistakes) = judge(&wanted, own);
    if !mistakes.is_empty() {
        let (_, stood) = judge(&before, own);
        mistakes.retain(|mistake| is_other(mistake.part()) || !stood.contains(mistake));
    }
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    let after = document.write();
    let mut row = row.clone();
    for part in patch.keys().filter(|part| is_other(part)) {
        row = with(row, part, &after);
    }
    Ok(row)
}

/// What somebody wants saved, and what is wrong with it.
pub(super) fn judge(document: &Value, own: &[E164PhoneNumber]) -> (Document, Vec<Mistake>) {
    let zone = document.get("timezone").and_then(Value::as_str).unwrap_or_default();
    let typed = Notation::Typed(Region::of_time_zone(zone));
    let mut reader = Reader::new(Reach::new(typed, own));
    let parts = Parts::of_document(document, &mut reader);
    let read = Document::read(&parts, &mut reader);
    (read, reader.into_mistakes())
}

/// Without the fields that say nothing, which a patch can't hold.
fn plain(document: &Value) -> Value {
    document.as_object().map_or(Value::Null, |fields| patched(Value::Null, fields))
}

fn said<'v>(document: &'v Value, part: &str) -> Option<&'v Value> {
    document.get(part).filter(|value| !value.is_null())
}

fn set(object: &mut Value, name: &str, value: Value) {
    if let Some(fields) = object.as_object_mut() {
        fields.insert(name.to_owned(), value);
    }
}

/// The row with one part of a document.
fn with(mut row: Value, part: &str, document: &Value) -> Value {
    let value = document.get(part).cloned().unwrap_or_default();
    let within = |pointer| value.pointer(pointer).cloned().unwrap_or_default();
    match part {
        "timezone" => set(&mut row, "timezone", value),
        "hours" => set(&mut row, "business_hours", value),
        "greeting" => set(&mut row, "greeting_message", value),
        "after_hours_message" => set(&mut row, "after_hours_message", value),
        "recording" => {
            set(&mut row, "enable_recording", within("/enabled"));
            return keeping(row, part, json!({ "notice": within("/notice") }), document);
        }
        "ring" => {
            set(&mut row, "forward_number", within("/phones/0/number"));
            return keeping(row, part, value, document);
        }
        "emergency" => {
            let words = value.get("words").cloned().unwrap_or_else(|| json!([]));
            set(&mut row, "emergency_phone", within("/ladder/0/number"));
            set(&mut row, "emergency_keywords", words);
            return keeping(row, part, value, document);
        }
        _ => return keeping(row, part, value, document),
    }
    row
}

/// The row that keeps a part, if it would not be the same without.
fn keeping(mut row: Value, part: &str, value: Value, document: &Value) -> Value {
    let kept = row.get("call_handling").and_then(Value::as_object);
    let mut kept: Map<String, Value> = kept.cloned().unwrap_or_default();
    kept.retain(|name, _| name != part && KEPT.contains(&name.as_str()));
    set(&mut row, "call_handling", Value::Object(kept.clone()));
    if said(&shown(&row), part) != said(document, part) {
        kept.insert(part.to_owned(), value);
        set(&mut row, "call_handling", Value::Object(kept));
    }
    row
}

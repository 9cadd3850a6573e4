//! Cursors of lists: what is taken is exactly what we would have given out, and everything else is refused.

#![no_main]

use chrono::DateTime;
use libfuzzer_sys::fuzz_target;
use serde::Serialize;
use switchboard_fuzz::page::{Cursor, NameCursor};
use uuid::Uuid;

fuzz_target!(|input: &[u8]| {
    if let Ok(text) = std::str::from_utf8(input) {
        is_refused_or_ours(text);
        comes_back_by_name(text);
    }
    if let Some((micros, id)) = input.split_first_chunk::<8>()
        && let Some(id) = id.first_chunk::<16>()
    {
        comes_back_by_place(i64::from_be_bytes(*micros), Uuid::from_bytes(*id));
    }
});

/// One place has one text: a cursor that is read gives the same text again, so a client can't have made up another.
fn is_refused_or_ours(text: &str) {
    if let Ok(cursor) = Cursor::parse(text) {
        assert_eq!(given_out(&cursor), text);
    }
    if let Ok(cursor) = NameCursor::parse(text) {
        assert_eq!(given_out(&cursor), text);
        assert!(!cursor.name().is_empty() && !cursor.name().contains('\0'));
    }
}

fn comes_back_by_name(name: &str) {
    let cursor = NameCursor::after(name);
    let back = NameCursor::parse(&given_out(&cursor));
    if name.is_empty() || name.contains('\0') {
        assert!(back.is_err(), "no row has such a name");
    } else {
        assert_eq!(back.as_ref().map(NameCursor::name), Ok(name));
    }
}

fn comes_back_by_place(micros: i64, id: Uuid) {
    let Some(time) = DateTime::from_timestamp_micros(micros) else { return };
    let cursor = Cursor { time, id };
    let text = given_out(&cursor);
    assert_eq!(Cursor::parse(&text), Ok(cursor));
    is_refused(&text[1..]);
    is_refused(&format!("{text}A"));
    is_refused(&format!("{text}="));
    is_refused(&format!(" {text}"));
}

fn is_refused(text: &str) {
    assert!(Cursor::parse(text).is_err(), "{text} was taken");
}

fn given_out(cursor: &impl Serialize) -> String {
    let text = serde_json::to_value(cursor).expect("a cursor is text");
    text.as_str().expect("a cursor is text").to_owned()
}

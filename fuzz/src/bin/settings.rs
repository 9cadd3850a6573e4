//! Settings of a tenant: whatever is stored, a call is served; what is saved is read as the same, and shown as it was written.
//!
//! The first line is a row of a tenant as JSON, the rest a document or a change of it.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use serde_json::{Map, Value};
use switchboard_fuzz::handling::{Document, Handling, changed, shown};
use switchboard_fuzz::twilio::phone_number::E164PhoneNumber;

fuzz_target!(|input: &[u8]| -> Corpus {
    let Ok(input) = std::str::from_utf8(input) else { return Corpus::Reject };
    let (row, patch) = input.split_once('\n').unwrap_or((input, "{}"));
    let Ok(row) = serde_json::from_str::<Value>(row) else { return Corpus::Reject };
    let own: Vec<E164PhoneNumber> = E164PhoneNumber::parse("+12145550100").into_iter().collect();
    is_served(&row, &own);
    if let Ok(patch) = serde_json::from_str::<Map<String, Value>>(patch) {
        is_kept(&Value::Object(patch.clone()), &own);
        is_changed_or_refused(&row, &patch, &own);
    }
    Corpus::Keep
});

fn is_served(row: &Value, own: &[E164PhoneNumber]) {
    let handling = Handling::read(row, own.first());
    assert!(!handling.settings.greeting.is_empty() && !handling.settings.after_hours.is_empty());
    assert!(handling.settings.menu.is_none_or(|menu| !menu.choices.is_empty()));
    let defects = Handling::defects(row, own);
    assert!(defects.iter().all(|mistake| !mistake.wrong.to_string().is_empty()));
}

fn is_kept(document: &Value, own: &[E164PhoneNumber]) {
    if let Ok(read) = Document::parse(document, own) {
        assert_eq!(Document::parse(&read.write(), own).as_ref(), Ok(&read));
    }
}

fn is_changed_or_refused(row: &Value, patch: &Map<String, Value>, own: &[E164PhoneNumber]) {
    if !row.is_object() {
        return;
    }
    match changed(row, patch, own) {
        Ok(after) => {
            // Sent back as it is shown, it changes nothing.
            let seen = shown(&after);
            let again = changed(&after, seen.as_object().expect("a document is an object"), own);
            assert_eq!(again.map(|row| shown(&row)), Ok(seen));
        }
        Err(mistakes) => assert!(!mistakes.is_empty()),
    }
}

//! The form parser: every body is refused as no UTF-8, or read exactly as the URL standard reads it.

#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use percent_encoding::percent_decode;
use serde_json::Value;
use switchboard_fuzz::twilio::form::FormParameters;

fuzz_target!(|body: &[u8]| {
    match FormParameters::parse(body) {
        Ok(form) => {
            is_read_as_the_standard_says(&form, body);
            survives_its_own_encoding(&form);
            is_looked_up_as_it_is_listed(&form);
        }
        Err(_) => assert!(!is_utf_8_once_decoded(body), "a body that is UTF-8 was refused"),
    }
});

fn is_read_as_the_standard_says(form: &FormParameters, body: &[u8]) {
    assert!(is_utf_8_once_decoded(body), "bytes that are no UTF-8 were taken");
    let expected: Vec<_> = form_urlencoded::parse(body).collect();
    assert!(form.iter().eq(expected.iter().map(|(name, value)| (&**name, &**value))));
}

fn survives_its_own_encoding(form: &FormParameters) {
    let again = FormParameters::parse(form.encode().as_bytes()).as_ref() == Ok(form);
    assert!(again, "encoding and parsing changed the pairs");
    // Hashing is slow, and no more pairs than these are needed to mix them up.
    if form.len() < 5 {
        let pairs: Vec<_> = form.iter().collect();
        let reversed = FormParameters::from_pairs(pairs.into_iter().rev());
        assert_eq!(reversed.fingerprint(), form.fingerprint(), "a fingerprint depends on the order of pairs");
    }
}

fn is_looked_up_as_it_is_listed(form: &FormParameters) {
    let mut values_by_name: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, value) in form.iter() {
        values_by_name.entry(name).or_default().push(value);
    }
    let json = form.to_json();
    for (name, values) in &values_by_name {
        assert_eq!((form.get(name), form.count(name)), (values.first().copied(), values.len()));
        match &json[name] {
            Value::String(value) => assert_eq!(values.as_slice(), [value]),
            Value::Array(array) => assert_eq!(values.as_slice(), array.as_slice()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => panic!("{name} is no text"),
        }
    }
    assert_eq!(json.as_object().map_or(0, serde_json::Map::len), values_by_name.len());
    assert_eq!((form.is_empty(), form.len()), (values_by_name.is_empty(), form.iter().count()));
    let nul = form.iter().any(|(name, value)| name.bytes().chain(value.bytes()).any(|byte| byte == 0));
    assert_eq!(form.contains_nul(), nul);
}

/// The names and values are decoded apart from each other, so each must be UTF-8 by itself.
fn is_utf_8_once_decoded(body: &[u8]) -> bool {
    let pieces = body.split(|byte| *byte == b'&').flat_map(|pair| pair.splitn(2, |byte| *byte == b'='));
    pieces.into_iter().all(|piece| percent_decode(piece).decode_utf8().is_ok())
}

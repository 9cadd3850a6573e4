//! Whatever is stored, a call is served; whatever is saved, it is kept.

use proptest::prelude::*;
use serde_json::{Map, Value};

use super::{full_document, number, older_row};
use crate::handling::{Document, Handling};

/// JSON that has little to do with settings.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        prop::sample::select(vec!["1", "people", "+12145550191", "08:00", "closed", "information"])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((".{0,6}", inner), 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// The places of a value that hold something, as JSON pointers.
fn places(value: &Value, at: &str) -> Vec<String> {
    let within: Vec<String> = match value {
        Value::Object(fields) => {
            fields.iter().flat_map(|(name, value)| places(value, &format!("{at}/{name}"))).collect()
        }
        Value::Array(list) => list
            .iter()
            .enumerate()
            .flat_map(|(number, value)| places(value, &format!("{at}/{number}")))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    std::iter::once(at.to_owned()).chain(within).collect()
}

/// The value with something else at one of its places.
fn spoilt(value: Value) -> impl Strategy<Value = Value> {
    let places = places(&value, "");
    (prop::sample::select(places), anything()).prop_map(move |(place, other)| {
        let mut spoilt = value.clone();
        if let Some(there) = spoilt.pointer_mut(&place) {
            *there = other;
        }
        spoilt
    })
}

fn full_row() -> Value {
    let mut row = older_row();
    row["call_handling"] = full_document();
    row
}

proptest! {
    #[test]
    fn every_row_is_read(row in prop_oneof![anything(), spoilt(older_row()), spoilt(full_row())]) {
        let own = number("+12145550100");

        let handling = Handling::read(&row, Some(&own));

        prop_assert!(!handling.settings.greeting.is_empty());
        prop_assert!(handling.settings.menu.is_none_or(|menu| !menu.choices.is_empty()));
        let _ = Handling::defects(&row, &[own]);
    }

    #[test]
    fn a_document_is_refused_or_read_as_what_is_written_of_it(document in spoilt(full_document())) {
        if let Ok(read) = Document::parse(&document, &[]) {
            prop_assert_eq!(Document::parse(&read.write(), &[]), Ok(read));
        }
    }
}

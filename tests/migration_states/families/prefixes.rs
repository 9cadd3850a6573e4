//! Every legacy file, stopped after each of its statements.

use crate::fixtures;
use crate::state::{Base, Family, State, Step, Trial};

/// What each file was written on top of; some had more than one past.
const PASTS: [(&str, &[&str]); 13] = [
    ("01", &[""]),
    ("02", &["01"]),
    ("03", &["01 02", "08 01 02"]),
    ("04", &["01 02"]),
    ("05", &["01 02", "01 02 04", "08 01 02"]),
    ("06", &["01 02"]),
    ("07", &["01 02 03", "01 02 05"]),
    ("07a", &["01 02"]),
    ("08", &[""]),
    ("09", &["01 02 05"]),
    ("10", &["01 02 05"]),
    ("11", &["01 02 05"]),
    ("07", &["01 02 07a 05"]),
];

pub(crate) fn states() -> Vec<State> {
    let pasts = PASTS.iter().flat_map(|(number, pasts)| pasts.iter().map(move |past| (*number, *past)));
    pasts.flat_map(|(number, past)| prefixes(number, past)).collect()
}

fn prefixes(number: &str, past: &str) -> Vec<State> {
    let statements = fixtures::of(number);
    let after = if past.is_empty() { String::new() } else { format!(" after {past}") };
    (1..=statements.len())
        .map(|length| State {
            family: Family::Prefixes,
            name: format!("{number}{after}, {length} of {}", statements.len()),
            base: Base::files(past),
            steps: vec![Step::Attempt(statements[..length].to_vec())],
            trial: Trial::Alone,
        })
        .collect()
}

#[test]
fn every_file_has_a_past() {
    let without: Vec<&str> =
        fixtures::numbers().filter(|number| !PASTS.iter().any(|(known, _)| known == number)).collect();

    assert_eq!(without, Vec::<&str>::new());
}

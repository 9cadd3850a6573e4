//! What stands in no line of any log: the tests' numbers in whatever shape, tokens, keys, signatures, people, what is said.
//!
//! Doesn't know chance: a number is looked for by the area codes and endings that the tests use, so that no id of a request
//! looks like one.

use std::io::{self, Write as _};
use std::process;
use std::sync::LazyLock;

use regex::Regex;

/// Each kind of secret, and what one looks like.
const SHAPES: [(&str, &str); 5] = [
    (
        "a phone number",
        r"(?:^|[^0-9A-Za-z]|%2[Bb])(?:00)?1?(?:[-. ()]|%20|%2[89])*(?:20[16]|21[24]|312|415|5[01]2|504|720|972|999)(?:[-. ()]|%20|%2[89])*555[-. ]?(?:0[1-3]\d\d|0777)",
    ),
    ("a phone number", "442079460958|4930901820"),
    ("a key", "sb[to]_[0-9a-f]{12}_[0-9A-Za-z_-]{20}"),
    ("a signature", r"(?:^|[^0-9A-Za-z+/])[0-9A-Za-z+/]{27}=(?:[^=]|$)"),
    (
        "a person, a place or what was said",
        "(?i)jenny|tutone|plano|dallas|São Paulo|sip:desk|whatsapp:|heating & sons|thank you for calling|<Say",
    ),
];

static SECRETS: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| {
    let shapes = SHAPES.map(|(kind, shape)| (kind, shape.to_owned()));
    let tokens: Vec<String> =
        (1..=100).flat_map(|number| [token(number), token(number).chars().rev().collect()]).collect();
    let all = shapes.into_iter().chain([("a token", tokens.join("|"))]);
    all.map(|(kind, shape)| (kind, Regex::new(&shape).unwrap())).collect()
});

/// All shapes at once, because most lines hold none.
static ANY: LazyLock<Regex> = LazyLock::new(|| {
    let shapes: Vec<String> = SECRETS.iter().map(|(_, shape)| format!("(?:{shape})")).collect();
    Regex::new(&shapes.join("|")).unwrap()
});

/// The token of the test account of this number.
pub(crate) fn token(number: u32) -> String {
    format!("{:032x}", u128::from(number) * 0x9e37_79b9_7f4a_7c15)
}

/// What kind of secret the line holds.
pub(crate) fn found_in(line: &str) -> Option<&'static str> {
    let is_there = ANY.is_match(line);
    is_there.then(|| SECRETS.iter().find(|(_, shape)| shape.is_match(line)).map(|(kind, _)| *kind))?
}

/// Ends the whole run if the line holds a secret: a failed assertion on a thread that nobody waits for would go unheard.
pub(crate) fn must_not_be_in(line: &str, target: &str, level: &str) {
    let Some(kind) = found_in(line) else { return };
    // Past what the test runner keeps for itself.
    let told = format!("\nSECRET IN A LOG: {kind} in a line of {target} at {level}:\n{line}\n");
    let _ = io::stderr().write_all(told.as_bytes());
    process::abort();
}

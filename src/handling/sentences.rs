//! What callers hear where a firm has written nothing of its own.
//!
//! Promises: plain American English that is true of every firm, at every hour, and makes sense in the order in which it is
//! said. Doesn't: name a telephone number, or an emergency service of one country alone.

use crate::routing::Key;

/// Within hours.
pub(super) fn greeting(company_name: &str) -> String {
    format!("Thank you for calling {company_name}.")
}

/// Outside of them.
pub(super) fn after_hours(company_name: &str) -> String {
    format!("Thank you for calling {company_name}. Our office is closed right now.")
}

/// Where conversations are recorded.
pub(super) const NOTICE: &str = "This call is recorded.";

/// Before the tone, after the telephones have rung or the firm is closed.
pub(super) const VOICEMAIL: &str =
    "Please leave your name, your phone number, and a short message after the tone. We will call you back.";

/// How to report an emergency by a key, by words, or by both; nothing where it can't be reported.
pub(super) fn offer(key: Option<Key>, words: &[String]) -> String {
    match (key, words.is_empty()) {
        (Some(key), false) => {
            format!("If this is an emergency, press {key} now, or tell us in a few words what is wrong.")
        }
        (Some(key), true) => format!("If this is an emergency, press {key} now."),
        (None, false) => "If this is an emergency, tell us now in a few words what is wrong.".to_owned(),
        (None, true) => String::new(),
    }
}

/// After an emergency has been reported.
pub(super) const SAFETY: &str = "If anyone is in danger, hang up now and call 911 or your local emergency number. \
     Otherwise please stay on the line while we call the person on duty.";

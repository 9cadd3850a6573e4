//! Settings as their row has them: a text until a call needs them, and then read once.
//!
//! Promises: the same text is never read twice for the same number. Doesn't: look whether the row has changed; whoever gets
//! a new text makes a new one of these.

use std::fmt;
use std::sync::{Arc, OnceLock};

use serde_json::Value;

use super::Handling;
use crate::twilio::phone_number::E164PhoneNumber;

/// What a tenant's row says of its calls, as JSON. Equal are those of the same text.
#[derive(Default)]
pub struct SettingsRow {
    text: String,
    /// For the number that was asked for first; a server keeps one of these for each number.
    read: OnceLock<(Option<E164PhoneNumber>, Arc<Handling>)>,
}

impl SettingsRow {
    /// Of a row. Empty where nobody waits for an answer.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self { text, read: OnceLock::new() }
    }

    /// What decides over a call to this number; what can't be read counts as not set.
    #[must_use]
    pub fn handling(&self, dialled: Option<&E164PhoneNumber>) -> Arc<Handling> {
        let read = || Arc::new(Handling::read(&self.value(), dialled));
        let (of, handling) = self.read.get_or_init(|| (dialled.cloned(), read()));
        if of.as_ref() == dialled { Arc::clone(handling) } else { read() }
    }

    /// The row as it is; null if it can't be read.
    #[must_use]
    pub fn value(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }
}

impl PartialEq for SettingsRow {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

/// The numbers of a firm belong into no log.
impl fmt::Debug for SettingsRow {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SettingsRow").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> E164PhoneNumber {
        E164PhoneNumber::parse(text).unwrap()
    }

    #[test]
    fn the_same_row_is_read_once_for_a_number() {
        let row = SettingsRow::new(r#"{"greeting_message": "Hello."}"#.to_owned());
        let dialled = number("+15125550100");

        let first = row.handling(Some(&dialled));

        assert_eq!(first.settings.greeting, "Hello.");
        assert!(Arc::ptr_eq(&first, &row.handling(Some(&dialled))));
    }

    #[test]
    fn each_number_has_the_country_of_its_own() {
        let row = SettingsRow::new("{}".to_owned());
        let of = |dialled: &str| row.handling(Some(&number(dialled))).settings.countries.clone();

        assert_eq!(of("+15125550100"), ["1".parse().unwrap()]);
        assert_eq!(of("+4930123456"), ["49".parse().unwrap()]);
    }

    #[test]
    fn a_row_that_cannot_be_read_serves_the_caller_all_the_same() {
        let nothing = Handling::read(&Value::Null, None);

        assert_eq!(*SettingsRow::new("{".to_owned()).handling(None), nothing);
        assert_eq!(*SettingsRow::default().handling(None), nothing);
    }
}

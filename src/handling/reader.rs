//! Reads fields of JSON: each by its shape, each mistake noted with its path.
//!
//! Promises: never fails; what can't be read is nothing, and noted. Null and a missing field are the same.
//! Doesn't: know what a field means.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use serde_json::{Map, Value};

use super::field::Field;
use super::mistake::{LONGEST_PHRASE, LONGEST_TEXT, Mistake, Wrong};
use super::reach::Reach;
use crate::twilio::phone_number::E164PhoneNumber;

/// The mistakes so far, and how telephone numbers are read.
#[derive(Debug)]
pub(super) struct Reader<'r> {
    /// Which numbers are right.
    pub(super) reach: Reach<'r>,
    mistakes: Vec<Mistake>,
}

/// An object.
#[derive(Clone, Copy, Debug)]
pub(super) struct Object<'v>(&'v Map<String, Value>);

impl<'v> Object<'v> {
    /// What a field holds, if it holds something.
    pub(super) fn get(self, name: &str) -> Option<&'v Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }
}

impl<'r> Reader<'r> {
    pub(super) fn new(reach: Reach<'r>) -> Self {
        Self { reach, mistakes: Vec::new() }
    }

    pub(super) fn into_mistakes(self) -> Vec<Mistake> {
        self.mistakes
    }

    /// Notes a mistake. Returns nothing, of whatever type the caller looked for.
    pub(super) fn note<T>(&mut self, field: impl Display, wrong: impl Into<Wrong>) -> Option<T> {
        self.mistakes.push(Mistake { field: field.to_string(), wrong: wrong.into() });
        None
    }

    /// The same value, if it is right; else the mistake is noted.
    fn noted<T, E: Into<Wrong>>(&mut self, field: Field<'_>, read: Result<T, E>) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(wrong) => self.note(field, wrong),
        }
    }

    /// An object with these fields and no others.
    pub(super) fn object<'v>(
        &mut self,
        value: &'v Value,
        at: Field<'_>,
        known: &[&str],
        shape: &'static str,
    ) -> Option<Object<'v>> {
        let Some(fields) = value.as_object() else { return self.note(at, Wrong::Shape(shape)) };
        for name in fields.keys().filter(|name| !known.contains(&name.as_str())) {
            self.note::<()>(at.named(name), Wrong::UnknownField(shape));
        }
        Some(Object(fields))
    }

    /// A list of at most so many.
    pub(super) fn list<'v>(
        &mut self,
        value: Option<&'v Value>,
        at: Field<'_>,
        most: usize,
        shape: &'static str,
    ) -> &'v [Value] {
        let Some(value) = value else { return &[] };
        let Some(list) = value.as_array() else {
            return self.note(at, Wrong::Shape(shape)).unwrap_or_default();
        };
        if list.len() > most {
            self.note::<()>(at, Wrong::TooMany(most));
        }
        list.get(..most).unwrap_or(list)
    }

    /// A text that callers hear.
    pub(super) fn text(&mut self, value: Option<&Value>, at: Field<'_>) -> Option<String> {
        self.text_of(value?, at, LONGEST_TEXT)
    }

    /// A text of at most so many characters in one line.
    pub(super) fn text_of(&mut self, value: &Value, at: Field<'_>, most: usize) -> Option<String> {
        let text = value.as_str().map(str::trim).unwrap_or_default();
        let fits = !text.is_empty()
            // No character has fewer bytes than one.
            && (text.len() <= most || text.chars().count() <= most)
            && !text.chars().any(char::is_control);
        if fits { Some(text.to_owned()) } else { self.note(at, Wrong::Text(most)) }
    }

    /// `true` or `false`.
    pub(super) fn flag(&mut self, value: Option<&Value>, at: Field<'_>) -> Option<bool> {
        let value = value?;
        value.as_bool().or_else(|| self.note(at, Wrong::Shape("true or false")))
    }

    /// A whole number within these limits.
    pub(super) fn amount(
        &mut self,
        value: Option<&Value>,
        at: Field<'_>,
        limits: RangeInclusive<u16>,
    ) -> Option<u16> {
        let amount = value?.as_u64().and_then(|amount| u16::try_from(amount).ok());
        amount.filter(|amount| limits.contains(amount)).or_else(|| {
            let (least, most) = limits.into_inner();
            self.note(at, Wrong::Amount { least, most })
        })
    }

    /// A text with a notation of its own.
    pub(super) fn parsed<T: FromStr>(&mut self, value: Option<&Value>, at: Field<'_>) -> Option<T>
    where
        T::Err: Into<Wrong>,
    {
        let read = value?.as_str().unwrap_or_default().parse();
        self.noted(at, read)
    }

    /// One of a few words.
    pub(super) fn word<T: Copy>(
        &mut self,
        value: Option<&Value>,
        at: Field<'_>,
        words: &[(&str, T)],
        shape: &'static str,
    ) -> Option<T> {
        let word = value?.as_str().unwrap_or_default();
        let found = words.iter().find(|(known, _)| *known == word).map(|(_, meaning)| *meaning);
        found.or_else(|| self.note(at, Wrong::Shape(shape)))
    }

    /// Words and phrases to listen for.
    pub(super) fn phrases(&mut self, value: Option<&Value>, at: Field<'_>, most: usize) -> Vec<String> {
        let list =
            self.list(value, at, most, "a list of words and phrases, such as [\"gas leak\", \"no heat\"]");
        let numbered = list.iter().enumerate();
        numbered.filter_map(|(number, phrase)| self.phrase(phrase, at.numbered(number))).collect()
    }

    fn phrase(&mut self, value: &Value, at: Field<'_>) -> Option<String> {
        let phrase = value.as_str().map(str::trim).unwrap_or_default();
        let fits = phrase.chars().count() <= LONGEST_PHRASE
            && phrase.chars().any(char::is_alphanumeric)
            && !phrase.chars().any(char::is_control);
        if fits { Some(phrase.to_owned()) } else { self.note(at, Wrong::Phrase) }
    }

    /// The number of a person to call.
    pub(super) fn callable(&mut self, value: Option<&Value>, at: Field<'_>) -> Option<E164PhoneNumber> {
        let Some(value) = value else { return self.note(at, Wrong::Missing("the number of a telephone")) };
        let number = self.noted(at, self.reach.read(value.as_str().unwrap_or_default()))?;
        if let Some(wrong) = self.reach.fault(&number) {
            self.note::<()>(at, wrong);
        }
        Some(number)
    }

    /// The number of a caller, which no numbering plan needs to have.
    pub(super) fn caller(&mut self, value: &Value, at: Field<'_>) -> Option<E164PhoneNumber> {
        let text = value.as_str().unwrap_or_default();
        let read = E164PhoneNumber::parse(text).or_else(|_| self.reach.read(text));
        self.noted(at, read)
    }
}

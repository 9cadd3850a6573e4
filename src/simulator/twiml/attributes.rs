//! The attributes of one element, typed.
//!
//! Promises: a value that the attribute can't have is refused. Doesn't: know names; [`vocabulary`](super::vocabulary) does.

use std::time::Duration;

use super::element::Element;
use super::refusal::Refusal;

/// Reads what an element says.
pub(super) struct Attributes<'e>(pub(super) &'e Element);

impl<'e> Attributes<'e> {
    /// As it stands there; blank is missing.
    pub(super) fn text(&self, name: &str) -> Option<&'e str> {
        self.0.attribute(name).filter(|value| !value.trim().is_empty())
    }

    pub(super) fn owned(&self, name: &str) -> Option<String> {
        self.text(name).map(str::to_owned)
    }

    /// A whole number.
    pub(super) fn number(&self, name: &str, usual: u32) -> Result<u32, Refusal> {
        match self.text(name) {
            Some(text) => text.parse().map_err(|_| self.refused(name, "a whole number")),
            None => Ok(usual),
        }
    }

    /// A whole number of seconds.
    pub(super) fn seconds(&self, name: &str, usual: u32) -> Result<Duration, Refusal> {
        self.number(name, usual).map(|seconds| Duration::from_secs(seconds.into()))
    }

    /// One of some words.
    pub(super) fn choice<T: Copy>(
        &self,
        name: &str,
        words: &[(&str, T)],
        usual: T,
        takes: &'static str,
    ) -> Result<T, Refusal> {
        let Some(text) = self.text(name) else { return Ok(usual) };
        let found = words.iter().find(|(word, _)| *word == text);
        found.map(|(_, meaning)| *meaning).ok_or_else(|| self.refused(name, takes))
    }

    /// `true` or `false`.
    pub(super) fn flag<T: Copy>(&self, name: &str, (yes, no): (T, T), usual: T) -> Result<T, Refusal> {
        self.choice(name, &[("true", yes), ("false", no)], usual, "true or false")
    }

    /// Twilio would ask with GET, too.
    pub(super) fn must_be_post(&self, names: &[&str]) -> Result<(), Refusal> {
        for name in names {
            self.choice(name, &[("POST", ()), ("GET", ())], (), "POST or GET")?;
            if self.text(name) == Some("GET") {
                return Err(self.not_carried_out(name));
            }
        }
        Ok(())
    }

    /// What changes the course of a call in a way that isn't played.
    pub(super) fn must_be_missing(&self, names: &[&str]) -> Result<(), Refusal> {
        let present = names.iter().find(|name| self.text(name).is_some());
        present.map_or(Ok(()), |name| Err(self.not_carried_out(name)))
    }

    pub(super) fn refused(&self, name: &str, takes: &'static str) -> Refusal {
        Refusal::Value {
            element: self.0.name.clone(),
            attribute: name.to_owned(),
            value: self.0.attribute(name).unwrap_or_default().to_owned(),
            takes,
        }
    }

    fn not_carried_out(&self, name: &str) -> Refusal {
        let value = self.text(name).unwrap_or_default();
        Refusal::NotCarriedOut(format!("<{} {name}=\"{value}\">", self.0.name))
    }
}

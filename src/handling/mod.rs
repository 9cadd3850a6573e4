//! How a firm wants its calls handled: read from what is stored, checked before it is saved.
//!
//! Promises: pure, and quick enough for each request of a call; whatever is stored, a caller is served: what can't be read
//! counts as not set, and is told by [`Handling::defects`]. What is to be saved is read strictly, with every mistake at once.
//! Doesn't: store, or decide; `settings/` and `routing/` do.

mod change;
mod choices;
mod document;
mod field;
mod merge_patch;
mod mistake;
mod parts;
mod people;
mod reach;
mod reader;
mod row;
mod sentences;
mod templates;

#[cfg(test)]
mod tests;

use serde_json::Value;

pub use change::{changed, shown};
pub use choices::MOST_PHRASES;
pub use document::{Document, MOST_BLOCKED, MOST_COUNTRIES, Recording, Voicemail};
pub use merge_patch::patched;
pub use mistake::{LONGEST_PHRASE, LONGEST_TEXT, Mistake, Wrong};
pub use people::{MOST_PHONES, MOST_TOGETHER};
pub use row::SettingsRow;
pub use templates::{Trade, template};

use crate::hours::Hours;
use crate::routing::{self, CountryCode};
use crate::twilio::phone_number::E164PhoneNumber;
use parts::Parts;
use reach::{Notation, Reach};
use reader::Reader;

/// What decides over a tenant's calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handling {
    /// When the firm is open.
    pub hours: Hours,
    /// What is done with a call.
    pub settings: routing::Settings,
    /// A caller who hangs up within so many seconds has abandoned the call.
    pub abandoned_before_seconds: u16,
}

impl Handling {
    /// Of a tenant's row as JSON, for a call to this number.
    #[must_use]
    pub fn read(stored: &Value, dialled: Option<&E164PhoneNumber>) -> Self {
        let mut reader = Reader::new(Reach::of_a_call());
        let parts = Parts::of_row(stored, &mut reader);
        let company_name = stored.get("company_name").and_then(Value::as_str).unwrap_or_default();
        Document::read(&parts, &mut reader).handling(company_name, dialled)
    }

    /// What [`Self::read`] could not read, and which numbers of people would not be called. `own` are the tenant's numbers.
    #[must_use]
    pub fn defects(stored: &Value, own: &[E164PhoneNumber]) -> Vec<Mistake> {
        let mut reader = Reader::new(Reach::new(Notation::Stored, own));
        let parts = Parts::of_row(stored, &mut reader);
        Document::read(&parts, &mut reader);
        reader.into_mistakes()
    }
}

impl Document {
    /// Reads settings that somebody wants saved. `own` are the tenant's numbers. Fails with every mistake.
    pub fn parse(document: &Value, own: &[E164PhoneNumber]) -> Result<Self, Vec<Mistake>> {
        let (read, mistakes) = change::judge(document, own);
        if mistakes.is_empty() { Ok(read) } else { Err(mistakes) }
    }

    /// What a call to this number needs of it.
    #[must_use]
    pub fn handling(self, company_name: &str, dialled: Option<&E164PhoneNumber>) -> Handling {
        let countries = if self.countries.is_empty() {
            let first = self.ring.phones.first().map(|phone| &phone.number);
            dialled.or(first).map(CountryCode::of).into_iter().collect()
        } else {
            self.countries
        };
        let recording = if self.recording.enabled {
            routing::Recording::On { notice: self.recording.notice }
        } else {
            routing::Recording::Off
        };
        let voicemail = self.voicemail.enabled.then_some(routing::Voicemail {
            prompt: self.voicemail.prompt,
            longest_seconds: self.voicemail.longest_seconds,
            transcription: self.voicemail.transcription,
        });
        let settings = routing::Settings {
            greeting: self.greeting.unwrap_or_else(|| sentences::greeting(company_name)),
            after_hours: self.after_hours_message.unwrap_or_else(|| sentences::after_hours(company_name)),
            recording,
            menu: self.menu,
            ring: self.ring,
            voicemail,
            emergency: self.emergency,
            blocked: self.blocked,
            countries,
            longest_talk_seconds: self.longest_talk_seconds,
        };
        Handling { hours: self.hours, settings, abandoned_before_seconds: self.abandoned_before_seconds }
    }
}

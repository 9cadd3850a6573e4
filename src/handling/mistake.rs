//! What is wrong with settings that somebody wrote.
//!
//! Promises: each mistake names its field as a path, such as `ring.phones[1].number`, and says what would be right; no
//! number is repeated, for mistakes are logged. Doesn't: find them.

use crate::hours::{self, UnknownZone};
use crate::routing::{CountryCode, InvalidCountryCode, InvalidKey};
use crate::twilio::phone_number::InvalidPhoneNumber;

/// Most characters that a text has. Twilio speaks 4 096, and up to three of ours follow one another.
pub const LONGEST_TEXT: usize = 1_000;
/// Most characters of a person's name, or of a word or phrase: the longest hint that Twilio takes.
pub const LONGEST_PHRASE: usize = 100;

/// A mistake and its place.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("{field}: {wrong}")]
pub struct Mistake {
    /// The path of the field at fault; empty for the document as a whole.
    pub field: String,
    /// What is wrong with it.
    pub wrong: Wrong,
}

impl Mistake {
    /// The field of the document that it is in: `ring` for `ring.phones[1].number`.
    #[must_use]
    pub fn part(&self) -> &str {
        self.field.split(['.', '[']).next().unwrap_or_default()
    }
}

/// What can be wrong with a field.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum Wrong {
    /// It has another shape.
    #[error("write {0}")]
    Shape(&'static str),
    /// Nobody would read this field.
    #[error("there is no such field here; write {0}")]
    UnknownField(&'static str),
    /// It has to be there.
    #[error("it is required: {0}")]
    Missing(&'static str),
    /// The time zone.
    #[error(transparent)]
    Zone(#[from] UnknownZone),
    /// The opening hours.
    #[error(transparent)]
    Hours(#[from] hours::Wrong),
    /// A text that is empty, too long or can't be spoken.
    #[error("write 1 to {0} characters, without control characters")]
    Text(usize),
    /// A word that can't be listened for.
    #[error("write words or phrases of 1 to {LONGEST_PHRASE} characters, each with a letter or a digit")]
    Phrase,
    /// A number that is no whole one, or outside of its limits.
    #[error("write a whole number from {least} to {most}")]
    Amount {
        /// The least.
        least: u16,
        /// The most.
        most: u16,
    },
    /// Not a telephone number.
    #[error(transparent)]
    Number(#[from] InvalidPhoneNumber),
    /// A number that calls are not put through to.
    #[error(
        "calls are not put through to this country, for a dear number there costs the firm money; if it is meant, add \
         \"{0}\" to `countries`"
    )]
    Abroad(CountryCode),
    /// A number that is answered here.
    #[error("this number is answered here, so the call would come back; write the number of a person")]
    OwnLine,
    /// Not a key.
    #[error(transparent)]
    Key(#[from] InvalidKey),
    /// A key that means two things.
    #[error("`{0}` has this key already; choose another one")]
    TakenKey(String),
    /// Not a country calling code.
    #[error(transparent)]
    Country(#[from] InvalidCountryCode),
    /// A list that is too long.
    #[error("there are at most {0} here")]
    TooMany(usize),
    /// More telephones than ring at once.
    #[error("at most {0} telephones ring together; ring them `in_order`, or take some out")]
    TooManyTogether(usize),
    /// A menu without choices.
    #[error("a menu needs a choice; without any, write null for the menu")]
    NoChoice,
    /// An emergency that nobody can report.
    #[error("callers need a `key` or `words` to report an emergency")]
    NoReport,
    /// An emergency that reaches nobody.
    #[error("name at least one person who is called in an emergency")]
    NoLadder,
}

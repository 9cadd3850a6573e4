//! Where a call is, as the address has it to which Twilio reports the end of a step.
//!
//! Promises: letters, digits and hyphens alone, the same there and back; no step leads to a place that it has been at.
//! Doesn't: hold anything of the caller's.

use std::fmt;
use std::str::FromStr;

use super::settings::Acceptance;

/// The step whose end is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A question: `ask-open-1`.
    Ask {
        /// Which question.
        when: When,
        /// How often it has been read out, this time too; from 1.
        reading: u8,
    },
    /// A telephone of the ring list: `ring-0-press`, or `ring-0-pickup`. What counts as an answer is settled when it rings.
    Ring {
        /// Its place in the list.
        number: u8,
        /// What counts as an answer.
        acceptance: Acceptance,
    },
    /// All telephones of the ring list: `together-press`, or `together-pickup`.
    Together(Acceptance),
    /// A telephone of the emergency ladder: `ladder-0`.
    Ladder(u8),
    /// The voicemail: `message`.
    Message,
}

/// Whether a question was asked within hours: they may end before it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum When {
    /// Within.
    Open,
    /// Outside.
    Closed,
}

/// Not a place.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
#[error("this is no address that we gave to Twilio")]
pub struct InvalidPlace;

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ask { when: When::Open, reading } => write!(formatter, "ask-open-{reading}"),
            Self::Ask { when: When::Closed, reading } => write!(formatter, "ask-closed-{reading}"),
            Self::Ring { number, acceptance } => write!(formatter, "ring-{number}-{}", word(*acceptance)),
            Self::Together(acceptance) => write!(formatter, "together-{}", word(*acceptance)),
            Self::Ladder(number) => write!(formatter, "ladder-{number}"),
            Self::Message => formatter.write_str("message"),
        }
    }
}

impl FromStr for Place {
    type Err = InvalidPlace;

    fn from_str(text: &str) -> Result<Self, InvalidPlace> {
        let parts: Vec<&str> = text.split('-').collect();
        let place = match *parts.as_slice() {
            ["ask", when, reading] => Self::Ask { when: when_of(when)?, reading: number(reading)? },
            ["ring", place, word] => Self::Ring { number: number(place)?, acceptance: acceptance(word)? },
            ["together", word] => Self::Together(acceptance(word)?),
            ["ladder", place] => Self::Ladder(number(place)?),
            ["message"] => Self::Message,
            _ => return Err(InvalidPlace),
        };
        // One way to write each.
        if place.to_string() == text { Ok(place) } else { Err(InvalidPlace) }
    }
}

fn word(acceptance: Acceptance) -> &'static str {
    match acceptance {
        Acceptance::PressOne => "press",
        Acceptance::PickUp => "pickup",
    }
}

fn acceptance(text: &str) -> Result<Acceptance, InvalidPlace> {
    let both = [Acceptance::PressOne, Acceptance::PickUp];
    both.into_iter().find(|acceptance| word(*acceptance) == text).ok_or(InvalidPlace)
}

fn when_of(text: &str) -> Result<When, InvalidPlace> {
    match text {
        "open" => Ok(When::Open),
        "closed" => Ok(When::Closed),
        _ => Err(InvalidPlace),
    }
}

fn number(text: &str) -> Result<u8, InvalidPlace> {
    text.parse().map_err(|_| InvalidPlace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_the_same_there_and_back() {
        for place in [
            Place::Ask { when: When::Open, reading: 3 },
            Place::Ask { when: When::Closed, reading: 1 },
            Place::Ring { number: 0, acceptance: Acceptance::PressOne },
            Place::Ring { number: 19, acceptance: Acceptance::PickUp },
            Place::Together(Acceptance::PressOne),
            Place::Ladder(9),
            Place::Message,
        ] {
            let text = place.to_string();

            assert_eq!(text.parse(), Ok(place));
            assert!(
                text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            );
        }
    }

    #[test]
    fn nothing_else_is_a_place() {
        for text in [
            "",
            "-",
            "ring",
            "ring-",
            "ring-0",
            "ring-01-press",
            "ring-+1-press",
            "ring-256-press",
            "ring-0-press-",
            "together",
            "ask-1",
            "Message",
            "ring-0-",
        ] {
            assert_eq!(text.parse::<Place>(), Err(InvalidPlace), "{text}");
        }
    }
}

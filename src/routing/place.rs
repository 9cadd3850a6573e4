//! Where a call is, as the address has it to which Twilio reports the end of a step.
//!
//! Promises: letters, digits and hyphens alone, the same there and back; no step leads to a place that it has been at.
//! Doesn't: hold anything of the caller's.

use std::fmt;
use std::str::FromStr;

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
    /// A telephone of the ring list: `ring-0`.
    Ring(u8),
    /// All telephones of the ring list: `together`.
    Together,
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
            Self::Ring(number) => write!(formatter, "ring-{number}"),
            Self::Together => formatter.write_str("together"),
            Self::Ladder(number) => write!(formatter, "ladder-{number}"),
            Self::Message => formatter.write_str("message"),
        }
    }
}

impl FromStr for Place {
    type Err = InvalidPlace;

    fn from_str(text: &str) -> Result<Self, InvalidPlace> {
        let (word, number) = text.rsplit_once('-').unwrap_or((text, "0"));
        let number: u8 = number.parse().map_err(|_| InvalidPlace)?;
        let place = match word {
            "ask-open" => Self::Ask { when: When::Open, reading: number },
            "ask-closed" => Self::Ask { when: When::Closed, reading: number },
            "ring" => Self::Ring(number),
            "together" => Self::Together,
            "ladder" => Self::Ladder(number),
            "message" => Self::Message,
            _ => return Err(InvalidPlace),
        };
        // One way to write each.
        if place.to_string() == text { Ok(place) } else { Err(InvalidPlace) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_the_same_there_and_back() {
        for place in [
            Place::Ask { when: When::Open, reading: 3 },
            Place::Ask { when: When::Closed, reading: 1 },
            Place::Ring(0),
            Place::Together,
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
            "ring-01",
            "ring-+1",
            "ring-256",
            "together-0",
            "ask-1",
            "Message",
            "ring-0-",
        ] {
            assert_eq!(text.parse::<Place>(), Err(InvalidPlace), "{text}");
        }
    }
}

//! What a caller pressed or said, and whether it is what was listened for.
//!
//! Promises: words count as whole words, in upper or lower case and whatever stands between them: "gas" is in "I smell gas!"
//! and not in "Vegas". Doesn't: understand what is meant.

use std::fmt;
use std::str::FromStr;

/// A key of a telephone that can be chosen; the hash ends an input and is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key(char);

/// Not such a key.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is no key that can be chosen; write one of 0 to 9 or *")]
pub struct InvalidKey(String);

impl FromStr for Key {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        let mut signs = text.chars();
        match (signs.next(), signs.next()) {
            (Some(sign), None) if sign.is_ascii_digit() || sign == '*' => Ok(Self(sign)),
            (Some(_) | None, _) => Err(InvalidKey(text.to_owned())),
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

/// What came in while a question was open.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Heard {
    digits: String,
    words: Vec<String>,
}

/// A caller's words are nobody else's business.
impl fmt::Debug for Heard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Heard({} digits, {} words)", self.digits.len(), self.words.len())
    }
}

impl Heard {
    /// Of Twilio's `Digits` and `SpeechResult`; empty texts are nothing.
    #[must_use]
    pub fn new(digits: &str, speech: &str) -> Self {
        Self { digits: digits.trim().to_owned(), words: words_of(speech) }
    }

    /// Whether nothing came in.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.digits.is_empty() && self.words.is_empty()
    }

    /// Whether this key was pressed, and no other.
    #[must_use]
    pub fn is_key(&self, key: Key) -> bool {
        let mut signs = self.digits.chars();
        (signs.next(), signs.next()) == (Some(key.0), None)
    }

    /// Whether one of these words or phrases was said.
    #[must_use]
    pub fn says_one_of(&self, phrases: &[String]) -> bool {
        phrases
            .iter()
            .map(|phrase| words_of(phrase))
            .any(|phrase| !phrase.is_empty() && self.words.windows(phrase.len()).any(|said| said == phrase))
    }
}

fn words_of(text: &str) -> Vec<String> {
    let plain = text.to_lowercase().replace(['\'', '’'], "");
    plain
        .split(|sign: char| !sign.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(speech: &str, phrase: &str) -> bool {
        Heard::new("", speech).says_one_of(&[phrase.to_owned()])
    }

    #[test]
    fn a_word_counts_as_a_whole() {
        assert!(says("I smell GAS!", "gas"));
        assert!(says("Gas-leak in the cellar", "gas leak"));
        assert!(says("it's a gas leak, I think", "Gas Leak"));
        assert!(says("there’s no heat", "no heat"));
        assert!(!says("I am from Vegas", "gas"));
        assert!(!says("gas and a leak", "gas leak"));
        assert!(!says("anything", " !"));
        assert!(!says("", "gas"));
    }

    #[test]
    fn a_key_counts_alone() {
        let nine: Key = "9".parse().unwrap();

        assert!(Heard::new("9", "").is_key(nine));
        assert!(!Heard::new("99", "").is_key(nine));
        assert!(!Heard::new("", "9").is_key(nine));
        assert!(Heard::new(" ", " ").is_nothing());
    }

    #[test]
    fn a_key_is_a_digit_or_the_star() {
        assert_eq!("*".parse::<Key>().unwrap().to_string(), "*");
        for text in ["", "#", "10", "a"] {
            assert_eq!(text.parse::<Key>(), Err(InvalidKey(text.to_owned())));
        }
    }

    #[test]
    fn what_was_said_is_in_no_log() {
        assert_eq!(format!("{:?}", Heard::new("1", "my secret")), "Heard(1 digits, 2 words)");
    }
}

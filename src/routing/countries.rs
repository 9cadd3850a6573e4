//! Which countries a firm's calls may be put through to.
//!
//! Promises: a number outside of them is never dialled, whoever wrote it into the settings: toll fraud lives on forwarding.
//! Doesn't: tell a dear number from a cheap one within a country.

use std::fmt;
use std::str::FromStr;

use crate::twilio::phone_number::E164PhoneNumber;

/// A country calling code, such as 1 or 49. No code is the beginning of another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountryCode(String);

/// Not a country calling code.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is no country calling code; write one to three digits, such as 1 or 49")]
pub struct InvalidCountryCode(String);

impl FromStr for CountryCode {
    type Err = InvalidCountryCode;

    /// With or without the plus sign.
    fn from_str(text: &str) -> Result<Self, InvalidCountryCode> {
        let digits = text.strip_prefix('+').unwrap_or(text);
        let is_code = (1..=3).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0');
        if is_code { Ok(Self(digits.to_owned())) } else { Err(InvalidCountryCode(text.to_owned())) }
    }
}

impl fmt::Display for CountryCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl CountryCode {
    /// That of a number.
    #[must_use]
    pub fn of(number: &E164PhoneNumber) -> Self {
        Self(number.country_code().to_owned())
    }

    /// Whether the number is one of this country.
    #[must_use]
    pub fn covers(&self, number: &E164PhoneNumber) -> bool {
        number.as_str().strip_prefix('+').is_some_and(|digits| digits.starts_with(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_one_to_three_digits() {
        assert_eq!("+49".parse::<CountryCode>(), "49".parse());
        for text in ["", "+", "0", "01", "1234", "4 9", "DE", "++1"] {
            assert_eq!(text.parse::<CountryCode>(), Err(InvalidCountryCode(text.to_owned())));
        }
    }

    #[test]
    fn a_number_belongs_to_the_country_that_it_begins_with() {
        let germany: CountryCode = "49".parse().unwrap();

        assert!(germany.covers(&E164PhoneNumber::parse("+4930123456").unwrap()));
        assert!(!germany.covers(&E164PhoneNumber::parse("+12145550199").unwrap()));
    }
}

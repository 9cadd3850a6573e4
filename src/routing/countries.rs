//! Which countries a firm's calls may be put through to.
//!
//! Promises: a number outside of them is never dialled, whoever wrote it into the settings: toll fraud lives on forwarding.
//! Code 1 alone is the United States with their territories, and Canada: the other countries of North America's plan look
//! like a number next door and cost many times as much, and so do numbers that begin with 900.
//! Doesn't: tell a dear number from a cheap one within any other country.

use std::fmt;
use std::str::FromStr;

use crate::twilio::phone_number::E164PhoneNumber;

/// A country calling code, such as 1 or 49; or 1 with one of the area codes that code 1 alone leaves out, such as 1876.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountryCode(String);

/// Not a country calling code.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`{0}` is no country calling code; write one to three digits, such as 1 or 49, and for a country that shares code 1 \
     with the United States its area code too, such as 1876"
)]
pub struct InvalidCountryCode(String);

/// The area codes of North America's plan outside of the United States, their territories and Canada (NANPA's list), and 900,
/// where the caller pays for more than the call.
const DEAR_AREAS: [&str; 22] = [
    "242", "246", "264", "268", "284", "345", "441", "473", "649", "658", "664", "721", "758", "767", "784",
    "809", "829", "849", "868", "869", "876", "900",
];

impl FromStr for CountryCode {
    type Err = InvalidCountryCode;

    /// With or without the plus sign.
    fn from_str(text: &str) -> Result<Self, InvalidCountryCode> {
        let digits = text.strip_prefix('+').unwrap_or(text);
        let is_code = (1..=3).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0');
        if is_code || dear_area(digits) == Some(digits) {
            Ok(Self(digits.to_owned()))
        } else {
            Err(InvalidCountryCode(text.to_owned()))
        }
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
        let digits = number.as_str().trim_start_matches('+');
        Self(dear_area(digits).unwrap_or_else(|| number.country_code()).to_owned())
    }

    /// Whether the number is one of this country.
    #[must_use]
    pub fn covers(&self, number: &E164PhoneNumber) -> bool {
        *self == Self::of(number)
    }
}

/// The 1 and the area code that a number begins with, where code 1 alone leaves that area out.
fn dear_area(digits: &str) -> Option<&str> {
    let (begin, _) = digits.split_at_checked(4)?;
    begin.strip_prefix('1').filter(|area| DEAR_AREAS.contains(area)).map(|_| begin)
}

#[cfg(test)]
mod tests {
    use rlibphonenumber::{PhoneNumber, PhoneNumberType, Region};

    use super::*;

    fn number(text: &str) -> E164PhoneNumber {
        E164PhoneNumber::parse(text).unwrap()
    }

    #[test]
    fn a_code_is_one_to_three_digits_or_a_dear_part_of_code_1() {
        assert_eq!("+49".parse::<CountryCode>(), "49".parse());
        assert_eq!("+1876".parse::<CountryCode>(), "1876".parse());
        for text in ["", "+", "0", "01", "1234", "1214", "18765", "2876", "4 9", "DE", "++1"] {
            assert_eq!(text.parse::<CountryCode>(), Err(InvalidCountryCode(text.to_owned())));
        }
    }

    #[test]
    fn a_number_belongs_to_the_country_that_it_begins_with() {
        let germany: CountryCode = "49".parse().unwrap();

        assert!(germany.covers(&number("+4930123456")));
        assert!(!germany.covers(&number("+12145550199")));
    }

    #[test]
    fn code_1_does_not_reach_dear_islands_and_their_area_code_does() {
        let (home, jamaica): (CountryCode, CountryCode) = ("1".parse().unwrap(), "1876".parse().unwrap());

        assert!(!home.covers(&number("+18765550123")));
        assert!(jamaica.covers(&number("+18765550123")));
        assert!(!jamaica.covers(&number("+12145550199")));
        assert!(home.covers(&number("+17875550123")), "Puerto Rico is part of the United States");
    }

    #[test]
    fn the_dear_areas_are_those_of_the_phone_library() {
        let home = [Region::US, Region::CA, Region::PR, Region::VI, Region::GU, Region::MP, Region::AS];
        let judged = (200..1000).filter_map(|area| {
            let exchanges = (200..1000).step_by(13).map(|exchange| format!("+1{area}{exchange}2368"));
            let mut numbers = exchanges.filter_map(|text| PhoneNumber::parse(&text, None).ok());
            let valid = numbers.find(PhoneNumber::is_valid)?;
            let is_home = valid.get_region_code().is_none_or(|region| home.contains(&region));
            Some((area.to_string(), !is_home || valid.get_type() == PhoneNumberType::PremiumRate))
        });
        let dear: Vec<String> = judged.filter(|(_, is_dear)| *is_dear).map(|(area, _)| area).collect();

        assert_eq!(dear, DEAR_AREAS);
    }
}

//! Phone numbers, and whoever else a call may come from.
//!
//! Promises: an [`E164PhoneNumber`] has the shape of one; what people type must also be valid by the phone
//! library's data. Numbers show only masked, in `Debug` too, and have no `Display`.
//! Doesn't: validate what Twilio sends beyond its shape, because Twilio knows numbers that no library
//! knows, nor say whether anybody answers there.

use std::fmt;

use rlibphonenumber::{PhoneNumber, PhoneNumberFormat};

use super::region::Region;

/// Why a text is no phone number. The text is not repeated, because numbers don't belong in logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPhoneNumber {
    /// Not `+`, a digit from 1 to 9, and up to 14 more digits.
    #[error("not a number in E.164 form: write + and the country code, as in +12145550100")]
    NotE164,
    /// Nothing that the library can read as a number.
    #[error(
        "this does not read as a phone number: write it as you would dial it, or with + and the country code"
    )]
    Unreadable,
    /// A number by its shape, but no numbering plan has it.
    #[error("no numbering plan has such a number: check the digits, or write it with + and the country code")]
    NotValid,
    /// A number with an extension, which would be lost.
    #[error("a number with an extension can't be dialled directly: leave the extension out")]
    Extension,
}

/// A number in E.164 form: `+`, a digit from 1 to 9, and one to 14 more digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct E164PhoneNumber(String);

impl E164PhoneNumber {
    /// Takes what Twilio sends: the shape alone counts.
    pub fn parse(text: &str) -> Result<Self, InvalidPhoneNumber> {
        let digits = text.strip_prefix('+').ok_or(InvalidPhoneNumber::NotE164)?;
        let has_shape = (2..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0');
        if has_shape { Ok(Self(text.to_owned())) } else { Err(InvalidPhoneNumber::NotE164) }
    }

    /// Takes what a person types: any notation that is usual in the region, or one with a country code.
    /// The number must be valid by the library's data. The first call loads that data (about 0.1 s).
    pub fn parse_typed(text: &str, region: Region) -> Result<Self, InvalidPhoneNumber> {
        if text.contains(PHONE_CONTEXT) {
            return Err(InvalidPhoneNumber::Unreadable);
        }
        let number = PhoneNumber::parse(text, Some(region.library_region()))
            .map_err(|_| InvalidPhoneNumber::Unreadable)?;
        if !number.is_valid() {
            return Err(InvalidPhoneNumber::NotValid);
        }
        if !number.extension().is_empty() {
            return Err(InvalidPhoneNumber::Extension);
        }
        Self::parse(&number.format_as(PhoneNumberFormat::E164))
    }

    /// The whole number. Not for logs: they take [`Self::masked`].
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The digits of its country calling code, such as `1` or `44`.
    #[must_use]
    pub fn country_code(&self) -> &str {
        let digits = self.0.trim_start_matches('+');
        digits.split_at_checked(country_code_length(digits)).map_or(digits, |(country_code, _)| country_code)
    }

    /// The country code and the last four digits, as in `+1•••0100`; fewer of a number so short that four
    /// would be more than half of it.
    #[must_use]
    pub fn masked(&self) -> String {
        let digits = self.0.trim_start_matches('+');
        let (country_code, national) =
            digits.split_at_checked(country_code_length(digits)).unwrap_or(("", digits));
        let shown = (national.len() / 2).min(4);
        let end = national.get(national.len() - shown..).unwrap_or_default();
        format!("+{country_code}•••{end}")
    }
}

/// A parameter of `tel:` addresses (RFC 3966, section 5.1.5). Nobody types it, and the library panics where a `tel:` follows it.
const PHONE_CONTEXT: &str = ";phone-context=";

impl fmt::Debug for E164PhoneNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.masked())
    }
}

/// How many digits the country code has (ITU-T E.164, annex to the Operational Bulletin: zones 1 and 7 have
/// one digit, these have two, all others three).
fn country_code_length(digits: &str) -> usize {
    const TWO_DIGITS: [&str; 44] = [
        "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48",
        "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66", "81",
        "82", "84", "86", "90", "91", "92", "93", "94", "95", "98",
    ];
    if digits.starts_with(['1', '7']) {
        1
    } else if TWO_DIGITS.iter().any(|code| digits.starts_with(code)) {
        2
    } else {
        3
    }
}

/// Who calls, by the `From` of a voice request. Only [`CallerId::Known`] may be called back, texted or used
/// to recognise a customer, and even that can be forged.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum CallerId {
    /// An ordinary number.
    Known(E164PhoneNumber),
    /// The caller or the network kept the number back.
    Withheld,
    /// A client of Twilio's SDK: the name that follows `client:`.
    Client(String),
    /// A SIP address with its scheme, such as `sip:reception@example.com`.
    Sip(String),
    /// Anything else: short codes, sender names, `whatsapp:` addresses.
    Other(String),
}

/// What Twilio and networks send when a number is withheld, in lower case; then the same words as they are
/// spelt on a keypad, which look like numbers.
const WITHHELD: [&str; 12] = [
    "",
    "anonymous",
    "unknown",
    "unavailable",
    "restricted",
    "private",
    "blocked",
    "+266696687",
    "+7378742833",
    "+86282452253",
    "+8656696",
    "+2562533",
];

impl CallerId {
    /// Reads any `From`; what has no known form is kept as [`CallerId::Other`].
    #[must_use]
    pub fn parse(text: &str) -> Self {
        if WITHHELD.contains(&text.to_ascii_lowercase().as_str()) {
            Self::Withheld
        } else if let Ok(number) = E164PhoneNumber::parse(text) {
            Self::Known(number)
        } else if let Some(name) = text.strip_prefix("client:") {
            Self::Client(name.to_owned())
        } else if text.starts_with("sip:") || text.starts_with("sips:") {
            Self::Sip(text.to_owned())
        } else {
            Self::Other(text.to_owned())
        }
    }

    /// The number, if the caller has one that can be called back.
    #[must_use]
    pub fn number(&self) -> Option<&E164PhoneNumber> {
        match self {
            Self::Known(number) => Some(number),
            Self::Withheld | Self::Client(_) | Self::Sip(_) | Self::Other(_) => None,
        }
    }

    /// What a log may say about the caller: the kind, and of a number its mask.
    #[must_use]
    pub fn masked(&self) -> String {
        match self {
            Self::Known(number) => number.masked(),
            Self::Withheld => "withheld".to_owned(),
            Self::Client(_) => "client:•••".to_owned(),
            Self::Sip(_) => "sip:•••".to_owned(),
            Self::Other(_) => "other:•••".to_owned(),
        }
    }
}

impl fmt::Debug for CallerId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.masked())
    }
}

#[cfg(test)]
mod tests;

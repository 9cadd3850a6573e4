//! Twilio's identifiers: two letters that say what the thing is, then 32 hexadecimal digits.
//!
//! Promises: a value of one of these types has the right letters and the right shape, and one kind never
//! passes for another. The case of the digits is kept as it was sent.
//! Doesn't: know whether such an account or call exists. Sids are no secrets, so they print.

use std::fmt;

use serde::{Serialize, Serializer};

/// Why a text is no sid of the kind that was asked for. The text itself is not repeated, because people
/// paste auth tokens into fields for sids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected {prefix} followed by 32 hexadecimal digits, got {length} characters of another shape; \
     copy the sid from Twilio's Console"
)]
pub struct InvalidSid {
    prefix: &'static str,
    length: usize,
}

macro_rules! sid {
    ($(#[$meaning:meta])* $name:ident, $prefix:literal) => {
        $(#[$meaning])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            #[doc = concat!("Takes `", $prefix, "` and 32 hexadecimal digits of either case; no blanks around.")]
            pub fn parse(text: &str) -> Result<Self, InvalidSid> {
                let is_sid = text.strip_prefix($prefix).is_some_and(is_32_hex_digits);
                if is_sid {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(InvalidSid { prefix: $prefix, length: text.chars().count() })
                }
            }

            /// The 34 characters as they were sent.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }
    };
}

sid!(
    /// The sid of an account or sub-account; each signs with its own auth token.
    AccountSid,
    "AC"
);
sid!(
    /// The sid of one leg of a call.
    CallSid,
    "CA"
);
sid!(
    /// The sid of a recording.
    RecordingSid,
    "RE"
);
sid!(
    /// The sid of what a recording was written down as.
    TranscriptionSid,
    "TR"
);

fn is_32_hex_digits(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGITS: &str = "0123456789abcdefABCDEF0123456789";

    #[test]
    fn a_sid_keeps_the_case_of_its_digits() {
        let text = format!("AC{DIGITS}");

        let sid = AccountSid::parse(&text).unwrap();

        assert_eq!(sid.as_str(), text);
        assert_eq!(sid.to_string(), text);
        assert_eq!(serde_json::to_value(&sid).unwrap(), serde_json::json!(text));
    }

    #[test]
    fn a_sid_of_one_kind_is_refused_as_another() {
        assert!(CallSid::parse(&format!("AC{DIGITS}")).is_err());
        assert!(AccountSid::parse(&format!("CA{DIGITS}")).is_err());
    }

    #[test]
    fn other_shapes_are_refused_without_repeating_them() {
        let shapes = [
            String::new(),
            "AC".to_owned(),
            format!("ac{DIGITS}"),
            format!("AC{DIGITS}0"),
            format!("AC{DIGITS}\n"),
            format!(" AC{DIGITS}"),
            DIGITS.to_owned(),
            "ACg123456789abcdefABCDEF0123456789".to_owned(),
            "AC٣123456789abcdefABCDEF012345678".to_owned(),
        ];

        for shape in shapes {
            let refusal = AccountSid::parse(&shape).unwrap_err().to_string();

            assert!(shape.len() < 4 || !refusal.contains(shape.trim()), "{refusal}");
        }
    }
}

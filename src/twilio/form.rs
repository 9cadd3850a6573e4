//! The parameters of a form body, exactly as Twilio sent and signed them.
//!
//! Promises: every pair is kept, in wire order, blanks and repetitions included; what a handler reads is
//! what the signature covered. Bytes that are no UTF-8 are refused, never replaced.
//! Doesn't: know any parameter's meaning, limit the size of a body, or print values.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use percent_encoding::percent_decode;
use serde_json::Value;

use super::sha256;

/// A form body held, once decoded, bytes that are no UTF-8. Signing a repaired copy would let two
/// different bodies share a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the form body is no UTF-8 once it is decoded; Twilio sends UTF-8 only")]
pub struct NotUtf8;

/// Decoded names and values of an `application/x-www-form-urlencoded` body, in wire order.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct FormParameters {
    pairs: Vec<(String, String)>,
}

impl FormParameters {
    /// Decodes a body as the WHATWG URL standard says (`+` is a blank, a `%` without two hexadecimal
    /// digits stands for itself, nothing between two `&` is skipped), except that broken UTF-8 is refused.
    pub fn parse(body: &[u8]) -> Result<Self, NotUtf8> {
        body.split(|byte| *byte == b'&')
            .filter(|piece| !piece.is_empty())
            .map(|piece| {
                let mut halves = piece.splitn(2, |byte| *byte == b'=');
                let name = decode(halves.next().unwrap_or_default())?;
                let value = decode(halves.next().unwrap_or_default())?;
                Ok((name, value))
            })
            .collect::<Result<Vec<_>, NotUtf8>>()
            .map(|pairs| Self { pairs })
    }

    /// Parameters from decoded pairs, in the order given.
    pub fn from_pairs<N: Into<String>, V: Into<String>>(pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        Self { pairs: pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect() }
    }

    /// The first value of the name; names are compared exactly, as Twilio signs them.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(candidate, _)| *candidate == name).map(|(_, value)| value)
    }

    /// How often the name occurs.
    #[must_use]
    pub fn count(&self, name: &str) -> usize {
        self.iter().filter(|(candidate, _)| *candidate == name).count()
    }

    /// The number of pairs, repetitions included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Whether there is no pair at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// All pairs in wire order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether a name or value holds a NUL, which PostgreSQL can't store.
    #[must_use]
    pub fn contains_nul(&self) -> bool {
        self.iter().any(|(name, value)| name.contains('\0') || value.contains('\0'))
    }

    /// An object of strings; a name that occurs more than once holds an array of its values in wire order.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut values_by_name: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
        for (name, value) in self.iter() {
            values_by_name.entry(name).or_default().push(value.into());
        }
        values_by_name
            .into_iter()
            .map(|(name, mut values)| {
                let only = if values.len() == 1 { values.pop() } else { None };
                (name.to_owned(), only.unwrap_or(Value::Array(values)))
            })
            .collect()
    }

    /// The body that decodes to these parameters again.
    #[must_use]
    pub fn encode(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(self.iter()).finish()
    }

    /// A SHA-256 (64 lower-case hexadecimal digits) that is the same for the same pairs in any order, so
    /// that a repeated delivery is recognised as a repetition.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mut sorted: Vec<(&str, &str)> = self.iter().collect();
        sorted.sort_unstable();
        // Lengths stand before the texts: otherwise `ab` + `c` and `a` + `bc` would be one.
        let text = sorted.iter().fold(String::new(), |text, (name, value)| {
            format!("{text}{}:{name}{}:{value}", name.len(), value.len())
        });
        sha256::lower_hex(text.as_bytes())
    }
}

impl fmt::Debug for FormParameters {
    /// The number of pairs alone: values are personal, and names may be whatever a stranger sent.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("FormParameters").field("pairs", &self.len()).finish()
    }
}

fn decode(piece: &[u8]) -> Result<String, NotUtf8> {
    let with_blanks: Vec<u8> = piece.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    let decoded: Cow<'_, [u8]> = percent_decode(&with_blanks).into();
    String::from_utf8(decoded.into_owned()).map_err(|_| NotUtf8)
}

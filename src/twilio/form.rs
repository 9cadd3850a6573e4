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
        let mut text = String::new();
        for piece in sorted.into_iter().flat_map(|(name, value)| [name, value]) {
            text.push_str(&piece.len().to_string());
            text.push(':');
            text.push_str(piece);
        }
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pairs(body: &[u8]) -> Vec<(String, String)> {
        FormParameters::parse(body).unwrap().pairs
    }

    fn owned<const N: usize>(pairs: [(&str, &str); N]) -> Vec<(String, String)> {
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
    }

    #[test]
    fn a_body_is_decoded_as_the_url_standard_says() {
        assert_eq!(pairs(b""), owned([]));
        assert_eq!(pairs(b"&&a=1&&"), owned([("a", "1")]));
        assert_eq!(
            pairs(b"a&b=&=c&=&d=e=f"),
            owned([("a", ""), ("b", ""), ("", "c"), ("", ""), ("d", "e=f")])
        );
        assert_eq!(pairs(b"From=%2B1214+5&x=a%20b"), owned([("From", "+1214 5"), ("x", "a b")]));
        assert_eq!(
            pairs(b"a=100%&b=%zz&c=%4&d=%2525"),
            owned([("a", "100%"), ("b", "%zz"), ("c", "%4"), ("d", "%25")])
        );
        assert_eq!(pairs(b"City=S%C3%A3o+Paulo"), owned([("City", "São Paulo")]));
        assert_eq!(pairs("City=São".as_bytes()), owned([("City", "São")]));
    }

    #[test]
    fn bytes_that_are_no_utf_8_are_refused_wherever_they_stand() {
        for body in [&b"a=%ff"[..], b"%C3=1", b"a=1&b=\xff", b"a=%ed%a0%80", b"a=%c3&=%a3"] {
            assert_eq!(FormParameters::parse(body), Err(NotUtf8), "{body:?}");
        }
    }

    #[test]
    fn repetitions_are_counted_and_the_first_value_is_found() {
        let form = FormParameters::parse(b"b=2&a=1&b=1").unwrap();

        assert_eq!((form.get("b"), form.count("b"), form.len()), (Some("2"), 2, 3));
        assert_eq!((form.get("B"), form.count("B")), (None, 0));
        assert_eq!(form.to_json(), serde_json::json!({"a": "1", "b": ["2", "1"]}));
    }

    #[test]
    fn a_nul_is_found_in_names_and_in_values() {
        assert!(FormParameters::parse(b"a=1%00").unwrap().contains_nul());
        assert!(FormParameters::parse(b"a%00=1").unwrap().contains_nul());
        assert!(!FormParameters::parse(b"a=%2500").unwrap().contains_nul());
    }

    #[test]
    fn a_fingerprint_is_the_same_in_every_version() {
        let form = FormParameters::parse(b"b=22&a=1").unwrap();

        assert_eq!(form.fingerprint(), sha256::lower_hex(b"1:a1:11:b2:22"));
    }

    #[test]
    fn a_fingerprint_ignores_order_and_nothing_else() {
        let fingerprint = |body: &[u8]| FormParameters::parse(body).unwrap().fingerprint();

        assert_eq!(fingerprint(b"a=1&b=2&b=3"), fingerprint(b"b=3&a=1&b=2"));
        let bodies: [&[u8]; 7] = [b"", b"a=1", b"a=1&a=1", b"a1=", b"=a1", b"a=1&b=2", b"a=1b&=2"];
        let distinct: std::collections::BTreeSet<_> = bodies.iter().map(|body| fingerprint(body)).collect();
        assert_eq!(distinct.len(), bodies.len());
    }

    #[test]
    fn debug_prints_neither_names_nor_values() {
        let form = FormParameters::parse(b"From=%2B12145550100&secret").unwrap();

        assert_eq!(format!("{form:?}"), "FormParameters { pairs: 2 }");
    }

    proptest! {
        #[test]
        fn any_pairs_survive_encoding_and_parsing(pairs: Vec<(String, String)>) {
            let form = FormParameters::from_pairs(pairs);

            prop_assert_eq!(FormParameters::parse(form.encode().as_bytes()), Ok(form));
        }

        #[test]
        fn any_utf_8_body_is_read_as_the_reference_reads_it(body: String) {
            let expected: Vec<(String, String)> = form_urlencoded::parse(body.as_bytes()).into_owned().collect();

            if let Ok(form) = FormParameters::parse(body.as_bytes()) {
                prop_assert_eq!(form.pairs, expected);
            }
        }

        #[test]
        fn any_bytes_are_refused_or_lose_nothing(body: Vec<u8>) {
            if let Ok(form) = FormParameters::parse(&body) {
                prop_assert_eq!(FormParameters::parse(form.encode().as_bytes()), Ok(form));
            }
        }
    }
}

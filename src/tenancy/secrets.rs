//! Secrets at rest: Twilio's tokens, encrypted in the database.
//!
//! Promises: XChaCha20-Poly1305 with a random nonce; account and column are bound in, so a token moved to another row
//! can't be opened; the first key of the ring writes, all of them read. No secret is ever printed.
//! Doesn't: keep a token out of this process's memory; it is needed for every signature.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead, Generate, Payload};
use chacha20poly1305::{Key, KeyInit, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

const NONCE_BYTES: usize = 24;
const VERSION: &str = "v1";
const CANARY: &str = "the key that sealed this opens it";

/// The keys of `SWITCHBOARD_ENCRYPTION_KEYS`: `id:base64,…`, 32 bytes each. The first writes.
#[derive(Clone)]
pub struct KeyRing {
    keys: Vec<RingKey>,
}

#[derive(Clone)]
struct RingKey {
    id: String,
    cipher: XChaCha20Poly1305,
}

/// What the setting has wrong.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum InvalidKeyRing {
    /// No key at all.
    #[error("it holds no key; write id:base64 with 32 bytes, as `openssl rand -base64 32` prints them")]
    Empty,
    /// An entry that isn't `id:base64` of 32 bytes.
    #[error("entry {position} is not id:base64 with 32 bytes; the id may have letters, digits, - and _")]
    Malformed {
        /// Counted from 1. The entry itself is a secret.
        position: usize,
    },
    /// Two keys of one id.
    #[error("two keys have the id `{id}`")]
    Repeated {
        /// The id.
        id: String,
    },
}

/// A sealed text can't be opened.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CannotOpen {
    /// The ring lacks the key that sealed it.
    #[error(
        "it was sealed with the key `{key_id}`, which SWITCHBOARD_ENCRYPTION_KEYS does not hold; add that key back"
    )]
    MissingKey {
        /// The id of the key.
        key_id: String,
    },
    /// The key of that id is another one, or the text was changed or moved.
    #[error(
        "the key `{key_id}` of SWITCHBOARD_ENCRYPTION_KEYS is not the one that sealed it, or the text was tampered with"
    )]
    WrongKey {
        /// The id of the key.
        key_id: String,
    },
    /// No text of ours.
    #[error("it is no sealed text of Switchboard")]
    Malformed,
}

/// The column of an account's first token.
pub const PRIMARY_TOKEN: &str = "primary_token_sealed";
/// The column of the second token of a rotation.
pub const SECONDARY_TOKEN: &str = "secondary_token_sealed";

/// What a sealed text belongs to. It is bound into the ciphertext.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The row: the account's SID.
    pub row: &'a str,
    /// The column.
    pub column: &'a str,
}

impl KeyRing {
    /// Reads the setting.
    pub fn parse(text: &str) -> Result<Self, InvalidKeyRing> {
        let mut keys: Vec<RingKey> = Vec::new();
        let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        for (index, entry) in entries.enumerate() {
            let key = RingKey::parse(entry).ok_or(InvalidKeyRing::Malformed { position: index + 1 })?;
            if keys.iter().any(|known| known.id == key.id) {
                return Err(InvalidKeyRing::Repeated { id: key.id });
            }
            keys.push(key);
        }
        if keys.is_empty() { Err(InvalidKeyRing::Empty) } else { Ok(Self { keys }) }
    }

    /// The text of a new ring with one new key, for a private database that has none yet.
    #[must_use]
    pub fn new_text() -> Zeroizing<String> {
        let key: Key = Key::generate();
        Zeroizing::new(format!("k1:{}", STANDARD.encode(key)))
    }

    /// Encrypts `secret` for one place.
    pub fn seal(&self, secret: &str, place: Place<'_>) -> Result<String, CannotSeal> {
        let key = self.keys.first().ok_or(CannotSeal)?;
        let nonce = XNonce::generate();
        let bound = key.bound(place);
        let sealed = key
            .cipher
            .encrypt(&nonce, Payload { msg: secret.as_bytes(), aad: bound.as_bytes() })
            .map_err(|_| CannotSeal)?;
        let mut bytes = nonce.to_vec();
        bytes.extend_from_slice(&sealed);
        Ok(format!("{VERSION}.{}.{}", key.id, URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// Decrypts what [`seal`](Self::seal) made for this place.
    pub fn open(&self, sealed: &str, place: Place<'_>) -> Result<Zeroizing<String>, CannotOpen> {
        let mut parts = sealed.splitn(3, '.');
        let (Some(VERSION), Some(key_id), Some(text)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(CannotOpen::Malformed);
        };
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| CannotOpen::Malformed)?;
        let (nonce, ciphertext) = bytes.split_first_chunk::<NONCE_BYTES>().ok_or(CannotOpen::Malformed)?;
        let key = self
            .keys
            .iter()
            .find(|key| key.id == key_id)
            .ok_or_else(|| CannotOpen::MissingKey { key_id: key_id.to_owned() })?;
        let bound = key.bound(place);
        let plain = key
            .cipher
            .decrypt(&XNonce::from(*nonce), Payload { msg: ciphertext, aad: bound.as_bytes() })
            .map_err(|_| CannotOpen::WrongKey { key_id: key_id.to_owned() })?;
        String::from_utf8(plain).map(Zeroizing::new).map_err(|_| CannotOpen::Malformed)
    }

    /// The id of the key that writes.
    #[must_use]
    pub fn writing_key_id(&self) -> &str {
        self.keys.first().map_or("", |key| key.id.as_str())
    }

    /// A known text, sealed with the writing key: stored once, it tells a wrong key from the right one.
    pub fn canary(&self) -> Result<String, CannotSeal> {
        self.seal(CANARY, canary_place())
    }

    /// Whether this is the ring that sealed the stored canaries: it must open one of them, where there are any, and none
    /// may be sealed by another key of the same id. An old key may be missing once its tokens were sealed anew.
    pub fn recognises<'a>(&self, canaries: impl IntoIterator<Item = &'a str>) -> Result<(), CannotOpen> {
        let mut missing = None;
        let mut opened = None;
        for canary in canaries {
            match self.open(canary, canary_place()) {
                Ok(_) => opened = Some(()),
                Err(key @ CannotOpen::MissingKey { .. }) => missing = Some(key),
                Err(wrong @ (CannotOpen::WrongKey { .. } | CannotOpen::Malformed)) => return Err(wrong),
            }
        }
        match (opened, missing) {
            (None, Some(missing)) => Err(missing),
            (Some(()), _) | (None, None) => Ok(()),
        }
    }
}

/// The cipher refused: impossible for texts of a token's size.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the secret could not be encrypted")]
pub struct CannotSeal;

fn canary_place() -> Place<'static> {
    Place { row: "canary", column: "sealed" }
}

impl RingKey {
    fn parse(entry: &str) -> Option<Self> {
        let (id, encoded) = entry.split_once(':')?;
        let id_is_plain = !id.is_empty()
            && id.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_');
        let bytes = Zeroizing::new(STANDARD.decode(encoded).ok()?);
        let cipher = XChaCha20Poly1305::new_from_slice(&bytes).ok()?;
        id_is_plain.then(|| Self { id: id.to_owned(), cipher })
    }

    fn bound(&self, place: Place<'_>) -> String {
        format!("switchboard {VERSION} {} {} {}", self.id, place.row, place.column)
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.keys.iter().map(|key| &key.id)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "0123456789abcdef0123456789abcdef";
    const PRIMARY: Place<'static> = Place { row: "AC1", column: "primary" };

    fn ring() -> KeyRing {
        KeyRing::parse(&KeyRing::new_text()).unwrap()
    }

    #[test]
    fn a_token_comes_back_as_it_was() {
        let ring = ring();

        let sealed = ring.seal(TOKEN, PRIMARY).unwrap();

        assert!(!sealed.contains(TOKEN));
        assert_eq!(ring.open(&sealed, PRIMARY).unwrap().as_str(), TOKEN);
    }

    #[test]
    fn a_token_moved_to_another_row_or_column_does_not_open() {
        let ring = ring();
        let sealed = ring.seal(TOKEN, PRIMARY).unwrap();

        for place in [Place { row: "AC2", ..PRIMARY }, Place { column: "secondary", ..PRIMARY }] {
            assert_eq!(ring.open(&sealed, place), Err(CannotOpen::WrongKey { key_id: "k1".into() }));
        }
    }

    #[test]
    fn a_new_key_writes_and_the_old_one_still_reads() {
        let old = KeyRing::new_text();
        let sealed = KeyRing::parse(&old).unwrap().seal(TOKEN, PRIMARY).unwrap();
        let rotated = format!("{},{}", KeyRing::new_text().replace("k1:", "k2:"), *old);

        let ring = KeyRing::parse(&rotated).unwrap();

        assert_eq!(ring.open(&sealed, PRIMARY).unwrap().as_str(), TOKEN);
        assert!(ring.seal(TOKEN, PRIMARY).unwrap().starts_with("v1.k2."));
    }

    #[test]
    fn the_canary_notices_another_key_of_the_same_id() {
        let canary = ring().canary().unwrap();

        assert!(matches!(ring().recognises([canary.as_str()]), Err(CannotOpen::WrongKey { .. })));
    }

    #[test]
    fn a_ring_that_opens_no_canary_is_not_the_one() {
        let canary = ring().canary().unwrap();
        let other = KeyRing::parse(&KeyRing::new_text().replace("k1:", "k9:")).unwrap();

        assert_eq!(other.recognises([canary.as_str()]), Err(CannotOpen::MissingKey { key_id: "k1".into() }));
    }

    #[test]
    fn a_ring_with_a_new_key_before_the_old_one_is_recognised() {
        let old = KeyRing::new_text();
        let canary = KeyRing::parse(&old).unwrap().canary().unwrap();
        let rotated =
            KeyRing::parse(&format!("{},{}", KeyRing::new_text().replace("k1:", "k2:"), *old)).unwrap();

        assert_eq!(rotated.recognises([canary.as_str()]), Ok(()));
        assert_eq!(rotated.recognises([]), Ok(()));
    }

    #[test]
    fn a_broken_ring_says_which_entry_and_never_shows_it() {
        let good = KeyRing::new_text();
        let cases = [
            (String::new(), InvalidKeyRing::Empty),
            (format!("{},nonsense", *good), InvalidKeyRing::Malformed { position: 2 }),
            ("k1:c2hvcnQ=".to_owned(), InvalidKeyRing::Malformed { position: 1 }),
            (format!("{0},{0}", *good), InvalidKeyRing::Repeated { id: "k1".into() }),
        ];
        for (text, expected) in cases {
            assert_eq!(KeyRing::parse(&text).unwrap_err(), expected);
        }
    }
}

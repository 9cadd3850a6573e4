//! Twilio's request signature: HMAC-SHA1, keyed with the account's auth token, over the URL and the form.
//!
//! Promises: a request is accepted only if one of the given tokens signed it for one of the given URLs, and
//! a body that is no form only if the URL carries its hash. Every token and URL is tried, and comparisons
//! take the same time wherever the difference is. A blank token can't be made.
//! Doesn't: protect against repetition, bind the method or the headers, or tell where one parameter ends
//! and the next begins (`Digi` = `ts1` signs like `Digits` = `1`). Those are limits of Twilio's scheme.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::hint::black_box;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::{Digest as _, Sha1};
use subtle::{Choice, ConstantTimeEq as _};
use zeroize::Zeroizing;

use super::form::FormParameters;
use super::sha256;
use super::url_parts::UrlParts;

/// Bytes of an HMAC-SHA1.
const SIGNATURE_BYTES: usize = 20;
/// Bytes of SHA-1's block, and so of a padded HMAC key (RFC 2104, section 2).
const BLOCK_BYTES: usize = 64;

/// Why a text is no auth token: everybody could sign with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAuthToken {
    /// Nothing but white space.
    #[error("the auth token is blank: copy it from the account's page in Twilio's Console")]
    Blank,
    /// A NUL. HMAC fills a key up with them, so one of NULs alone is as good as no key.
    #[error("the auth token holds a NUL: copy it again from the account's page in Twilio's Console")]
    Nul,
}

/// The secret that an account signs with. It is wiped from memory when dropped, and never prints.
#[derive(Clone)]
pub struct AuthToken(Zeroizing<String>);

impl AuthToken {
    /// Takes any text that is not blank and holds no NUL, unchanged.
    pub fn parse(text: &str) -> Result<Self, InvalidAuthToken> {
        if text.contains('\0') {
            Err(InvalidAuthToken::Nul)
        } else if text.trim().is_empty() {
            Err(InvalidAuthToken::Blank)
        } else {
            Ok(Self(Zeroizing::new(text.to_owned())))
        }
    }

    /// The secret itself, for encrypting it and for calling Twilio.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AuthToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("AuthToken(…)")
    }
}

/// The part of a request that is signed beside its URL.
#[derive(Clone, Copy, Debug)]
pub enum SignedBody<'a> {
    /// A GET, whose parameters all stand in the URL; or no body at all.
    Nothing,
    /// A form: its parameters are part of the signed text.
    Form(&'a FormParameters),
    /// Any other body: its hash stands in the URL as `bodySHA256`. Empty bytes need no hash.
    Raw(&'a [u8]),
}

/// Why a request is not accepted. For logs and for people who set things up; the sender learns nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureRefusal {
    /// No token was given.
    #[error("no auth token is known for the account: store one with `account create`")]
    NoToken,
    /// The header is not the base64 of 20 bytes.
    #[error("the signature is not 28 characters of base64, so Twilio did not make it")]
    MalformedSignature,
    /// A body that is no form, and no `bodySHA256` in the URL.
    #[error("the body is no form, and the URL has no bodySHA256")]
    BodyHashMissing,
    /// More than one `bodySHA256` in the URL.
    #[error("the URL has more than one bodySHA256")]
    BodyHashRepeated,
    /// `bodySHA256` is not the lower-case hash of the body.
    #[error("bodySHA256 in the URL is not the hash of the body: something between Twilio and us changed it")]
    BodyHashMismatch,
    /// No token signed any of the URLs with this body.
    #[error(
        "none of {tokens} auth tokens made this signature for any of {candidates} URLs: compare PUBLIC_BASE_URL \
         with the URL in Twilio's Console, and the token with the account's primary one"
    )]
    Mismatch {
        /// URLs that were tried.
        candidates: usize,
        /// Tokens that were tried.
        tokens: usize,
    },
}

/// The header's value for a request, as Twilio would send it.
#[must_use]
pub fn sign(token: &AuthToken, url: &str, body: SignedBody<'_>) -> String {
    STANDARD.encode(signature_bytes(token.reveal().as_bytes(), url, &signed_text(body)))
}

/// The URLs that Twilio may have signed when it called `url`: as given, without a port, and with the
/// scheme's own port, because its products differ in that; for `ws` and `wss` each of them also with the
/// slash at the path's end added or removed.
#[must_use]
pub fn candidate_urls(url: &str) -> Vec<String> {
    let mut candidates = vec![url.to_owned()];
    let Some(parts) = UrlParts::split(url) else { return candidates };
    let scheme = parts.scheme.to_ascii_lowercase();
    let default_port = match scheme.as_str() {
        "http" | "ws" => "80",
        "https" | "wss" => "443",
        _ => return candidates,
    };
    for port in [None, Some(default_port)] {
        candidates.push(UrlParts { port, ..parts }.join());
    }
    if matches!(scheme.as_str(), "ws" | "wss") {
        let toggled: Vec<_> = candidates.iter().filter_map(|url| with_slash_toggled(url)).collect();
        candidates.extend(toggled);
    }
    let mut seen = BTreeSet::new();
    candidates.retain(|url| seen.insert(url.clone()));
    candidates
}

/// Accepts a request if one of the tokens signed one of the URLs with this body.
///
/// `signature` is the value of `X-Twilio-Signature`. The work done depends on the number of tokens and
/// URLs, not on where a comparison fails; without a token it is done all the same.
pub fn verify(
    tokens: &[&AuthToken],
    urls: &[String],
    body: SignedBody<'_>,
    signature: &str,
) -> Result<(), SignatureRefusal> {
    let text = signed_text(body);
    let claimed = decode_signature(signature);
    let comparable = claimed.unwrap_or_default();
    let mut matched = Choice::from(0);
    for url in urls {
        for token in tokens {
            matched |= signature_bytes(token.reveal().as_bytes(), url, &text).ct_eq(&comparable);
        }
        if tokens.is_empty() {
            black_box(signature_bytes(b"no token", url, &text));
        }
    }

    if tokens.is_empty() {
        return Err(SignatureRefusal::NoToken);
    }
    claimed.ok_or(SignatureRefusal::MalformedSignature)?;
    if let SignedBody::Raw(bytes) = body {
        urls.iter().try_for_each(|url| check_body_hash(url, bytes))?;
    }
    if bool::from(matched) {
        Ok(())
    } else {
        Err(SignatureRefusal::Mismatch { candidates: urls.len(), tokens: tokens.len() })
    }
}

/// Whether a `Content-Type` says that the body is a form. Case and parameters don't count.
#[must_use]
pub fn content_type_is_form(content_type: &str) -> bool {
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// What a form adds to the signed text: each name once in the order of its bytes, and for each name each
/// value once in the order of its bytes, the name before every value, nothing in between.
fn signed_text(body: SignedBody<'_>) -> String {
    let SignedBody::Form(form) = body else { return String::new() };
    let mut values_by_name: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, value) in form.iter() {
        values_by_name.entry(name).or_default().insert(value);
    }
    let pieces =
        values_by_name.iter().flat_map(|(name, values)| values.iter().flat_map(|value| [*name, *value]));
    pieces.collect()
}

fn signature_bytes(key: &[u8], url: &str, text: &str) -> [u8; SIGNATURE_BYTES] {
    let mut mac = Hmac::<Sha1>::new((&*padded_key(key)).into());
    mac.update(url.as_bytes());
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().into()
}

/// A key of exactly one block, by RFC 2104: a longer one is hashed first, then zeros fill it up. The
/// constructor that takes any length returns a `Result` that is never an error; this one can't fail.
fn padded_key(key: &[u8]) -> Zeroizing<[u8; BLOCK_BYTES]> {
    let mut block = Zeroizing::new([0; BLOCK_BYTES]);
    if key.len() <= BLOCK_BYTES {
        block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    } else {
        block.iter_mut().zip(Sha1::digest(key)).for_each(|(to, from)| *to = from);
    }
    block
}

/// Strict base64: the padding must be there, and the unused bits must be zero. Lenient decoding would let
/// one signature be written in several ways.
fn decode_signature(signature: &str) -> Option<[u8; SIGNATURE_BYTES]> {
    STANDARD.decode(signature).ok()?.try_into().ok()
}

fn check_body_hash(url: &str, bytes: &[u8]) -> Result<(), SignatureRefusal> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let mut hashes = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "bodySHA256");
    let hash = match (hashes.next(), hashes.next()) {
        (None, _) if bytes.is_empty() => return Ok(()),
        (None, _) => return Err(SignatureRefusal::BodyHashMissing),
        (Some((_, hash)), None) => hash,
        (Some(_), Some(_)) => return Err(SignatureRefusal::BodyHashRepeated),
    };
    let is_equal = sha256::lower_hex(bytes).as_bytes().ct_eq(hash.as_bytes());
    if bool::from(is_equal) { Ok(()) } else { Err(SignatureRefusal::BodyHashMismatch) }
}

fn with_slash_toggled(url: &str) -> Option<String> {
    let parts = UrlParts::split(url)?;
    let path_end = parts.rest.find(['?', '#']).unwrap_or(parts.rest.len());
    let (path, query) = parts.rest.split_at_checked(path_end)?;
    let toggled = path.strip_suffix('/').map_or_else(|| format!("{path}/"), str::to_owned);
    let rest = format!("{toggled}{query}");
    Some(UrlParts { rest: &rest, ..parts }.join())
}

#[cfg(test)]
mod tests;

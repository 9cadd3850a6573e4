//! The judge behind `switchboard signature check`: one JSON line in, one verdict out.
//!
//! Promises: the signature alone is judged, by the same code that guards the webhooks, and the verdict
//! says why: for a signature that fits a variant of the request, which one.
//! Doesn't: care for what a webhook would refuse besides (repeated names, a URL with userinfo, too many
//! parameters), or for fields that it does not know.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Map, Value};

use super::form::FormParameters;
use super::signature::{
    AuthToken, SignatureRefusal, SignedBody, candidate_urls, content_type_is_form, verify,
};
use super::signature_doctor::{self, OtherToken, TokenOwner};
use super::url_parts::UrlParts;

/// What became of one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Whether the signature proves the request.
    pub valid: bool,
    /// Why, in a sentence for people.
    pub reason: String,
}

impl Verdict {
    fn invalid(reason: impl Into<String>) -> Self {
        Self { valid: false, reason: reason.into() }
    }
}

/// Why a line can't be judged at all.
#[derive(Debug, thiserror::Error)]
pub enum UnreadableLine {
    /// No JSON.
    #[error("the line is no JSON: {0}")]
    NotJson(#[from] serde_json::Error),
    /// JSON, but no object.
    #[error("the line is no JSON object")]
    NotAnObject,
    /// A field that every line needs.
    #[error("the line has no `{0}`")]
    Missing(&'static str),
    /// A field of another type.
    #[error("`{field}` must be {expected}")]
    WrongType {
        /// The field's name.
        field: &'static str,
        /// What it must hold.
        expected: &'static str,
    },
}

/// Judges one line `{url, method, content_type, params | raw_body, signature, auth_token | accepted_tokens}`.
///
/// `method` is POST and `content_type` a form unless the line says otherwise; a GET's parameters and body
/// don't count; `raw_body` wins over `params`, `accepted_tokens` over `auth_token`. A `signature` or token
/// that is null or blank is one that was not sent or not set: the request is invalid.
pub fn judge_line(line: &str) -> Result<Verdict, UnreadableLine> {
    let value: Value = serde_json::from_str(line)?;
    let object = value.as_object().ok_or(UnreadableLine::NotAnObject)?;
    let url = text(object, "url")?.ok_or(UnreadableLine::Missing("url"))?;
    let signature = signature(object)?;
    let tokens = tokens(object)?;
    let method = text(object, "method")?.unwrap_or("POST");
    let content_type = text(object, "content_type")?.filter(|content_type| !content_type.trim().is_empty());
    let raw_body = text(object, "raw_body")?;
    let params = params(object)?;

    let unaccepted = unaccepted_token(object)?;
    let judge = |body: SignedBody<'_>| {
        let tokens: Vec<&AuthToken> = tokens.iter().collect();
        match verify(&tokens, &lenient_candidates(url), body, signature) {
            Ok(()) => Verdict { valid: true, reason: "the signature matches".to_owned() },
            Err(refusal) => {
                let others: Vec<OtherToken<'_>> = unaccepted.iter().map(not_accepted).collect();
                Verdict::invalid(explained(&refusal, url, body, signature, (&tokens, &others)))
            }
        }
    };
    if method.eq_ignore_ascii_case("GET") {
        return Ok(judge(SignedBody::Nothing));
    }
    let is_form = content_type.is_none_or(content_type_is_form);
    Ok(match raw_body {
        Some(raw_body) if is_form => match FormParameters::parse(raw_body.as_bytes()) {
            Ok(form) => judge(SignedBody::Form(&form)),
            Err(refusal) => Verdict::invalid(refusal.to_string()),
        },
        Some(raw_body) => judge(SignedBody::Raw(raw_body.as_bytes())),
        None if is_form => judge(SignedBody::Form(&params)),
        None if params.is_empty() => judge(SignedBody::Raw(b"")),
        None => Verdict::invalid("the content type is no form, so params can't be the body: give raw_body"),
    })
}

/// The refusal; where the signature is one that fits something else, also what.
fn explained(
    refusal: &SignatureRefusal,
    url: &str,
    body: SignedBody<'_>,
    signature: &str,
    (tokens, others): (&[&AuthToken], &[OtherToken<'_>]),
) -> String {
    let form = match body {
        SignedBody::Form(form) => Some(form),
        SignedBody::Nothing | SignedBody::Raw(_) => None,
    };
    let may_fit_something = match refusal {
        SignatureRefusal::Mismatch { .. } => true,
        SignatureRefusal::NoToken => !others.is_empty(),
        SignatureRefusal::MalformedSignature
        | SignatureRefusal::BodyHashMissing
        | SignatureRefusal::BodyHashRepeated
        | SignatureRefusal::BodyHashMismatch => false,
    };
    if may_fit_something {
        signature_doctor::diagnose_url(url, form, signature, tokens, others).to_string()
    } else {
        refusal.to_string()
    }
}

fn not_accepted(token: &AuthToken) -> OtherToken<'_> {
    OtherToken { token, owner: TokenOwner::NotAccepted }
}

/// `auth_token`, where `accepted_tokens` decides in its place.
fn unaccepted_token(object: &Map<String, Value>) -> Result<Option<AuthToken>, UnreadableLine> {
    if matches!(object.get("accepted_tokens"), None | Some(Value::Null)) {
        return Ok(None);
    }
    Ok(text(object, "auth_token")?.and_then(|token| AuthToken::parse(token).ok()))
}

/// The candidates of a URL as people paste it: a fragment is never sent and so dropped, and a user name and
/// password may or may not have been part of what was signed.
fn lenient_candidates(url: &str) -> Vec<String> {
    let sent = url.split('#').next().unwrap_or_default();
    let without_userinfo = UrlParts::split(sent).map(|parts| UrlParts { userinfo: None, ..parts }.join());
    let candidates =
        candidate_urls(sent).into_iter().chain(without_userinfo.iter().flat_map(|url| candidate_urls(url)));
    candidates.collect::<BTreeSet<_>>().into_iter().collect()
}

/// A field that may be null or absent.
fn text<'a>(object: &'a Map<String, Value>, field: &'static str) -> Result<Option<&'a str>, UnreadableLine> {
    match object.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
            Err(UnreadableLine::WrongType { field, expected: "a string" })
        }
    }
}

/// The header's value, which may be null but not absent: no header is a judgement, no field a mistake.
fn signature(object: &Map<String, Value>) -> Result<&str, UnreadableLine> {
    if object.contains_key("signature") {
        Ok(text(object, "signature")?.unwrap_or_default())
    } else {
        Err(UnreadableLine::Missing("signature"))
    }
}

/// The tokens that may have signed; blank ones never do.
fn tokens(object: &Map<String, Value>) -> Result<Vec<AuthToken>, UnreadableLine> {
    let texts = match (object.get("accepted_tokens"), object.get("auth_token")) {
        (None | Some(Value::Null), None) => {
            return Err(UnreadableLine::Missing("auth_token` or `accepted_tokens"));
        }
        (None | Some(Value::Null), Some(_)) => text(object, "auth_token")?.into_iter().collect(),
        (Some(accepted), _) => strings(accepted)
            .ok_or(UnreadableLine::WrongType { field: "accepted_tokens", expected: "an array of strings" })?,
    };
    Ok(texts.into_iter().filter_map(|text| AuthToken::parse(text).ok()).collect())
}

/// `params` as pairs `[name, value]`, or as an object whose values are strings or arrays of strings.
fn params(object: &Map<String, Value>) -> Result<FormParameters, UnreadableLine> {
    let pairs = match object.get("params") {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(Value::Array(pairs)) => pairs.iter().map(pair).collect(),
        Some(Value::Object(values_by_name)) => {
            let pairs: Option<Vec<Vec<_>>> =
                values_by_name.iter().map(|(name, value)| named(name, value)).collect();
            pairs.map(|pairs| pairs.concat())
        }
        Some(Value::Bool(_) | Value::Number(_) | Value::String(_)) => None,
    };
    pairs.map(FormParameters::from_pairs).ok_or(UnreadableLine::WrongType {
        field: "params",
        expected: "an array of [name, value] pairs of strings, or an object of strings or arrays of strings",
    })
}

fn pair(value: &Value) -> Option<(&str, &str)> {
    match strings(value)?.as_slice() {
        [name, value] => Some((name, value)),
        _ => None,
    }
}

fn named<'a>(name: &'a str, value: &'a Value) -> Option<Vec<(&'a str, &'a str)>> {
    let values = value.as_str().map(|value| vec![value]).or_else(|| strings(value))?;
    Some(values.into_iter().map(|value| (name, value)).collect())
}

fn strings(value: &Value) -> Option<Vec<&str>> {
    value.as_array()?.iter().map(Value::as_str).collect()
}

#[cfg(test)]
mod tests;

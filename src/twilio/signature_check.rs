//! The judge behind `switchboard signature check`: one JSON line in, one verdict out.
//!
//! Promises: the signature alone is judged, by the same code that guards the webhooks, and the verdict
//! says why.
//! Doesn't: care for what a webhook would refuse besides (repeated names, a URL with userinfo, too many
//! parameters), or for fields that it does not know.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Map, Value};

use super::form::FormParameters;
use super::signature::{AuthToken, SignedBody, candidate_urls, content_type_is_form, verify};
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

    let judge = |body: SignedBody<'_>| {
        let tokens: Vec<&AuthToken> = tokens.iter().collect();
        match verify(&tokens, &lenient_candidates(url), body, signature) {
            Ok(()) => Verdict { valid: true, reason: "the signature matches".to_owned() },
            Err(refusal) => Verdict::invalid(refusal.to_string()),
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
mod tests {
    use serde_json::json;

    use super::*;
    use crate::twilio::sha256;
    use crate::twilio::signature::sign;

    const URL: &str = "https://phone.example.com/twilio/voice";

    fn token(text: &str) -> AuthToken {
        AuthToken::parse(text).unwrap()
    }

    fn signed(url: &str, body: SignedBody<'_>) -> String {
        sign(&token("secret"), url, body)
    }

    fn is_valid(line: &Value) -> bool {
        judge_line(&line.to_string()).unwrap().valid
    }

    #[test]
    fn params_may_be_pairs_or_an_object_and_a_raw_body_wins_over_them() {
        let form = FormParameters::from_pairs([("a", "1"), ("b", "2"), ("b", "3")]);
        let signature = signed(URL, SignedBody::Form(&form));
        let line = |field: &str, value: Value| json!({"url": URL, field: value, "signature": signature, "auth_token": "secret"});
        let mut both = line("params", json!({"wrong": "1"}));
        both["raw_body"] = json!("a=1&b=2&b=3");

        assert!(is_valid(&line("params", json!([["b", "3"], ["a", "1"], ["b", "2"]]))));
        assert!(is_valid(&line("params", json!({"a": "1", "b": ["2", "3"]}))));
        assert!(is_valid(&both));
        assert!(!is_valid(&line("params", json!({"a": "1", "b": "3"}))));
    }

    #[test]
    fn a_get_is_judged_by_its_url_alone() {
        let signature = signed(URL, SignedBody::Nothing);

        let line = json!({"url": URL, "method": "get", "params": {"a": "1"}, "raw_body": "%ff", "content_type": "application/json", "signature": signature, "auth_token": "secret"});

        assert!(is_valid(&line));
    }

    #[test]
    fn userinfo_is_tried_with_and_without_and_a_fragment_never_counts() {
        let pasted = "https://user:pass@phone.example.com:8443/x?y=1#rc=3&rp=5xx";
        let may_be_signed = [
            "https://user:pass@phone.example.com:8443/x?y=1",
            "https://user:pass@phone.example.com/x?y=1",
            "https://phone.example.com:8443/x?y=1",
            "https://phone.example.com/x?y=1",
        ];

        for url in may_be_signed {
            let signature = signed(url, SignedBody::Nothing);
            assert!(
                is_valid(
                    &json!({"url": pasted, "method": "GET", "signature": signature, "auth_token": "secret"})
                ),
                "{url}"
            );
        }
        let signature = signed(pasted, SignedBody::Nothing);
        assert!(!is_valid(
            &json!({"url": pasted, "method": "GET", "signature": signature, "auth_token": "secret"})
        ));
    }

    #[test]
    fn accepted_tokens_replace_the_auth_token_and_blank_ones_accept_nobody() {
        let signature = signed(URL, SignedBody::Nothing);
        let line = |accepted: Value| json!({"url": URL, "signature": signature, "auth_token": "secret", "accepted_tokens": accepted});
        // Made with the blank token itself: whoever has none could make it.
        let blank = json!({"url": URL, "signature": "LkBeDmajGhsKzntfLhlm3LTCBxY=", "auth_token": " "});

        assert!(is_valid(&line(json!(["other", "secret"]))));
        assert!(!is_valid(&line(json!(["other"]))));
        assert!(!is_valid(&line(json!([]))));
        assert!(!is_valid(&blank));
        assert!(judge_line(&blank.to_string()).unwrap().reason.contains("no auth token"));
    }

    #[test]
    fn a_body_that_is_no_form_needs_its_hash_and_a_broken_form_is_no_form() {
        let url = format!("{URL}?bodySHA256={}", sha256::lower_hex(b"{}"));
        let line = json!({"url": url, "content_type": "application/json", "raw_body": "{}", "signature": signed(&url, SignedBody::Nothing), "auth_token": "secret"});
        let mut emptied = line.clone();
        emptied["raw_body"] = json!("");
        let broken = json!({"url": URL, "raw_body": "a=%ff", "signature": signed(URL, SignedBody::Nothing), "auth_token": "secret"});

        assert!(is_valid(&line));
        assert!(!is_valid(&emptied));
        assert!(judge_line(&broken.to_string()).unwrap().reason.contains("UTF-8"));
    }

    #[test]
    fn a_line_that_cannot_be_judged_says_what_it_lacks() {
        let table = [
            ("", "no JSON"),
            ("[]", "no JSON object"),
            (r#"{"signature": "x", "auth_token": "y"}"#, "`url`"),
            (r#"{"url": null, "signature": "x", "auth_token": "y"}"#, "`url`"),
            (r#"{"url": "x", "auth_token": "y"}"#, "`signature`"),
            (r#"{"url": "x", "signature": "x"}"#, "`auth_token` or `accepted_tokens`"),
            (r#"{"url": "x", "signature": 1, "auth_token": "y"}"#, "`signature` must be a string"),
            (r#"{"url": "x", "signature": "x", "auth_token": "y", "params": [["a"]]}"#, "`params` must be"),
        ];

        for (line, expected) in table {
            let message = judge_line(line).unwrap_err().to_string();
            assert!(message.contains(expected), "{line} gave {message}");
        }
        assert!(!judge_line(r#"{"url": "x", "signature": null, "auth_token": "y"}"#).unwrap().valid);
    }
}

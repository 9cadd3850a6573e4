//! What a line may hold, and what is said of it.

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

#[test]
fn an_invalid_verdict_names_the_variant_that_was_signed() {
    let judged = |signed_url: &str, signer: &str| {
        let signature = sign(&token(signer), signed_url, SignedBody::Form(&FormParameters::default()));
        let line = json!({"url": URL, "signature": signature, "auth_token": "secret", "accepted_tokens": ["accepted"]});
        let verdict = judge_line(&line.to_string()).unwrap();
        assert!(!verdict.valid);
        verdict.reason
    };

    assert_eq!(
        judged("http://phone.example.com/twilio/voice", "accepted"),
        "the url begins with https://phone.example.com, but http://phone.example.com was signed: set \
         PUBLIC_BASE_URL=http://phone.example.com"
    );
    assert!(judged(&format!("{URL}/"), "accepted").contains("slash"));
    assert!(judged(URL, "secret").contains("not accepted"));
    assert!(judged(URL, "guess").contains("likeliest first"));
}

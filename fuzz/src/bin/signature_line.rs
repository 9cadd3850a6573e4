//! The judge behind `switchboard signature check`: its verdict is that of the check at the door, and never tells a token.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use serde_json::{Value, json};
use switchboard_fuzz::twilio::signature_check::judge_line;

fuzz_target!(|input: &[u8]| -> Corpus {
    let Ok(line) = std::str::from_utf8(input) else { return Corpus::Reject };
    match judge_line(line) {
        Ok(verdict) => {
            assert!(!verdict.reason.is_empty(), "a verdict says why");
            tells_no_token(line, &verdict.reason);
            if verdict.valid {
                needs_what_it_judged_by(line);
            }
        }
        Err(error) => tells_no_token(line, &error.to_string()),
    }
    Corpus::Keep
});

/// A token as accounts have it, where nothing else in the line holds it; other text might be a piece of what we say.
fn tells_no_token(line: &str, said: &str) {
    let Ok(Value::Object(fields)) = serde_json::from_str(line) else { return };
    let is_token = |text: &&str| text.len() >= 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let Some(token) = fields.get("auth_token").and_then(Value::as_str).filter(is_token) else { return };
    let elsewhere =
        fields.iter().any(|(name, value)| name != "auth_token" && value.to_string().contains(token));
    assert!(elsewhere || !said.contains(token), "the token is told");
}

/// Without its signature, or with another account's token alone, nothing is valid.
fn needs_what_it_judged_by(line: &str) {
    let Ok(Value::Object(fields)) = serde_json::from_str(line) else { panic!("no object was judged") };
    for (field, value) in [("signature", Value::Null), ("accepted_tokens", json!(["somebody else's token"]))]
    {
        let mut without = fields.clone();
        without.insert(field.to_owned(), value);
        let verdict = judge_line(&Value::Object(without).to_string()).expect("the fields are of their types");
        assert!(!verdict.valid, "{field} did not matter");
    }
}

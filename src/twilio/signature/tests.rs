//! The scheme's rules one by one; what tampering does is in `tests/signature.rs`.

use super::*;

const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const VOICE_URL: &str = "https://phone.example.com/twilio/voice";

fn token(text: &str) -> AuthToken {
    AuthToken::parse(text).unwrap()
}

/// Signs the body for the URL, then verifies what `arrived` instead.
fn judged(url: &str, signed: SignedBody<'_>, arrived: SignedBody<'_>) -> Result<(), SignatureRefusal> {
    let token = token(TOKEN);
    verify(&[&token], &candidate_urls(url), arrived, &sign(&token, url, signed))
}

#[test]
fn a_token_that_everybody_has_cannot_be_made_and_no_token_prints() {
    for blank in ["", " ", "\n\t"] {
        assert_eq!(AuthToken::parse(blank).unwrap_err(), InvalidAuthToken::Blank);
    }
    for padded in ["\0", "\0\0 ", "secret\0"] {
        assert_eq!(AuthToken::parse(padded).unwrap_err(), InvalidAuthToken::Nul);
    }
    assert_eq!(format!("{:?}", token("secret")), "AuthToken(…)");
    assert_eq!(token(" kept as it is ").reveal(), " kept as it is ");
}

#[test]
fn a_key_of_any_length_signs_as_rfc_2202_says() {
    // RFC 2202, section 3: test cases 2 and 6; the key of the latter is longer than a block.
    let mac = |key: &[u8], data: &str| STANDARD.encode(signature_bytes(key, data, ""));

    assert_eq!(mac(b"Jefe", "what do ya want for nothing?"), "7/zfauXrL6LSdBbV8YTfnCWafHk=");
    let long = mac(&[0xaa; 80], "Test Using Larger Than Block-Size Key - Hash Key First");
    assert_eq!(long, "qkrl4VJy0A6VcFY3zoo7Ve1AIRI=");
}

#[test]
fn a_content_type_is_compared_without_case_and_parameters() {
    for form in ["application/x-www-form-urlencoded", "Application/X-WWW-Form-Urlencoded ; charset=UTF-8"] {
        assert!(content_type_is_form(form), "{form}");
    }
    for other in ["", "application/json", "multipart/form-data", "application/x-www-form-urlencoded2"] {
        assert!(!content_type_is_form(other), "{other}");
    }
}

#[test]
fn order_and_repetition_of_equal_values_are_not_signed() {
    let signed = FormParameters::from_pairs([("b", "2"), ("b", "1"), ("a", "3")]);
    let arrived = FormParameters::from_pairs([("a", "3"), ("b", "1"), ("b", "2"), ("b", "1")]);

    assert_eq!(judged(VOICE_URL, SignedBody::Form(&signed), SignedBody::Form(&arrived)), Ok(()));
}

#[test]
fn a_body_that_is_no_form_needs_exactly_one_right_hash_even_if_its_url_is_signed() {
    let body = br#"{"name":"value"}"#;
    let hash = sha256::lower_hex(body);
    let other = sha256::lower_hex(b"other");
    let judged =
        |query: &str| judged(&format!("{VOICE_URL}{query}"), SignedBody::Raw(body), SignedBody::Raw(body));

    assert_eq!(judged(&format!("?bodySHA256={hash}")), Ok(()));
    assert_eq!(judged(&format!("?a=1&bodySHA256={hash}&b=2")), Ok(()));
    assert_eq!(judged(""), Err(SignatureRefusal::BodyHashMissing));
    assert_eq!(judged(&format!("?bodysha256={hash}")), Err(SignatureRefusal::BodyHashMissing));
    assert_eq!(
        judged(&format!("?bodySHA256={}", hash.to_uppercase())),
        Err(SignatureRefusal::BodyHashMismatch)
    );
    assert_eq!(judged("?bodySHA256="), Err(SignatureRefusal::BodyHashMismatch));
    assert_eq!(judged(&format!("?bodySHA256={other}")), Err(SignatureRefusal::BodyHashMismatch));
    for two in
        [format!("?bodySHA256={hash}&bodySHA256={hash}"), format!("?bodySHA256={other}&body%53HA256={hash}")]
    {
        assert_eq!(judged(&two), Err(SignatureRefusal::BodyHashRepeated), "{two}");
    }
}

#[test]
fn an_empty_body_needs_no_hash_but_may_not_contradict_one() {
    let empty = SignedBody::Raw(b"");
    let judged = |query: String| judged(&format!("{VOICE_URL}{query}"), empty, empty);

    assert_eq!(judged(String::new()), Ok(()));
    assert_eq!(judged(format!("?bodySHA256={}", sha256::lower_hex(b""))), Ok(()));
    assert_eq!(
        judged(format!("?bodySHA256={}", sha256::lower_hex(b"{}"))),
        Err(SignatureRefusal::BodyHashMismatch)
    );
}

#[test]
fn either_of_two_tokens_is_accepted_and_no_token_accepts_nobody() {
    let form = FormParameters::from_pairs([("a", "1")]);
    let (right, other) = (token(TOKEN), token("other"));
    let signature = sign(&right, VOICE_URL, SignedBody::Form(&form));
    let urls = candidate_urls(VOICE_URL);
    let judged = |tokens: &[&AuthToken]| verify(tokens, &urls, SignedBody::Form(&form), &signature);

    assert_eq!(judged(&[&right, &other]), Ok(()));
    assert_eq!(judged(&[&other, &right]), Ok(()));
    assert_eq!(judged(&[&other]), Err(SignatureRefusal::Mismatch { candidates: 2, tokens: 1 }));
    assert_eq!(judged(&[]), Err(SignatureRefusal::NoToken));
}

#[test]
fn a_header_that_is_no_signature_is_named_as_such() {
    let token = token(TOKEN);
    let genuine = sign(&token, VOICE_URL, SignedBody::Nothing);

    for signature in ["", "fake_signature", "A", &"A".repeat(28), genuine.trim_end_matches('=')] {
        let refusal = verify(&[&token], &candidate_urls(VOICE_URL), SignedBody::Nothing, signature);
        assert_eq!(refusal, Err(SignatureRefusal::MalformedSignature), "{signature:?}");
    }
}

#[test]
fn the_candidates_of_a_url_are_its_ports_and_for_sockets_its_last_slash() {
    let table: &[(&str, &[&str])] = &[
        ("https://a.example/x", &["https://a.example/x", "https://a.example:443/x"]),
        ("http://a.example", &["http://a.example", "http://a.example:80"]),
        ("HTTPS://A.example:443?x", &["HTTPS://A.example:443?x", "HTTPS://A.example?x"]),
        (
            "http://a.example:8080/:9?b=:1",
            &["http://a.example:8080/:9?b=:1", "http://a.example/:9?b=:1", "http://a.example:80/:9?b=:1"],
        ),
        ("https://[2001:db8::1]/x", &["https://[2001:db8::1]/x", "https://[2001:db8::1]:443/x"]),
        ("https://[::1]:8443/x", &["https://[::1]:8443/x", "https://[::1]/x", "https://[::1]:443/x"]),
        ("https://u:p@a.example/x", &["https://u:p@a.example/x", "https://u:p@a.example:443/x"]),
        (
            "https://u:p@[::1]:1/x",
            &["https://u:p@[::1]:1/x", "https://u:p@[::1]/x", "https://u:p@[::1]:443/x"],
        ),
        (
            "wss://a.example/x?y/",
            &[
                "wss://a.example/x?y/",
                "wss://a.example:443/x?y/",
                "wss://a.example/x/?y/",
                "wss://a.example:443/x/?y/",
            ],
        ),
        (
            "ws://a.example/",
            &["ws://a.example/", "ws://a.example:80/", "ws://a.example", "ws://a.example:80"],
        ),
        ("ftp://a.example/x", &["ftp://a.example/x"]),
        ("no url", &["no url"]),
    ];

    for (url, expected) in table {
        assert_eq!(candidate_urls(url), *expected, "{url}");
    }
}

//! Each variant by its sentence; and that none is named which no token signed.

mod properties;

use super::*;
use crate::twilio::sid::AccountSid;
use crate::twilio::signature::sign;

const OURS: &str = "https://phone.example.com";
const PATH: &str = "/twilio/voice";

fn token(text: &str) -> AuthToken {
    AuthToken::parse(text).unwrap()
}

fn call() -> FormParameters {
    FormParameters::from_pairs([
        ("CallSid", "CA1"),
        ("From", "+12145550100"),
        ("FromCity", ""),
        ("Body", " hello "),
        ("b", "2"),
        ("b", "1"),
    ])
}

/// What the doctor says of a request to `path`, checked over `ours`, whose signature was made over `signed`.
fn said_of(ours: &str, path: &str, signed: &str, observed: Observed<'_>) -> String {
    let own = token("secret");
    let signature = sign(&own, signed, SignedBody::Form(&call()));
    let refused = Refused {
        addresses: &[ours],
        source: AddressSource::Setting,
        path_and_query: path,
        form: Some(&call()),
        signature: &signature,
        observed,
    };
    diagnose(&refused, &[&own], &[]).to_string()
}

fn said_of_form(signed: SignedBody<'_>) -> String {
    let own = token("secret");
    let signature = sign(&own, &format!("{OURS}{PATH}"), signed);
    diagnose_url(&format!("{OURS}{PATH}"), Some(&call()), &signature, &[&own], &[]).to_string()
}

#[test]
fn an_address_that_differs_is_named_with_the_setting_to_change() {
    let behind = Observed {
        host: Some("10.0.0.7:8080"),
        forwarded_host: Some("calls.example.com"),
        forwarded_port: Some("8443"),
        forwarded_prefix: Some("/phone/"),
        ..Observed::default()
    };
    let table = [
        (OURS, "http://phone.example.com"),
        ("http://phone.example.com:8080", "https://phone.example.com"),
        ("http://phone.example.com:8080", "http://phone.example.com:8443"),
        (OURS, "https://www.phone.example.com"),
        ("https://www.example.com", "https://example.com"),
        (OURS, "https://calls.example.com"),
        (OURS, "http://calls.example.com:8443"),
        (OURS, "http://10.0.0.7:8080"),
        ("https://phone.example.com/calls", OURS),
        (OURS, "https://phone.example.com/phone"),
    ];

    for (ours, signed) in table {
        let said = said_of(ours, PATH, &format!("{signed}{PATH}"), behind);

        let expected =
            format!("PUBLIC_BASE_URL is {ours}, Twilio signed {signed}: set PUBLIC_BASE_URL={signed}");
        assert_eq!(said, expected);
    }
}

#[test]
fn a_path_or_query_that_was_changed_on_the_way_is_named() {
    let table = [
        ("/twilio/voice", "/twilio/voice/", "slash that was lost"),
        ("/twilio/voice/?a=1", "/twilio/voice?a=1", "got a slash at its end"),
        ("/app/twilio/voice", "/twilio/voice", "another beginning"),
        ("/twilio/voice?a=1", "/twilio/voice", "a query came in"),
        ("/twilio/voice?a=1&b=2&c=3", "/twilio/voice?c=3&a=1&b=2", "another order"),
        ("/twilio/voice?d=4&c=3&b=2&a=1", "/twilio/voice?a=1&b=2&c=3&d=4", "another order"),
        ("/twilio/voice?a=x+y", "/twilio/voice?a=x%20y", "+ and %20"),
        ("/twilio/voice?a=x%20y", "/twilio/voice?a=x+y", "+ and %20"),
        ("/twilio/voice?a=%27", "/twilio/voice?a='", "encoded anew"),
        ("/twilio/voice?a=/@", "/twilio/voice?a=%2F%40", "encoded anew"),
        ("/twilio/voice?a=%2F%40", "/twilio/voice?a=/@", "encoded anew"),
    ];

    for (path, signed, expected) in table {
        let said = said_of(OURS, path, &format!("{OURS}{signed}"), Observed::default());

        assert!(said.contains(expected), "{path} for {signed}: {said}");
        assert!(!said.contains("a="), "a query stands in: {said}");
    }
}

#[test]
fn a_form_that_was_signed_in_another_way_is_named() {
    let pairs = |pairs: &[(&str, &str)]| FormParameters::from_pairs(pairs.iter().copied());
    let from = ("From", "+12145550100");
    let all = [("CallSid", "CA1"), from, ("Body", " hello "), ("b", "2"), ("b", "1")];
    let table = [
        (pairs(&all), "blank fields"),
        (
            pairs(&[("CallSid", "CA1"), from, ("FromCity", ""), ("Body", "hello"), ("b", "2"), ("b", "1")]),
            "trimmed",
        ),
        (
            pairs(&[("CallSid", "CA1"), from, ("FromCity", ""), ("Body", "+hello+"), ("b", "2"), ("b", "1")]),
            "plus sign",
        ),
        (
            pairs(&[("CallSid", "CA1"), from, ("FromCity", ""), ("Body", " hello "), ("b", "1")]),
            "repeated name",
        ),
        (
            pairs(&[("CallSid", "CA1"), from, ("FromCity", ""), ("Body", " hello "), ("b", "2")]),
            "repeated name",
        ),
        (pairs(&[]), "without the form"),
    ];

    for (signed, expected) in table {
        let said = said_of_form(SignedBody::Form(&signed));

        assert!(said.contains(expected), "{said} for {expected}");
    }
    let url = format!("{OURS}{PATH}CallSidCA1From+12145550100FromCityBody hello b2b1");
    let signature = sign(&token("secret"), &url, SignedBody::Nothing);
    let said = diagnose_url(&format!("{OURS}{PATH}"), Some(&call()), &signature, &[&token("secret")], &[])
        .to_string();
    assert!(said.contains("in the order they were sent in"), "{said}");
}

#[test]
fn what_twilio_leaves_out_of_a_url_is_named_where_it_was_signed() {
    let observed = Observed { userinfo: Some("user:hunter2"), ..Observed::default() };

    let fragment = said_of(OURS, PATH, &format!("{OURS}{PATH}#rc=5&rp=5xx,ct,rt"), observed);
    let userinfo = said_of(OURS, PATH, "https://user:hunter2@phone.example.com/twilio/voice", observed);

    assert!(fragment.contains("the part after #"), "{fragment}");
    assert!(userinfo.contains("user name and password"), "{userinfo}");
    assert!(!userinfo.contains("hunter2"), "{userinfo}");
}

#[test]
fn another_token_is_named_by_its_account_and_never_shown() {
    let (own, other) = (token("secret"), token("other-secret"));
    let owner_sid = AccountSid::parse("AC00000000000000000000000000000002").unwrap();
    let url = format!("{OURS}{PATH}");
    let said = |signer: &AuthToken, owner: TokenOwner| {
        let signature = sign(signer, &url, SignedBody::Form(&call()));
        let others = [OtherToken { token: &other, owner }];
        diagnose_url(&url, Some(&call()), &signature, &[&own], &others).to_string()
    };

    let of_account = said(&other, TokenOwner::Account(owner_sid.clone()));
    let not_accepted = said(&other, TokenOwner::NotAccepted);
    let with_newline = said(&token("secret\n"), TokenOwner::NotAccepted);
    let with_quotes = said(&token("\"secret\""), TokenOwner::NotAccepted);

    assert!(of_account.contains(owner_sid.as_str()), "{of_account}");
    assert!(not_accepted.contains("not accepted"), "{not_accepted}");
    assert!(with_newline.contains("white space") && with_quotes.contains("white space"));
    assert!(
        [of_account, not_accepted, with_newline, with_quotes].iter().all(|said| !said.contains("secret"))
    );
}

#[test]
fn a_forgery_gets_the_likeliest_causes_in_order() {
    let observed = Observed { host: Some("Old.example.com:443"), ..Observed::default() };
    let own = token("secret");
    let forged = sign(&token("guess"), &format!("{OURS}{PATH}"), SignedBody::Form(&call()));
    let refused = |observed| Refused {
        addresses: &[OURS],
        source: AddressSource::Setting,
        path_and_query: PATH,
        form: None,
        signature: &forged,
        observed,
    };

    let here = diagnose(&refused(Observed::default()), &[&own], &[]);
    let elsewhere = diagnose(&refused(observed), &[&own], &[]);

    assert_eq!(here, Diagnosis::NotFound(CAUSES.to_vec()));
    assert_eq!(
        elsewhere.to_string(),
        "no variant of URL, form or token fits; likeliest first: 1) it came for another host than \
         PUBLIC_BASE_URL names; 2) the token is not the account's primary one in Twilio's Console; 3) something \
         between Twilio and here changed the body or the URL; 4) Twilio did not send it"
    );
}

#[test]
fn a_diagnosis_costs_a_bounded_number_of_trials() {
    let observed = Observed {
        host: Some("a.example.com:81"),
        forwarded_host: Some("b.example.com"),
        forwarded_port: Some("82"),
        forwarded_prefix: Some("/c"),
        userinfo: Some("u:p"),
        fragment: Some("d"),
    };
    let tokens: Vec<AuthToken> = (0..100).map(|number| token(&format!("token {number}"))).collect();
    let others: Vec<OtherToken<'_>> =
        tokens.iter().map(|token| OtherToken { token, owner: TokenOwner::NotAccepted }).collect();
    let (form, own) = (call(), [&token("one"), &token("two")]);
    let refused = Refused {
        addresses: &["https://phone.example.com:8443/x", "https://phone.example.net"],
        source: AddressSource::SettingOfSeveral,
        path_and_query: "/twilio/voice?a=1+2&b='&c=3",
        form: Some(&form),
        signature: "AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        observed,
    };

    let mut search = Search { refused: &refused, own: &own, left: MOST_TRIALS };
    let found = refused.addresses.iter().find_map(|address| search.at(address, &others));

    assert_eq!((found, search.left), (None, 0));
}

/// Or a forger could have a server reckon for a second each second.
#[test]
fn a_request_larger_than_any_of_twilios_is_not_looked_at() {
    let own = token("secret");
    let said = |form: &FormParameters, path: &str| {
        let signature = sign(&own, &format!("http://phone.example.com{path}"), SignedBody::Form(form));
        diagnose_url(&format!("{OURS}{path}"), Some(form), &signature, &[&own], &[])
    };
    let many = FormParameters::from_pairs((0..=MOST_FIELDS).map(|number| (number.to_string(), "")));
    let long = FormParameters::from_pairs([("Body", "x".repeat(MOST_BYTES))]);

    for (form, path) in [(&many, PATH), (&long, PATH), (&call(), &*format!("/{}", "x".repeat(MOST_BYTES)))] {
        assert_eq!(said(form, path), Diagnosis::NotFound(CAUSES.to_vec()));
    }
    assert!(matches!(said(&call(), PATH), Diagnosis::Found(_)));
}

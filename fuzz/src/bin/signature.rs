//! The signature: a signed request is accepted, and one that differs from it in a byte only if that byte is not signed.
//!
//! The first line is a token, the second a URL, the third a content type, the rest the body.

#![no_main]

use std::collections::BTreeSet;

use libfuzzer_sys::{Corpus, fuzz_target};
use switchboard_fuzz::twilio::form::FormParameters;
use switchboard_fuzz::twilio::sha256;
use switchboard_fuzz::twilio::signature::{
    AuthToken, SignatureRefusal, SignedBody, candidate_urls, content_type_is_form, sign, verify,
};

#[derive(Clone)]
struct Request {
    token: String,
    url: String,
    body: Body,
    signature: String,
}

#[derive(Clone, PartialEq)]
enum Body {
    Nothing,
    Form(FormParameters),
    Raw(Vec<u8>),
}

fuzz_target!(|input: &[u8]| -> Corpus {
    let Some(genuine) = request(input) else { return Corpus::Reject };
    assert_eq!(judged(&genuine), Ok(()), "a signed request was refused");
    candidates_differ_in_what_twilio_leaves_out(&genuine.url);
    // Which part is forged, and where, depends on the input: the same input always does the same.
    let seed = input.iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    if let Some(forged) = forged(&genuine, input, usize::try_from(seed >> 8).unwrap_or_default()) {
        assert_eq!(judged(&forged).is_ok(), is_covered(&forged, &genuine), "{}", forged.url);
    }
    Corpus::Keep
});

fn request(input: &[u8]) -> Option<Request> {
    let mut lines = input.splitn(4, |byte| *byte == b'\n');
    let mut line = || std::str::from_utf8(lines.next()?).ok();
    let (token, url, content_type) = (line()?, line()?, line()?);
    let secret = AuthToken::parse(token).ok()?;
    let bytes = lines.next()?;
    let body = body(content_type, bytes)?;
    let url = match &body {
        Body::Raw(bytes) => with_body_hash(url, bytes)?,
        Body::Nothing | Body::Form(_) => url.to_owned(),
    };
    let signature = with_signed(&body, |body| sign(&secret, &url, body));
    Some(Request { token: token.to_owned(), url, body, signature })
}

fn body(content_type: &str, bytes: &[u8]) -> Option<Body> {
    Some(if content_type.is_empty() {
        Body::Nothing
    } else if content_type_is_form(content_type) {
        Body::Form(FormParameters::parse(bytes).ok()?)
    } else {
        Body::Raw(bytes.to_vec())
    })
}

/// Twilio adds the hash to the query of a URL that it sends something else than a form to. One that holds the name already,
/// in whatever spelling, is not what this target is about.
fn with_body_hash(url: &str, bytes: &[u8]) -> Option<String> {
    let has_query = url.contains('?');
    let query = url.split_once('?').map_or("", |(_, query)| query);
    if form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == "bodySHA256") {
        return None;
    }
    Some(format!("{url}{}bodySHA256={}", if has_query { '&' } else { '?' }, sha256::lower_hex(bytes)))
}

fn with_signed<T>(body: &Body, act: impl FnOnce(SignedBody<'_>) -> T) -> T {
    match body {
        Body::Nothing => act(SignedBody::Nothing),
        Body::Form(form) => act(SignedBody::Form(form)),
        Body::Raw(bytes) => act(SignedBody::Raw(bytes)),
    }
}

fn judged(request: &Request) -> Result<(), SignatureRefusal> {
    let token = AuthToken::parse(&request.token).ok();
    let tokens: Vec<&AuthToken> = token.iter().collect();
    with_signed(&request.body, |body| {
        verify(&tokens, &candidate_urls(&request.url), body, &request.signature)
    })
}

/// The request with one byte of one of its parts flipped, or without a signature.
fn forged(genuine: &Request, input: &[u8], seed: usize) -> Option<Request> {
    let text = |text: &String| flipped(text.as_bytes(), seed).and_then(|bytes| String::from_utf8(bytes).ok());
    let forged = genuine.clone();
    Some(match seed % 5 {
        0 => Request { signature: text(&genuine.signature)?, ..forged },
        1 => Request { url: text(&genuine.url)?, ..forged },
        2 => Request { token: text(&genuine.token)?, ..forged },
        3 => Request { signature: String::new(), ..forged },
        _ => {
            let sent = flipped(input.splitn(4, |byte| *byte == b'\n').nth(3)?, seed)?;
            let body = match &genuine.body {
                Body::Nothing => return None,
                Body::Form(_) => Body::Form(FormParameters::parse(&sent).ok()?),
                Body::Raw(_) => Body::Raw(sent),
            };
            Request { body, ..forged }
        }
    })
}

fn flipped(bytes: &[u8], seed: usize) -> Option<Vec<u8>> {
    let mut bytes = bytes.to_vec();
    let length = bytes.len();
    let byte = bytes.get_mut(seed.checked_rem(length)?)?;
    *byte ^= 1 << (seed / length % 8);
    Some(bytes)
}

/// Whether the signature that `genuine` carries covers the forged request too, written down independently of the code under
/// test: the scheme can't tell where a name or the URL ends, and tries several URLs.
fn is_covered(forged: &Request, genuine: &Request) -> bool {
    let signed = format!("{}{}", genuine.url, signed_form(&genuine.body));
    let form = signed_form(&forged.body);
    let body_is_hashed = match (&forged.body, &genuine.body) {
        (Body::Raw(forged), Body::Raw(genuine)) => forged == genuine,
        (Body::Nothing | Body::Form(_) | Body::Raw(_), _) => true,
    };
    forged.token.trim_end_matches('\0') == genuine.token
        && forged.signature == genuine.signature
        && body_is_hashed
        && candidate_urls(&forged.url).iter().any(|url| format!("{url}{form}") == signed)
}

fn signed_form(body: &Body) -> String {
    let Body::Form(form) = body else { return String::new() };
    let sorted: BTreeSet<(&str, &str)> = form.iter().collect();
    sorted.into_iter().flat_map(|(name, value)| [name, value]).collect()
}

/// Candidates are few, the URL itself is the first, and they are one URL but for its port and, for sockets, the slash that
/// ends its path.
fn candidates_differ_in_what_twilio_leaves_out(url: &str) {
    let candidates = candidate_urls(url);
    assert!(candidates.len() <= 6 && candidates.first().is_some_and(|first| first == url));
    assert_eq!(candidates.iter().collect::<BTreeSet<_>>().len(), candidates.len(), "one URL is tried twice");
    let essence = essence(url);
    assert!(candidates.iter().all(|candidate| self::essence(candidate) == essence), "{candidates:?}");
}

fn essence(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let host_starts = authority.rfind('@').map_or(0, |at| at + 1).max(authority.rfind(']').unwrap_or(0));
    let port = authority[host_starts..].find(':').map_or(authority.len(), |colon| host_starts + colon);
    let is_known = ["http", "https", "ws", "wss"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    let host = if is_known { &authority[..port] } else { authority };
    let (path, query) = path.split_at(path.find(['?', '#']).unwrap_or(path.len()));
    let is_socket = ["ws", "wss"].iter().any(|socket| scheme.eq_ignore_ascii_case(socket));
    let path = if is_socket { path.trim_end_matches('/') } else { path };
    format!("{scheme}://{host}{path}{query}")
}

//! Addresses that Twilio may have called instead of the one that we take for ours.

use std::collections::BTreeSet;

use super::observed::Observed;
use crate::twilio::signature::candidate_urls;
use crate::twilio::url_parts::UrlParts;

/// No host name is longer (RFC 1035, section 2.3.4), and no prefix that people write.
const MOST_CHARACTERS: usize = 253;

/// The address with another scheme, host, port or prefix, likeliest first; never one that was checked already.
pub(super) fn variants(ours: &str, observed: &Observed<'_>) -> Vec<String> {
    let Some(parts) = UrlParts::split(ours) else { return Vec::new() };
    let other_scheme = if parts.scheme == "https" { "http" } else { "https" };
    let mut variants = Vec::new();
    for host in hosts(parts.host, observed) {
        for scheme in [parts.scheme, other_scheme] {
            for port in ports(&parts, observed) {
                variants.push(UrlParts { scheme, host: &host, port, ..parts }.join());
            }
        }
    }
    for prefix in prefixes(parts.rest, observed) {
        for scheme in [parts.scheme, other_scheme] {
            variants.extend(candidate_urls(&UrlParts { scheme, rest: prefix, ..parts }.join()));
        }
    }
    let mut seen: BTreeSet<String> = candidate_urls(ours).into_iter().collect();
    variants.retain(|variant| seen.insert(variant.clone()));
    variants
}

/// A host without what stands after its colon; an IPv6 address keeps its brackets.
pub(super) fn without_port(host: &str) -> &str {
    let bracket = host.rfind(']').unwrap_or_default();
    match host.rfind(':') {
        Some(colon) if colon > bracket => host.get(..colon).unwrap_or(host),
        Some(_) | None => host,
    }
}

fn hosts(ours: &str, observed: &Observed<'_>) -> Vec<String> {
    let seen = [observed.forwarded_host, observed.host].into_iter().flatten();
    let seen = seen.map(|host| without_port(host.trim())).filter(|host| is_host(host));
    let www = ours.strip_prefix("www.").map_or_else(|| format!("www.{ours}"), str::to_owned);
    std::iter::once(ours.to_owned()).chain(seen.map(str::to_owned)).chain([www]).collect()
}

/// None first: Twilio drops the port of a voice call over https.
fn ports<'a>(parts: &UrlParts<'a>, observed: &Observed<'a>) -> BTreeSet<Option<&'a str>> {
    let of_host = observed.host.and_then(|host| host.rsplit_once(':')).map(|(_, port)| port);
    let seen = [parts.port, observed.forwarded_port, of_host];
    std::iter::once(None)
        .chain(seen.into_iter().filter(|port| port.is_some_and(|port| port.parse::<u16>().is_ok())))
        .collect()
}

fn prefixes<'a>(ours: &str, observed: &Observed<'a>) -> Vec<&'a str> {
    let seen = observed.forwarded_prefix.map(|prefix| prefix.trim_end_matches('/'));
    let plain = |prefix: &&str| {
        prefix.starts_with('/')
            && prefix.len() <= MOST_CHARACTERS
            && prefix.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#' | b'\\'))
    };
    let none = (!ours.is_empty()).then_some("");
    none.into_iter().chain(seen.filter(plain)).collect()
}

fn is_host(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= MOST_CHARACTERS
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-[]:".contains(&byte))
}

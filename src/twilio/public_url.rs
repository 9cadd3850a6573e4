//! The address under which Twilio reaches us: the setting `PUBLIC_BASE_URL`.
//!
//! Promises: the text is kept byte for byte (only slashes at its end are cut), because Twilio signs the
//! text of the URL; what can't be part of a signed URL is refused with the change to make.
//! Doesn't: look at `Host` or any forwarded header, nor bring the URL into a normal form.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::url_parts::UrlParts;

/// What follows an address whose callbacks Twilio is to repeat: five times, on our errors and where it can't reach us. Twilio
/// neither signs nor sends it.
pub const RETRIES: &str = "#rc=5&rp=5xx,ct,rt";

/// Why a text can't be the public base URL; each message says what to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPublicBaseUrl {
    /// No `http://` or `https://` at the start.
    #[error("must begin with https:// (or http:// for a trial), in lower case")]
    Scheme,
    /// A user name or password before an `@`.
    #[error("must not hold a user name or password: remove everything up to the @, Twilio does not sign it")]
    Userinfo,
    /// A `?`.
    #[error("must not hold a query: remove the ? and what follows it")]
    Query,
    /// A `#`.
    #[error(
        "must not hold a fragment: remove the # and what follows it, and write it on the number's URLs instead"
    )]
    Fragment,
    /// No host, or one with characters that no host name has.
    #[error(
        "must name a host such as phone.example.com or [2001:db8::1]; Twilio refuses names with an underscore"
    )]
    Host,
    /// A port that is no number from 1 to 65535.
    #[error("has a port that is no number from 1 to 65535: correct it, or remove the colon")]
    Port,
    /// Blanks, control characters, backslashes or letters outside ASCII.
    #[error(
        "must be plain ASCII without blanks and backslashes: percent-encode its path, write its host in punycode"
    )]
    Characters,
}

/// A scheme, a host, maybe a port, maybe a path prefix; no slash at the end.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PublicBaseUrl {
    text: String,
    reach: Reach,
}

/// Who can reach the host of a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Reach {
    Loopback,
    Beyond,
}

impl PublicBaseUrl {
    /// Checks the text and cuts slashes at its end.
    pub fn parse(text: &str) -> Result<Self, InvalidPublicBaseUrl> {
        if !text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') {
            return Err(InvalidPublicBaseUrl::Characters);
        }
        let parts = UrlParts::split(text).ok_or(InvalidPublicBaseUrl::Scheme)?;
        if !matches!(parts.scheme, "http" | "https") {
            return Err(InvalidPublicBaseUrl::Scheme);
        }
        if parts.userinfo.is_some() {
            return Err(InvalidPublicBaseUrl::Userinfo);
        }
        if parts.rest.contains('#') {
            return Err(InvalidPublicBaseUrl::Fragment);
        }
        if parts.rest.contains('?') {
            return Err(InvalidPublicBaseUrl::Query);
        }
        let reach = reach_of(parts.host)?;
        if !parts.port.is_none_or(is_port) {
            return Err(InvalidPublicBaseUrl::Port);
        }
        Ok(Self { text: text.trim_end_matches('/').to_owned(), reach })
    }

    /// The URL as it was written, without slashes at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The URL that Twilio called: this base, then the path and query exactly as they were received.
    #[must_use]
    pub fn join(&self, raw_path_and_query: &str) -> String {
        let separator = if raw_path_and_query.starts_with('/') { "" } else { "/" };
        format!("{}{separator}{raw_path_and_query}", self.text)
    }

    /// Whether only this machine can reach the URL, so that Twilio can't.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.reach == Reach::Loopback
    }
}

fn reach_of(host: &str) -> Result<Reach, InvalidPublicBaseUrl> {
    let address = match host.strip_prefix('[') {
        Some(after_bracket) => {
            let inside = after_bracket.strip_suffix(']').ok_or(InvalidPublicBaseUrl::Host)?;
            Some(inside.parse::<Ipv6Addr>().map(IpAddr::from).map_err(|_| InvalidPublicBaseUrl::Host)?)
        }
        None => host.parse::<Ipv4Addr>().map(IpAddr::from).ok(),
    };
    if let Some(address) = address {
        return Ok(if address.is_loopback() { Reach::Loopback } else { Reach::Beyond });
    }
    let is_name = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
    let lower = host.to_ascii_lowercase();
    if !is_name || host.split('.').next().is_none_or(str::is_empty) {
        Err(InvalidPublicBaseUrl::Host)
    } else if lower == "localhost" || lower.ends_with(".localhost") {
        Ok(Reach::Loopback)
    } else {
        Ok(Reach::Beyond)
    }
}

fn is_port(text: &str) -> bool {
    // `parse` alone would take `+80`.
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok_and(|port| port > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_kept_byte_for_byte_and_joined_to_the_raw_path() {
        let table = [
            ("https://Phone.Example.com", "/twilio/voice", "https://Phone.Example.com/twilio/voice"),
            ("https://phone.example.com/", "/x?a='%27+b", "https://phone.example.com/x?a='%27+b"),
            ("https://phone.example.com:443/a%7Eb//", "/x", "https://phone.example.com:443/a%7Eb/x"),
            ("http://[2001:db8::1]:8080", "/x/", "http://[2001:db8::1]:8080/x/"),
        ];

        for (base, path, expected) in table {
            assert_eq!(PublicBaseUrl::parse(base).unwrap().join(path), expected);
        }
    }

    #[test]
    fn each_mistake_is_refused_with_its_own_reason() {
        let table = [
            ("", InvalidPublicBaseUrl::Scheme),
            ("phone.example.com", InvalidPublicBaseUrl::Scheme),
            ("wss://phone.example.com", InvalidPublicBaseUrl::Scheme),
            ("HTTPS://phone.example.com", InvalidPublicBaseUrl::Scheme),
            ("https://user:pass@phone.example.com", InvalidPublicBaseUrl::Userinfo),
            ("https://@phone.example.com", InvalidPublicBaseUrl::Userinfo),
            ("https://phone.example.com?x=1", InvalidPublicBaseUrl::Query),
            ("https://phone.example.com/#rc=3", InvalidPublicBaseUrl::Fragment),
            ("https://phone.example.com?x#y", InvalidPublicBaseUrl::Fragment),
            ("https://", InvalidPublicBaseUrl::Host),
            ("https:///path", InvalidPublicBaseUrl::Host),
            ("https://.example.com", InvalidPublicBaseUrl::Host),
            ("https://phone_line.example.com", InvalidPublicBaseUrl::Host),
            ("https://[::1", InvalidPublicBaseUrl::Host),
            ("https://[phone]", InvalidPublicBaseUrl::Host),
            ("https://2001:db8::1", InvalidPublicBaseUrl::Host),
            ("https://phone.example.com:", InvalidPublicBaseUrl::Port),
            ("https://phone.example.com:0", InvalidPublicBaseUrl::Port),
            ("https://phone.example.com:+80", InvalidPublicBaseUrl::Port),
            ("https://phone.example.com:65536", InvalidPublicBaseUrl::Port),
            (" https://phone.example.com", InvalidPublicBaseUrl::Characters),
            ("https://phone.example.com\n", InvalidPublicBaseUrl::Characters),
            ("https://téléphone.example.com", InvalidPublicBaseUrl::Characters),
            ("https://phone.example.com\\x", InvalidPublicBaseUrl::Characters),
        ];

        for (text, expected) in table {
            assert_eq!(PublicBaseUrl::parse(text).unwrap_err(), expected, "{text:?}");
        }
    }

    #[test]
    fn loopback_is_known_by_name_and_by_address() {
        for text in [
            "http://localhost:8080",
            "http://LOCALHOST",
            "http://a.localhost",
            "http://127.9.9.9",
            "http://[::1]:1",
        ] {
            assert!(PublicBaseUrl::parse(text).unwrap().is_loopback(), "{text}");
        }
        for text in [
            "https://phone.example.com",
            "http://10.0.0.1",
            "http://localhost.example.com",
            "http://[2001:db8::1]",
        ] {
            assert!(!PublicBaseUrl::parse(text).unwrap().is_loopback(), "{text}");
        }
    }
}

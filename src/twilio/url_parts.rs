//! An absolute URL cut into pieces without changing a byte.
//!
//! Promises: the pieces put together again are the text that was cut, because signatures are made over
//! text and not over meaning.
//! Doesn't: validate, decode, or bring anything into a normal form.

/// `scheme://[userinfo@]host[:port]rest`; `rest` begins with `/`, `?` or `#`, or is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct UrlParts<'a> {
    pub(super) scheme: &'a str,
    pub(super) userinfo: Option<&'a str>,
    /// The host's name or address; an IPv6 address keeps its brackets.
    pub(super) host: &'a str,
    /// What stands after the host's colon, without the colon.
    pub(super) port: Option<&'a str>,
    pub(super) rest: &'a str,
}

impl<'a> UrlParts<'a> {
    /// Cuts a URL; `None` if it has no `://`.
    pub(super) fn split(url: &'a str) -> Option<Self> {
        let (scheme, after_scheme) = url.split_once("://")?;
        let end = after_scheme.find(['/', '?', '#']).unwrap_or(after_scheme.len());
        let (authority, rest) = after_scheme.split_at_checked(end)?;
        let (userinfo, host_and_port) =
            authority.rsplit_once('@').map_or((None, authority), |(userinfo, host)| (Some(userinfo), host));
        let (host, port) = split_port(host_and_port);
        Some(Self { scheme, userinfo, host, port, rest })
    }

    /// The text again.
    pub(super) fn join(&self) -> String {
        let userinfo = self.userinfo.map(|userinfo| format!("{userinfo}@")).unwrap_or_default();
        let port = self.port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("{}://{userinfo}{}{port}{}", self.scheme, self.host, self.rest)
    }
}

fn split_port(host_and_port: &str) -> (&str, Option<&str>) {
    let after_brackets = host_and_port.rfind(']').map_or(0, |bracket| bracket + 1);
    match host_and_port.get(after_brackets..).and_then(|tail| tail.rfind(':')) {
        Some(colon) => {
            let (host, port) = host_and_port.split_at(after_brackets + colon);
            (host, port.strip_prefix(':'))
        }
        None => (host_and_port, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_host_keeps_its_colons_and_userinfo_is_no_port() {
        let parts = UrlParts::split("https://user:pass@[2001:db8::1]:8443/path?a=b:c@d").unwrap();

        assert_eq!(parts.userinfo, Some("user:pass"));
        assert_eq!(parts.host, "[2001:db8::1]");
        assert_eq!(parts.port, Some("8443"));
        assert_eq!(parts.rest, "/path?a=b:c@d");
    }

    #[test]
    fn the_pieces_of_any_url_make_the_same_url_again() {
        let urls = [
            "https://example.com",
            "https://example.com/",
            "https://example.com?x=1",
            "https://example.com:/x",
            "http://[::1]/x",
            "http://[::1]:80?x#y",
            "https://a@b@example.com:1/x",
            "HTTPS://Example.com:443/%7e?q='&r=:/@",
        ];

        for url in urls {
            assert_eq!(UrlParts::split(url).unwrap().join(), url);
        }
    }
}

//! What else was seen of a request: guesses, made by whoever sent it or passed it on.

/// Headers and leftovers that may tell how Twilio wrote the URL. Nothing here is ever believed: each guess counts only if a
/// token of ours made the signature over it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Observed<'a> {
    /// `Host`.
    pub host: Option<&'a str>,
    /// `X-Forwarded-Host`.
    pub forwarded_host: Option<&'a str>,
    /// `X-Forwarded-Port`.
    pub forwarded_port: Option<&'a str>,
    /// `X-Forwarded-Prefix`.
    pub forwarded_prefix: Option<&'a str>,
    /// A user name and password, as `user:password`.
    pub userinfo: Option<&'a str>,
    /// What stood after the URL's `#`.
    pub fragment: Option<&'a str>,
}

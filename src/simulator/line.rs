//! The line from Twilio to us: one signed request over plain HTTP, and what came back.
//!
//! Promises: the signature covers the public URL and the form exactly as they stand there, while the request goes to the
//! local address. A proxy of the environment is never asked, and a redirection never followed.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::redirect::Policy;

use super::heard::{Heard, NotTwiml};
use crate::twilio::form::FormParameters;
use crate::twilio::public_url::PublicBaseUrl;
use crate::twilio::sid::AccountSid;
use crate::twilio::signature::{self, AuthToken, SignedBody};

/// After which Twilio gives a voice webhook up.
const PATIENCE: Duration = Duration::from_secs(15);

/// Who signs what is sent.
#[derive(Clone, Debug)]
pub enum Signer {
    /// The account, or whoever guesses at its token.
    Token(AuthToken),
    /// Nobody: the header is left out.
    Nobody,
}

/// How Twilio reaches a server of ours. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Line {
    client: reqwest::Client,
    address: SocketAddr,
    public_url: PublicBaseUrl,
    account_sid: AccountSid,
    signer: Signer,
}

/// A request of Twilio's. Delivered again it is a repetition, down to its idempotency token.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// The public URL. A fragment with connection settings may follow; it is neither signed nor sent.
    pub url: String,
    /// The parameters.
    pub form: FormParameters,
    /// What `I-Twilio-Idempotency-Token` carries on every delivery.
    pub idempotency_token: String,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// What the caller hears, if the answer is TwiML.
    pub heard: Vec<Heard>,
    /// How long the answer took.
    pub took: Duration,
}

/// There was no answer, or none that Twilio would understand.
#[derive(Debug, thiserror::Error)]
pub enum NoReply {
    /// The HTTP client can't be made.
    #[error("the HTTP client could not be made: {0}")]
    Client(#[source] reqwest::Error),
    /// The TwiML sends Twilio to somebody else.
    #[error("the TwiML leads to {url}, which does not lie below the public URL {public_url}")]
    Elsewhere {
        /// Where it leads.
        url: String,
        /// Where it should.
        public_url: String,
    },
    /// The connection failed, broke off, or took too long.
    #[error("{address} did not answer: {source}")]
    Silence {
        /// Who was asked.
        address: SocketAddr,
        /// Why.
        source: reqwest::Error,
    },
    /// An answer that says it is XML, and is no TwiML.
    #[error(transparent)]
    NotTwiml(#[from] NotTwiml),
}

impl Line {
    /// A line to the server at `address`, which is known to Twilio as `public_url`.
    pub fn new(
        address: SocketAddr,
        public_url: PublicBaseUrl,
        account_sid: AccountSid,
        signer: Signer,
    ) -> Result<Self, NoReply> {
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .timeout(PATIENCE)
            .user_agent("TwilioProxy/1.1")
            .build()
            .map_err(NoReply::Client)?;
        Ok(Self { client, address, public_url, account_sid, signer })
    }

    /// The same line with another signature.
    #[must_use]
    pub fn signed_by(&self, signer: Signer) -> Self {
        Self { signer, ..self.clone() }
    }

    /// The account whose calls come over this line.
    #[must_use]
    pub fn account_sid(&self) -> &AccountSid {
        &self.account_sid
    }

    /// The public URL of a path.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        self.public_url.join(path)
    }

    /// What the server sees of a public URL: its path and query.
    pub fn path<'url>(&self, url: &'url str) -> Result<&'url str, NoReply> {
        let below = url.strip_prefix(self.public_url.as_str()).filter(|path| path.starts_with('/'));
        below.ok_or_else(|| NoReply::Elsewhere {
            url: url.to_owned(),
            public_url: self.public_url.as_str().to_owned(),
        })
    }

    /// Sends the request once.
    pub async fn deliver(&self, webhook: &Webhook) -> Result<Reply, NoReply> {
        let url = webhook.url.split('#').next().unwrap_or_default();
        let local = format!("http://{}{}", self.address, self.path(url)?);
        let mut request = self
            .client
            .post(local)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded; charset=UTF-8")
            .header("I-Twilio-Idempotency-Token", &webhook.idempotency_token)
            .body(webhook.form.encode());
        match &self.signer {
            Signer::Token(token) => {
                let signature = signature::sign(token, url, SignedBody::Form(&webhook.form));
                request = request.header("X-Twilio-Signature", signature);
            }
            Signer::Nobody => {}
        }
        let silence = |source| NoReply::Silence { address: self.address, source };
        let began = Instant::now();
        let response = request.send().await.map_err(silence)?;
        let (status, is_xml) = (response.status().as_u16(), is_xml(response.headers()));
        let body = response.text().await.map_err(silence)?;
        let took = began.elapsed();
        let heard = if is_xml { Heard::read(&body)? } else { Vec::new() };
        Ok(Reply { status, heard, took })
    }
}

/// Twilio reads these as TwiML.
fn is_xml(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    ["text/xml", "application/xml", "text/html"].iter().any(|known| essence.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(public_url: &str) -> Line {
        let account_sid = AccountSid::parse("AC00000000000000000000000000000001").unwrap();
        let public_url = PublicBaseUrl::parse(public_url).unwrap();
        Line::new(([127, 0, 0, 1], 1).into(), public_url, account_sid, Signer::Nobody).unwrap()
    }

    #[test]
    fn only_what_lies_below_the_public_url_is_ours() {
        let line = line("https://phone.example.com/calls");

        assert_eq!(
            line.path("https://phone.example.com/calls/twilio/voice?a=1").unwrap(),
            "/twilio/voice?a=1"
        );
        for elsewhere in [
            "https://phone.example.com/twilio/voice",
            "https://phone.example.com/callshop/voice",
            "http://phone.example.com/calls/twilio/voice",
            "/calls/twilio/voice",
        ] {
            assert!(matches!(line.path(elsewhere), Err(NoReply::Elsewhere { .. })), "{elsewhere}");
        }
    }
}

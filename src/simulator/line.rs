//! The line from Twilio to us: one signed request over plain HTTP, and what came back.
//!
//! Promises: the signature covers the public URL and the form exactly as they stand there, while the request goes to the
//! local address. The connection settings behind the URL's `#` hold: limits of time, and which failures are tried again, with
//! the same idempotency token. A proxy of the environment is never asked, and a redirection never followed.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use reqwest::header::CONTENT_TYPE;
use reqwest::redirect;

use super::policy::{InvalidPolicy, Policy, Trouble};
use crate::twilio::form::FormParameters;
use crate::twilio::public_url::PublicBaseUrl;
use crate::twilio::sid::AccountSid;
use crate::twilio::signature::{self, AuthToken, SignedBody};

/// Who signs what is sent.
#[derive(Clone, Debug)]
pub enum Signer {
    /// The account, or whoever guesses at its token.
    Token(AuthToken),
    /// Nobody: the header is left out.
    Nobody,
}

/// How Twilio reaches servers of ours that share one public URL. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Line {
    client: reqwest::Client,
    address: SocketAddr,
    others: Arc<[SocketAddr]>,
    /// How many requests went out: each goes to the next server.
    sent: Arc<AtomicUsize>,
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
    /// What it says it is, without parameters, in lower case.
    pub content_type: Option<String>,
    /// As text.
    pub body: String,
    /// How long the answer took, with all attempts.
    pub took: Duration,
}

/// There was no answer.
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
    /// The URL asks for connections that Twilio does not make.
    #[error(transparent)]
    Policy(#[from] InvalidPolicy),
    /// The connection failed, or broke off.
    #[error("{address} did not answer: {source}")]
    Silence {
        /// Who was asked.
        address: SocketAddr,
        /// Why.
        source: reqwest::Error,
    },
    /// It took too long.
    #[error("{address} did not answer within {} ms", patience.as_millis())]
    Late {
        /// Who was asked.
        address: SocketAddr,
        /// How long Twilio waits.
        patience: Duration,
    },
}

impl NoReply {
    fn trouble(&self) -> Option<Trouble> {
        match self {
            Self::Silence { source, .. } if source.is_connect() => Some(Trouble::Connect),
            Self::Silence { .. } | Self::Late { .. } => Some(Trouble::Read),
            Self::Client(_) | Self::Elsewhere { .. } | Self::Policy(_) => None,
        }
    }
}

impl Line {
    /// A line to the server at `address`, which is known to Twilio as `public_url`.
    pub fn new(
        address: SocketAddr,
        public_url: PublicBaseUrl,
        account_sid: AccountSid,
        signer: Signer,
    ) -> Result<Self, NoReply> {
        let client = client(Policy::default().connect)?;
        Ok(Self {
            client,
            address,
            others: Arc::default(),
            sent: Arc::default(),
            public_url,
            account_sid,
            signer,
        })
    }

    /// The same line to several servers: each request goes to the next one.
    #[must_use]
    pub fn shared_with(&self, others: &[SocketAddr]) -> Self {
        Self { others: others.into(), ..self.clone() }
    }

    fn next_address(&self) -> SocketAddr {
        let turn = self.sent.fetch_add(1, Ordering::Relaxed) % (1 + self.others.len());
        let other = turn.checked_sub(1).and_then(|other| self.others.get(other));
        other.copied().unwrap_or(self.address)
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

    /// What a URL in our TwiML means: a path is one of the public URL's host.
    #[must_use]
    pub fn resolve(&self, url: &str) -> String {
        if !url.starts_with('/') {
            return url.to_owned();
        }
        let base = self.public_url.as_str();
        let host = base.match_indices('/').nth(2).map_or(base, |(slash, _)| base.split_at(slash).0);
        format!("{host}{url}")
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

    /// Sends the request, and sends it again where the URL's settings say so.
    pub async fn deliver(&self, webhook: &Webhook) -> Result<Reply, NoReply> {
        let policy = Policy::of_url(&webhook.url)?;
        let began = Instant::now();
        let mut attempts = 0;
        loop {
            let attempted = self.attempt(webhook, &policy, began).await;
            let trouble = match &attempted {
                Ok(reply) => trouble_of(reply.status),
                Err(error) => error.trouble(),
            };
            let is_retried = trouble.is_some_and(|trouble| policy.retried.contains(&trouble));
            if !is_retried || attempts == policy.retries || began.elapsed() >= policy.total {
                return attempted;
            }
            attempts += 1;
        }
    }

    async fn attempt(&self, webhook: &Webhook, policy: &Policy, began: Instant) -> Result<Reply, NoReply> {
        let url = webhook.url.split('#').next().unwrap_or_default();
        let address = self.next_address();
        let local = format!("http://{address}{}", self.path(url)?);
        let is_usual = policy.connect == Policy::default().connect;
        let client = if is_usual { self.client.clone() } else { client(policy.connect)? };
        let mut request = client
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
        let patience = policy.read.min(policy.total.saturating_sub(began.elapsed()));
        let answered = tokio::time::timeout(patience, answer(request)).await;
        let answer = answered.map_err(|_| NoReply::Late { address, patience })?;
        let (status, content_type, body) = answer.map_err(|source| NoReply::Silence { address, source })?;
        Ok(Reply { status, content_type, body, took: began.elapsed() })
    }
}

fn client(connect: Duration) -> Result<reqwest::Client, NoReply> {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(redirect::Policy::none())
        .connect_timeout(connect)
        .user_agent("TwilioProxy/1.1")
        .build()
        .map_err(NoReply::Client)
}

/// The status, the content type and the body.
async fn answer(request: reqwest::RequestBuilder) -> Result<(u16, Option<String>, String), reqwest::Error> {
    let response = request.send().await?;
    let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = content_type.and_then(|value| value.split(';').next());
    let essence = essence.map(|value| value.trim().to_ascii_lowercase());
    Ok((response.status().as_u16(), essence, response.text().await?))
}

fn trouble_of(status: u16) -> Option<Trouble> {
    match status {
        400..500 => Some(Trouble::Client),
        500.. => Some(Trouble::Server),
        0..400 => None,
    }
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
    fn a_path_in_our_twiml_is_one_of_our_host() {
        let line = line("https://phone.example.com/calls");

        assert_eq!(line.resolve("/calls/next"), "https://phone.example.com/calls/next");
        assert_eq!(line.resolve("https://other.example/x"), "https://other.example/x");
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

//! Twilio's REST interface, asked with the token of the account that a thing belongs to.
//!
//! Promises: a token goes to Twilio alone, in one header; `TWILIO_API_BASE_URL` is for tests. Each request waits
//! [`PATIENCE`] for the head of its answer. During a rotation the second token is tried where the first is not taken.
//! Doesn't: try again, or follow a redirection.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::tenancy::{AccountDirectory, TenantId};
use crate::twilio::public_url::PublicBaseUrl;
use crate::twilio::rest::{HOST, Resource};
use crate::twilio::sid::AccountSid;
use crate::twilio::signature::AuthToken;
use crate::web::outgoing::{self, Outgoing, Unreachable, public_authorities};

/// Shorter than whoever asks us waits.
pub const PATIENCE: Duration = Duration::from_secs(4);

/// A call is about two.
const MOST_JSON_BYTES: usize = 64 * 1024;

/// Whom to ask, and with what. Cheap to clone.
#[derive(Clone, Debug)]
pub struct TwilioApi {
    base: Arc<str>,
    accounts: Arc<AccountDirectory>,
}

/// Why Twilio did not do it.
#[derive(Debug, thiserror::Error)]
pub enum TwilioFault {
    /// We have no token of the account, or it may not act for this tenant.
    #[error("there is no token of the Twilio account {0}")]
    NoToken(AccountSid),
    /// Twilio takes none of our tokens.
    #[error("Twilio does not take the token of the account {0}")]
    Refused(AccountSid),
    /// There is no such thing, or no more.
    #[error("Twilio does not have it any more")]
    Gone,
    /// Too many requests; after how many seconds to come again, if Twilio says.
    #[error("Twilio asks to wait")]
    Busy(Option<u32>),
    /// Any other answer.
    #[error("Twilio answered with status {0}")]
    Failed(StatusCode),
    /// An answer that is no JSON, or too long.
    #[error("Twilio's answer was not understood")]
    NotUnderstood,
    /// There was none.
    #[error("Twilio can't be reached: {0}")]
    Unreachable(#[from] Unreachable),
}

impl TwilioApi {
    /// `base` only where Twilio is played.
    #[must_use]
    pub fn new(base: Option<&PublicBaseUrl>, accounts: Arc<AccountDirectory>) -> Self {
        Self { base: base.map_or(HOST, PublicBaseUrl::as_str).into(), accounts }
    }

    /// Fetches; the body comes as Twilio sends it. An unsatisfiable range is an answer, too.
    pub async fn fetch(
        &self,
        tenant: TenantId,
        resource: &Resource,
        headers: &HeaderMap,
    ) -> Result<Response<Incoming>, TwilioFault> {
        let answer = self.ask(tenant, Method::GET, resource, headers).await?;
        match answer.status() {
            StatusCode::OK | StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE => Ok(answer),
            _ => Err(fault(&answer)),
        }
    }

    /// Reads JSON, of which Twilio's is small.
    pub async fn read(&self, tenant: TenantId, resource: &Resource) -> Result<Value, TwilioFault> {
        let answer = self.fetch(tenant, resource, &HeaderMap::new()).await?;
        let body = Limited::new(answer.into_body(), MOST_JSON_BYTES).collect();
        let body = tokio::time::timeout(PATIENCE, body).await;
        let body =
            body.map_err(|_| Unreachable::Silence(PATIENCE))?.map_err(|_| TwilioFault::NotUnderstood)?;
        serde_json::from_slice(&body.to_bytes()).map_err(|_| TwilioFault::NotUnderstood)
    }

    /// Deletes. What is not there is deleted.
    pub async fn delete(&self, tenant: TenantId, resource: &Resource) -> Result<(), TwilioFault> {
        let answer = self.ask(tenant, Method::DELETE, resource, &HeaderMap::new()).await?;
        if answer.status().is_success() || answer.status() == StatusCode::NOT_FOUND {
            return Ok(());
        }
        Err(fault(&answer))
    }

    async fn ask(
        &self,
        tenant: TenantId,
        method: Method,
        resource: &Resource,
        headers: &HeaderMap,
    ) -> Result<Response<Incoming>, TwilioFault> {
        let sid = resource.account();
        let account = match self.accounts.known(sid) {
            Some((_, account)) => Some(account),
            None => self.accounts.reloaded(sid).await.map(|(_, account)| account),
        };
        let account = account.filter(|account| account.reach.covers(tenant));
        let account = account.ok_or_else(|| TwilioFault::NoToken(sid.clone()))?;
        for token in &account.tokens {
            let mut headers = headers.clone();
            headers.insert(header::AUTHORIZATION, authorization(sid, token)?);
            let url = format!("{}{}", self.base, resource.path());
            let asked = Outgoing { method: method.clone(), url, headers, body: Bytes::new() };
            let sent = tokio::time::timeout(PATIENCE, outgoing::send(public_authorities(), asked)).await;
            let (answer, _) = sent.unwrap_or(Err(Unreachable::Silence(PATIENCE)))?;
            if !matches!(answer.status(), StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
                return Ok(answer);
            }
        }
        Err(TwilioFault::Refused(sid.clone()))
    }
}

fn authorization(sid: &AccountSid, token: &AuthToken) -> Result<HeaderValue, Unreachable> {
    let secret = Zeroizing::new(format!("{sid}:{}", token.reveal()));
    let mut value = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(secret.as_bytes())))
        .map_err(|_| Unreachable::Url)?;
    value.set_sensitive(true);
    Ok(value)
}

fn fault(answer: &Response<Incoming>) -> TwilioFault {
    match answer.status() {
        StatusCode::NOT_FOUND => TwilioFault::Gone,
        StatusCode::TOO_MANY_REQUESTS => {
            let wait = answer.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
            TwilioFault::Busy(wait.and_then(|seconds| seconds.parse().ok()))
        }
        other => TwilioFault::Failed(other),
    }
}

//! The numbers that an account has at Twilio.
//!
//! Promises: only reads; the token goes to Twilio alone (`TWILIO_API_BASE_URL` is for tests).
//! Doesn't: change a number there, or judge its settings.

use axum::http::{Method, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::output::count;
use super::web_client::{Answer, Question, ask};
use crate::config::Settings;
use crate::tenancy::account::Account;
use crate::twilio::rest;

/// Of 1000 numbers each.
const MOST_PAGES: usize = 20;

/// The fields of an `IncomingPhoneNumber` that decide where its calls go.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct TwilioNumber {
    pub(super) phone_number: String,
    pub(super) voice_url: Option<String>,
    pub(super) voice_method: Option<String>,
    pub(super) voice_fallback_url: Option<String>,
    pub(super) voice_fallback_method: Option<String>,
    pub(super) status_callback: Option<String>,
    pub(super) status_callback_method: Option<String>,
    pub(super) voice_application_sid: Option<String>,
    pub(super) trunk_sid: Option<String>,
}

#[derive(Deserialize)]
struct Page {
    incoming_phone_numbers: Vec<TwilioNumber>,
    next_page_uri: Option<String>,
}

/// Why an account's numbers could not be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unread {
    /// Twilio does not take the token.
    #[error("Twilio does not take its token")]
    Refused,
    /// Anything else.
    #[error("{0}")]
    Failed(String),
}

/// Where Twilio's REST interface is.
pub(super) fn base(settings: &Settings) -> &str {
    settings.twilio_api.as_ref().map_or(rest::HOST, |url| url.as_str())
}

/// The numbers of one account.
pub(super) async fn of_account(base: &str, account: &Account) -> Result<Vec<TwilioNumber>, Unread> {
    let sid = account.sid.as_str();
    let Some(token) = account.tokens.first() else { return Ok(Vec::new()) };
    let secret = zeroize::Zeroizing::new(format!("{sid}:{}", token.reveal()));
    let authorization = format!("Basic {}", STANDARD.encode(secret.as_bytes()));
    let mut next = Some(format!("/2010-04-01/Accounts/{sid}/IncomingPhoneNumbers.json?PageSize=1000"));
    let mut numbers = Vec::new();
    for _ in 0..MOST_PAGES {
        let Some(path) = next.filter(|path| path.starts_with('/')) else { break };
        let question = Question {
            method: Method::GET,
            url: format!("{base}{path}"),
            headers: vec![(header::AUTHORIZATION, authorization.clone())],
            body: String::new(),
        };
        let answer = ask(&question).await.map_err(|silence| Unread::Failed(silence.to_string()))?;
        let page = page(&answer)?;
        numbers.extend(page.incoming_phone_numbers);
        next = page.next_page_uri;
    }
    Ok(numbers)
}

fn page(answer: &Answer) -> Result<Page, Unread> {
    match answer.status {
        StatusCode::OK => serde_json::from_slice(&answer.body).map_err(|_| {
            Unread::Failed(format!("{} is no list of numbers", count(answer.body.len(), "byte")))
        }),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(Unread::Refused),
        other => Err(Unread::Failed(format!("status {}", other.as_u16()))),
    }
}

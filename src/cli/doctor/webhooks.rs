//! What stands at Twilio about our numbers.
//!
//! Promises: only reads; the token goes to Twilio alone (`TWILIO_API_BASE_URL` is for tests).
//! Doesn't: change a number there.

use axum::http::{Method, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::check::{Area, Check};
use super::number_settings::{self, TwilioNumber};
use super::web_client::{Answer, Question, ask};
use crate::cli::output::count;
use crate::config::Settings;
use crate::numbers::store::ListedNumber;
use crate::tenancy::account::Account;
use crate::twilio::public_url::PublicBaseUrl;

const TWILIO: &str = "https://api.twilio.com";
/// Of 1000 numbers each.
const MOST_PAGES: usize = 20;

#[derive(Deserialize)]
struct Page {
    incoming_phone_numbers: Vec<TwilioNumber>,
    next_page_uri: Option<String>,
}

/// Why an account's numbers could not be read.
enum Unread {
    /// Twilio does not take the token.
    Refused,
    /// Anything else.
    Failed(String),
}

/// Compares each number of ours with its settings at Twilio.
pub(super) async fn examine(
    settings: &Settings,
    accounts: &[Account],
    numbers: &[ListedNumber],
    checks: &mut Vec<Check>,
) {
    let urls: Vec<&str> =
        settings.public_urls.iter().filter(|url| !url.is_loopback()).map(PublicBaseUrl::as_str).collect();
    if urls.is_empty() {
        checks.push(Check::not_checked(
            Area::Twilio,
            "Twilio was not asked: without a public https URL no number there can lead here",
        ));
        return;
    }
    if accounts.is_empty() || numbers.is_empty() {
        checks.push(Check::not_checked(Area::Twilio, "Twilio was not asked: no account, or no number"));
        return;
    }
    let base = settings.twilio_api.as_ref().map_or(TWILIO, |url| url.as_str());
    let mut at_twilio = Vec::new();
    let mut read = 0;
    for account in accounts {
        match numbers_of(base, account).await {
            Ok(of_account) => {
                read += 1;
                at_twilio.extend(of_account);
            }
            Err(unread) => checks.push(not_read(account, unread)),
        }
    }
    if read > 0 {
        checks.extend(number_settings::checks(&urls, numbers, &at_twilio));
    }
    if read == accounts.len() {
        checks.extend(number_settings::missing(numbers, &at_twilio));
    }
}

fn not_read(account: &Account, unread: Unread) -> Check {
    match unread {
        Unread::Refused => Check::red(
            Area::Twilio,
            format!("Twilio does not take the token of {}", account.sid),
            "copy the primary token from the account's page in the Console: `switchboard account create`, or \
             TWILIO_AUTH_TOKEN",
        ),
        Unread::Failed(reason) => Check::not_checked(
            Area::Twilio,
            format!("the numbers of {} could not be read at Twilio: {reason}", account.sid),
        ),
    }
}

async fn numbers_of(base: &str, account: &Account) -> Result<Vec<TwilioNumber>, Unread> {
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

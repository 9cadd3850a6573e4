//! What stands at Twilio about our numbers.
//!
//! Promises: only reads.
//! Doesn't: change a number there.

use super::check::{Area, Check};
use super::number_settings;
use crate::cli::numbers_at_twilio::{self, Unread};
use crate::config::Settings;
use crate::numbers::store::ListedNumber;
use crate::tenancy::account::Account;
use crate::twilio::public_url::PublicBaseUrl;

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
    let base = numbers_at_twilio::base(settings);
    let mut at_twilio = Vec::new();
    let mut read = 0;
    for account in accounts {
        match numbers_at_twilio::of_account(base, account).await {
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

//! The proof that a request came from Twilio.
//!
//! Promises: a [`VerifiedTwilioRequest`] exists only for a request whose signature fits our configured public URL and a
//! token of the account that it names. Handlers read their parameters from the very list that was signed.

use super::account::{AccountReach, AccountSource};
use crate::twilio::form::FormParameters;
use crate::twilio::sid::AccountSid;

/// A webhook that Twilio really sent.
#[derive(Debug)]
pub struct VerifiedTwilioRequest {
    account_sid: AccountSid,
    source: AccountSource,
    reach: AccountReach,
    parameters: FormParameters,
}

impl VerifiedTwilioRequest {
    /// Only the door makes one, right where the signature was checked.
    pub(super) fn proven(
        account_sid: AccountSid,
        source: AccountSource,
        reach: AccountReach,
        parameters: FormParameters,
    ) -> Self {
        Self { account_sid, source, reach, parameters }
    }

    /// The account that sent it.
    #[must_use]
    pub fn account_sid(&self) -> &AccountSid {
        &self.account_sid
    }

    /// Where the account's tokens come from.
    #[must_use]
    pub fn account_source(&self) -> AccountSource {
        self.source
    }

    /// Whom the account may call, as far as memory knows.
    #[must_use]
    pub fn account_reach(&self) -> AccountReach {
        self.reach
    }

    /// The decoded parameters.
    #[must_use]
    pub fn parameters(&self) -> &FormParameters {
        &self.parameters
    }

    /// The number that was called: `To`, or `Called`, which Twilio sends beside it. None if both are blank.
    #[must_use]
    pub fn called_number(&self) -> Option<&str> {
        ["To", "Called"]
            .into_iter()
            .filter_map(|name| self.parameters.get(name))
            .find(|value| !value.is_empty())
    }
}

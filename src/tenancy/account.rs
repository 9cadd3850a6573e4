//! A Twilio account: who may sign, and whom they may call.

use std::fmt;

use super::ids::TenantId;
use crate::twilio::sid::AccountSid;
use crate::twilio::signature::AuthToken;

/// Where an account's tokens come from. It decides whom the account may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountSource {
    /// The agency's own account, from the environment: may call every tenant.
    Environment,
    /// Stored; the database knows whose it is and whom it may call.
    Stored,
}

impl AccountSource {
    /// The word that the ingest function takes.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Environment => "environment",
            Self::Stored => "stored",
        }
    }
}

/// Whose numbers an account may call, as it was when the account was last read. The database decides on every call; this is
/// for the answers that are given without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountReach {
    /// The agency's own.
    EveryTenant,
    /// A tenant's own.
    OneTenant(TenantId),
}

impl AccountReach {
    /// Whether the account may call this tenant.
    #[must_use]
    pub fn covers(self, tenant: TenantId) -> bool {
        match self {
            Self::EveryTenant => true,
            Self::OneTenant(own) => own == tenant,
        }
    }
}

/// An account with the tokens that may sign for it: the primary one, and during a rotation the secondary.
#[derive(Clone)]
pub struct Account {
    /// The account's SID.
    pub sid: AccountSid,
    /// Whom it may call.
    pub reach: AccountReach,
    /// One or two tokens.
    pub tokens: Vec<AuthToken>,
}

impl fmt::Debug for Account {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Account({}, {} tokens)", self.sid, self.tokens.len())
    }
}

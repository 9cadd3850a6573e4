//! What was found, what was done, and why not.

use crate::tenancy::secrets::{CannotOpen, CannotSeal};
use crate::twilio::sid::AccountSid;

/// What stands in clear, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClearTokens {
    /// The tables, without their schema.
    pub tables: Vec<String>,
    /// Tokens of an account that can be told.
    pub movable: i64,
    /// Tokens beside no SID of an account, which nothing was decided about yet.
    pub unfit: i64,
    /// Tokens that were left where they are; the audit says why.
    pub left: i64,
}

/// What was moved, and what stayed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MovedTokens {
    /// Those whose tokens are encrypted now, by SID.
    pub accounts: Vec<MovedAccount>,
    /// Those that stay in clear.
    pub left: Vec<LeftToken>,
}

/// An account whose token stood in clear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedAccount {
    /// Its SID.
    pub sid: AccountSid,
    /// The slugs of the tenants whose token was cleared.
    pub tenants: Vec<String>,
    /// Whom it may call.
    pub reach: Reach,
}

/// Whom a moved account may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The one tenant that had its token.
    OneTenant,
    /// Every tenant: several had its token, so it is the agency's own.
    EveryTenant,
    /// It was stored before with the same token, and stays what it was.
    AsBefore,
}

/// A token that stays in clear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftToken {
    /// The tenant's slug, or the row's id where its tenant is gone.
    pub tenant: String,
    /// The account; none where what stands there is no SID. That text is not shown: people paste tokens there.
    pub sid: Option<AccountSid>,
    /// Why.
    pub why: WhyLeft,
    /// Whether anybody heard of it before.
    pub noted: Noted,
}

/// When the audit got a note of a token that stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noted {
    /// In this run.
    Now,
    /// In an earlier one: nothing to tell again, unless somebody asks.
    Before,
}

/// Why tokens could not be moved. They stand as before.
#[derive(Debug, thiserror::Error)]
pub enum NotMoved {
    /// The database. Its words alone are kept: what it adds to them may show a row.
    #[error("the database refused: {0}")]
    Database(String),
    /// The keys are not those of this database.
    #[error("SWITCHBOARD_ENCRYPTION_KEYS does not fit this database: {0}")]
    WrongKeys(#[from] CannotOpen),
    /// A token could not be encrypted.
    #[error(transparent)]
    CannotSeal(#[from] CannotSeal),
}

impl From<sqlx::Error> for NotMoved {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(match error.as_database_error() {
            Some(refused) => refused.message().to_owned(),
            None => error.to_string(),
        })
    }
}

/// Why a token stays in clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyLeft {
    /// The account SID beside it is none.
    NoAccount,
    /// The row belongs to a tenant that is gone.
    NoTenant,
    /// Tenants have different tokens for one account.
    SeveralTokens,
    /// Another token of this account is stored.
    AnotherToken,
    /// The account is stored for another tenant.
    AnotherTenants,
}

impl WhyLeft {
    /// As the audit says it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::NoAccount => "its account SID is not AC and 32 digits",
            Self::NoTenant => "its tenant is gone",
            Self::SeveralTokens => "different tokens stand there for this account",
            Self::AnotherToken => "another token of this account is stored",
            Self::AnotherTenants => "the account is stored for another tenant",
        }
    }
}

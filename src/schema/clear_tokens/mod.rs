//! Twilio's tokens that an older program left in clear, and their way into `twilio_accounts`, encrypted.
//!
//! Promises: a token is cleared only where it is stored encrypted, in the same transaction; one account after the other;
//! whatever nobody can decide stays as it is. No token goes to the database but sealed, none into an error or the audit.
//! Doesn't: ask Twilio whether a token is good, or look into a table whose rows are hidden from the login.

mod holders;
mod judgement;
mod moving;

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, PgConnection};

use super::error::SchemaError;
use super::prepare::connect;
use crate::tenancy::secrets::{CannotOpen, CannotSeal};
use crate::twilio::sid::AccountSid;

pub use judgement::WhyLeft;
pub use moving::move_clear_tokens;

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

/// Counts them. Changes nothing, and works before the schema is right.
pub async fn clear_tokens(options: &PgConnectOptions) -> Result<ClearTokens, SchemaError> {
    let mut connection = connect(options).await?;
    let counted = count(&mut connection).await;
    // It was read only; a failed close loses nothing.
    let _ = connection.close().await;
    Ok(counted?)
}

async fn count(connection: &mut PgConnection) -> Result<ClearTokens, sqlx::Error> {
    let mut counted = ClearTokens::default();
    for table in holders::tables(connection).await? {
        let (movable, unfit, left) = holders::count(connection, &table).await?;
        if movable + unfit + left > 0 {
            counted.tables.push(table.name);
        }
        counted.movable += movable;
        counted.unfit += unfit;
        counted.left += left;
    }
    Ok(counted)
}

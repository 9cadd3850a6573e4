//! Twilio's tokens that an older program left in clear, and their way into `twilio_accounts`, encrypted.
//!
//! Promises: a token is cleared only where it is stored encrypted, in the same transaction; one account after the other;
//! whatever nobody can decide stays as it is. No token goes to the database but sealed, none into an error or the audit.
//! Doesn't: ask Twilio whether a token is good, or look into a table whose rows are hidden from the login.

mod holders;
mod judgement;
mod moving;
mod outcome;

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, PgConnection};

use super::error::SchemaError;
use super::prepare::connect;

pub use moving::move_clear_tokens;
pub use outcome::{ClearTokens, LeftToken, MovedAccount, MovedTokens, NotMoved, Noted, Reach, WhyLeft};

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

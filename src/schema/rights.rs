//! What the login must be allowed before the first change.
//!
//! Promises: a login that lacks something is refused with the statements that give it, and nothing was changed by then.
//! Doesn't: grant anything itself.

use sqlx::PgConnection;

use super::error::{Refusal, SchemaError};
use super::names::Names;

/// Refuses where the login can't make what is missing.
pub(super) async fn refuse_missing(connection: &mut PgConnection, names: &Names) -> Result<(), SchemaError> {
    let (login, statements): (String, Option<String>) = sqlx::query_as(include_str!("missing_rights.sql"))
        .bind(&names.shared)
        .bind(&names.own)
        .fetch_one(connection)
        .await?;
    statements.map_or(Ok(()), |statements| Err(Refusal::MissingRights { login, statements }.into()))
}

/// What a failed look or preparation means: a right that is denied all the same is refused, everything else stays what it
/// is.
pub(super) async fn explain(connection: &mut PgConnection, error: sqlx::Error) -> SchemaError {
    const INSUFFICIENT_PRIVILEGE: &str = "42501";
    let denied = error
        .as_database_error()
        .filter(|refused| refused.code().as_deref() == Some(INSUFFICIENT_PRIVILEGE))
        .map(|refused| refused.message().to_owned());
    let Some(reason) = denied else { return error.into() };
    match sqlx::query_scalar("SELECT current_user::text").fetch_one(connection).await {
        Ok(login) => Refusal::Denied { login, reason }.into(),
        Err(lost) => lost.into(),
    }
}

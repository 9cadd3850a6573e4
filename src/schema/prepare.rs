//! What stands before the first migration and the first step: a connection that is safe to work on, the server's role, the
//! schemas, the extension, and the list of migrations.

use sqlx::migrate::Migrate as _;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, PgConnection};

use super::error::SchemaError;
use super::names::Names;
use super::rights;

/// A connection that finds PostgreSQL's own functions and nobody else's: it may work as a superuser, and whoever may make
/// functions in a schema of its path could have them run by it.
pub(super) async fn connect(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    // A step that takes long is told by its words; pages of SQL in the log would say no more.
    let quiet = options.clone().disable_statement_logging();
    PgConnection::connect_with(&quiet.options([
        ("search_path", "pg_catalog,pg_temp"),
        // To compile the query of the state takes longer than to run it, as soon as somebody has a thousand tables.
        ("jit", "off"),
        // Whatever the login or the database is set to: a migration takes the time that it takes.
        ("statement_timeout", "0"),
        ("lock_timeout", "0"),
        ("idle_in_transaction_session_timeout", "0"),
    ]))
    .await
}

/// Makes what is missing. Safe to run again.
pub(super) async fn prepare(connection: &mut PgConnection, names: &Names) -> Result<(), SchemaError> {
    let prepared = connection.execute(sqlx::AssertSqlSafe(names.preparation())).await;
    if let Err(error) = prepared {
        return Err(rights::explain(connection, error).await);
    }
    connection.ensure_migrations_table(&names.ledger()).await?;
    connection.execute(sqlx::AssertSqlSafe(names.closing_of_the_ledger())).await?;
    Ok(())
}

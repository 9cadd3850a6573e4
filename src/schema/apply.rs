//! Applies what is missing.
//!
//! Promises: each migration in one transaction, in order, under the lock; nothing to do takes one look.
//! Trap: sqlx's own `run` takes a blocking lock and knows one `search_path` only, so its steps are driven one by one here.

use std::collections::BTreeMap;

use sqlx::migrate::{Migrate, Migration};
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, Executor, PgConnection};

use super::error::{Refusal, SchemaError};
use super::lock::{self, Turn};
use super::names::{Names, quoted};
use super::target::{self, Fills};

/// What [`migrate`] did.
#[derive(Debug, PartialEq, Eq)]
pub struct Migrated {
    /// The migrations applied now, as `number description`.
    pub applied: Vec<String>,
    /// Whether another server was migrating first.
    pub turn: Turn,
    /// Migrations of a newer program that this one doesn't know. It serves all the same: migrations only ever add.
    pub from_the_future: Vec<i64>,
}

/// Brings the database to the target schema, on a connection of its own that is closed afterwards.
pub async fn migrate(options: &PgConnectOptions) -> Result<Migrated, SchemaError> {
    let mut connection = PgConnection::connect_with(options).await?;
    let outcome = migrate_on(&mut connection).await;
    // Closing gives the lock back. A failed close has lost the connection, and with it the lock.
    let _ = connection.close().await;
    outcome
}

async fn migrate_on(connection: &mut PgConnection) -> Result<Migrated, SchemaError> {
    refuse_old_server(connection).await?;
    let names = Names::of_database(connection).await?;
    let mut turn = Turn::First;
    let mut known = applied_here(connection, &names).await?;
    if missing(&known)?.next().is_some() {
        turn = lock::take(connection).await?;
        known = applied_here(connection, &names).await?;
    }
    let applied = apply_missing(connection, &names, &known).await?;
    let from_the_future = known.into_keys().filter(|version| *version > target::latest_version()).collect();
    Ok(Migrated { applied, turn, from_the_future })
}

async fn apply_missing(
    connection: &mut PgConnection,
    names: &Names,
    known: &BTreeMap<i64, Vec<u8>>,
) -> Result<Vec<String>, SchemaError> {
    let todo: Vec<&Migration> = missing(known)?.collect();
    if todo.is_empty() {
        return Ok(Vec::new());
    }
    if known.is_empty() {
        refuse_foreign_tables(connection, names).await?;
    }
    prepare(connection, names).await?;
    let mut applied = Vec::new();
    for migration in todo {
        apply(connection, names, migration).await?;
        tracing::info!(version = migration.version, "migrated: {}", migration.description);
        applied.push(format!("{} {}", migration.version, migration.description));
    }
    Ok(applied)
}

/// The migrations that are not here yet; refuses where one that is here differs from ours.
fn missing(
    known: &BTreeMap<i64, Vec<u8>>,
) -> Result<impl Iterator<Item = &'static Migration> + use<'_>, Refusal> {
    for migration in target::migrations() {
        if known.get(&migration.version).is_some_and(|checksum| *checksum != *migration.checksum) {
            return Err(Refusal::Changed { version: migration.version });
        }
    }
    Ok(target::migrations().filter(|migration| !known.contains_key(&migration.version)))
}

/// The migrations that were applied to this database, by number. None where nothing of ours is here.
async fn applied_here(
    connection: &mut PgConnection,
    names: &Names,
) -> Result<BTreeMap<i64, Vec<u8>>, SchemaError> {
    let ledger: Option<String> = sqlx::query_scalar("SELECT to_regclass($1)::text")
        .bind(names.ledger())
        .fetch_one(&mut *connection)
        .await?;
    if ledger.is_none() {
        return Ok(BTreeMap::new());
    }
    let applied = connection.list_applied_migrations(&names.ledger()).await?;
    Ok(applied.into_iter().map(|migration| (migration.version, migration.checksum.into_owned())).collect())
}

async fn apply(
    connection: &mut PgConnection,
    names: &Names,
    migration: &Migration,
) -> Result<(), SchemaError> {
    let path = names.search_path(Fills::of(migration)?);
    sqlx::query("SELECT set_config('search_path', $1, false)").bind(path).execute(&mut *connection).await?;
    connection
        .apply(&names.ledger(), migration)
        .await
        .map_err(|source| SchemaError::Failed { version: migration.version, source })?;
    Ok(())
}

async fn prepare(connection: &mut PgConnection, names: &Names) -> Result<(), SchemaError> {
    let prepared = connection.execute(sqlx::AssertSqlSafe(names.preparation())).await;
    if let Err(error) = prepared {
        return Err(explain_preparation(connection, error).await);
    }
    connection.ensure_migrations_table(&names.ledger()).await?;
    let own = quoted(&names.own);
    let close_the_ledger = format!(
        "ALTER TABLE {own}._sqlx_migrations ENABLE ROW LEVEL SECURITY; REVOKE ALL ON {own}._sqlx_migrations FROM PUBLIC;
         DO $$ DECLARE outsider text; BEGIN
             FOR outsider IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
                 EXECUTE format('REVOKE ALL ON {own}._sqlx_migrations FROM %I', outsider);
             END LOOP;
         END $$"
    );
    connection.execute(sqlx::AssertSqlSafe(close_the_ledger)).await?;
    Ok(())
}

/// A login that lacks a right gets the statements to run; everything else stays what it is.
async fn explain_preparation(connection: &mut PgConnection, error: sqlx::Error) -> SchemaError {
    const INSUFFICIENT_PRIVILEGE: &str = "42501";
    let denied = error
        .as_database_error()
        .filter(|refused| refused.code().as_deref() == Some(INSUFFICIENT_PRIVILEGE))
        .map(|refused| refused.message().to_owned());
    let Some(reason) = denied else { return error.into() };
    match sqlx::query_as::<_, (String, String)>("SELECT current_user::text, current_database()::text")
        .fetch_one(connection)
        .await
    {
        Ok((login, database)) => Refusal::MayNotPrepare { login, database, reason }.into(),
        Err(lost) => lost.into(),
    }
}

async fn refuse_old_server(connection: &mut PgConnection) -> Result<(), SchemaError> {
    const OLDEST: i32 = 150_000;
    let (number, found): (i32, String) = sqlx::query_as(
        "SELECT current_setting('server_version_num')::integer, current_setting('server_version')",
    )
    .fetch_one(connection)
    .await?;
    if number < OLDEST { Err(Refusal::TooOld { found }.into()) } else { Ok(()) }
}

/// A fresh install needs its names free. What an older program left there is not ours to overwrite.
async fn refuse_foreign_tables(connection: &mut PgConnection, names: &Names) -> Result<(), SchemaError> {
    let tables: Option<String> = sqlx::query_scalar(
        "SELECT string_agg(c.relname, ', ' ORDER BY c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE n.nspname = $1 AND c.relname IN ('tenants', 'tenant_users', 'call_logs', 'appointments', 'weekly_analytics')",
    )
    .bind(&names.shared)
    .fetch_one(connection)
    .await?;
    tables.map_or(Ok(()), |tables| Err(Refusal::ForeignTables { tables }.into()))
}

/// Whether nothing is missing: one look, no change.
pub async fn is_current(options: &PgConnectOptions) -> Result<bool, SchemaError> {
    let mut connection = PgConnection::connect_with(options).await?;
    let names = Names::of_database(&mut connection).await?;
    let known = applied_here(&mut connection, &names).await?;
    // It was read only; a failed close loses nothing.
    let _ = connection.close().await;
    Ok(missing(&known)?.next().is_none())
}

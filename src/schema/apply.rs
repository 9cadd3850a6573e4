//! Applies what is missing.
//!
//! Promises: each migration in one transaction, in order, under the lock; nothing to do takes one look.
//! Trap: sqlx's own `run` takes a blocking lock and knows one `search_path` only, so its steps are driven one by one here.

use std::collections::BTreeMap;

use sqlx::migrate::{Migrate, MigrateError, Migration};
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, Executor, PgConnection};

use super::error::{Refusal, SchemaError};
use super::lock::{self, Turn};
use super::names::Names;
use super::rights;
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
    let mut connection = connect(options).await?;
    let outcome = match Names::of_database(&mut connection).await {
        Ok(names) => migrate_into(&mut connection, &names).await,
        Err(error) => Err(error),
    };
    // Closing gives the lock back. A failed close has lost the connection, and with it the lock.
    let _ = connection.close().await;
    outcome
}

/// A connection that finds PostgreSQL's own functions and nobody else's: it may work as a superuser, and whoever may make
/// functions in a schema of its path could have them run by it.
async fn connect(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    PgConnection::connect_with(&options.clone().options([("search_path", "pg_catalog,pg_temp")])).await
}

/// Builds the target schema under these names, for a comparison with what stands under the real ones. The connection is
/// good for nothing else afterwards: it keeps the lock and another `search_path`.
pub async fn migrate_into(connection: &mut PgConnection, names: &Names) -> Result<Migrated, SchemaError> {
    refuse_old_server(connection).await?;
    let mut turn = Turn::First;
    let mut known = applied_here(connection, names).await?;
    if missing(&known)?.next().is_some() {
        turn = lock::take(connection).await?;
        known = applied_here(connection, names).await?;
    }
    let applied = apply_missing(connection, names, &known).await?;
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
        refuse_foreign_schema(connection, names).await?;
        refuse_foreign_names(connection, names).await?;
    }
    rights::refuse_missing(connection, names).await?;
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
    let ledger = sqlx::query_scalar("SELECT to_regclass($1)::text")
        .bind(names.ledger())
        .fetch_one(&mut *connection)
        .await;
    let ledger: Option<String> = match ledger {
        Ok(ledger) => ledger,
        Err(error) => return Err(rights::explain(connection, error).await),
    };
    if ledger.is_none() {
        return Ok(BTreeMap::new());
    }
    let applied = match connection.list_applied_migrations(&names.ledger()).await {
        Ok(applied) => applied,
        Err(MigrateError::Execute(error)) => return Err(rights::explain(connection, error).await),
        Err(error) => return Err(error.into()),
    };
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
        return Err(rights::explain(connection, error).await);
    }
    connection.ensure_migrations_table(&names.ledger()).await?;
    connection.execute(sqlx::AssertSqlSafe(names.closing_of_the_ledger())).await?;
    Ok(())
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

/// A schema of our name that somebody else made stays theirs: they could put functions into it, and ours would call them.
async fn refuse_foreign_schema(connection: &mut PgConnection, names: &Names) -> Result<(), SchemaError> {
    let found: Option<(String, String)> = sqlx::query_as(
        "SELECT pg_get_userbyid(nspowner)::text, current_user::text FROM pg_namespace
          WHERE nspname = $1 AND pg_get_userbyid(nspowner) <> current_user",
    )
    .bind(&names.own)
    .fetch_optional(connection)
    .await?;
    found.map_or(Ok(()), |(owner, login)| {
        Err(Refusal::ForeignSchema { schema: names.own.clone(), owner, login }.into())
    })
}

/// A fresh install needs its names free. What an older program left there is not ours to overwrite.
async fn refuse_foreign_names(connection: &mut PgConnection, names: &Names) -> Result<(), SchemaError> {
    let found: Option<String> = sqlx::query_scalar(
        "SELECT string_agg(found.name, ', ' ORDER BY found.name)
           FROM (SELECT c.relname::text, c.relnamespace FROM pg_class c
                  WHERE c.relname IN ('tenants', 'tenant_users', 'call_logs', 'appointments', 'weekly_analytics')
                 UNION SELECT p.proname || '()', p.pronamespace FROM pg_proc p WHERE p.proname = 'get_tenant_by_phone')
                AS found (name, schema)
           JOIN pg_namespace n ON n.oid = found.schema
          WHERE n.nspname = $1",
    )
    .bind(&names.shared)
    .fetch_one(connection)
    .await?;
    found.map_or(Ok(()), |found| Err(Refusal::ForeignNames { found }.into()))
}

/// Whether nothing is missing: one look, no change.
pub async fn is_current(options: &PgConnectOptions) -> Result<bool, SchemaError> {
    let mut connection = connect(options).await?;
    let names = Names::of_database(&mut connection).await?;
    let known = applied_here(&mut connection, &names).await?;
    // It was read only; a failed close loses nothing.
    let _ = connection.close().await;
    Ok(missing(&known)?.next().is_none())
}

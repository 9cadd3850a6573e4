//! Applies what is missing.
//!
//! Promises: each migration in one transaction, in order, under the lock; nothing to do takes one look.
//! Trap: sqlx's own `run` takes a blocking lock and knows one `search_path` only, so its steps are driven one by one here.

use std::collections::BTreeMap;

use sqlx::migrate::{Migrate, MigrateError, Migration};
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, Executor, PgConnection};

use super::converge::{self, Approval};
use super::error::{Refusal, SchemaError};
use super::lock::{self, Turn};
use super::names::Names;
use super::national_phones;
use super::prepare::{connect, prepare};
use super::read::{self, Rows, Target};
use super::rights;
use super::standing::{Standing, keep_verified, standing};
use super::target::{self, Fills};

/// What [`migrate`] did.
#[derive(Debug, PartialEq, Eq)]
pub struct Migrated {
    /// The migrations applied now, as `number description`.
    pub applied: Vec<String>,
    /// The steps that were run to make right what stood, in words.
    pub steps: Vec<String>,
    /// Whether another server was migrating first.
    pub turn: Turn,
    /// Migrations of a newer program that this one doesn't know. It serves all the same: migrations only ever add.
    pub from_the_future: Vec<i64>,
    /// What the database was compared with; none where no comparison was needed.
    pub(super) target: Option<Target>,
}

impl Migrated {
    /// There was nothing to do.
    fn nothing(turn: Turn, known: BTreeMap<i64, Vec<u8>>) -> Self {
        let from_the_future = newer(known);
        Self { turn, applied: Vec::new(), steps: Vec::new(), from_the_future, target: None }
    }
}

/// Brings the database to the target schema, on a connection of its own that is closed afterwards. What waits for a person
/// is refused.
pub async fn migrate(options: &PgConnectOptions) -> Result<Migrated, SchemaError> {
    migrate_with(options, &Approval::None).await
}

/// The same, with somebody's approval.
pub async fn migrate_with(options: &PgConnectOptions, approval: &Approval) -> Result<Migrated, SchemaError> {
    let mut connection = connect(options).await?;
    let outcome = match Names::of_database(&mut connection).await {
        Ok(names) => bring(&mut connection, &names, approval).await,
        Err(error) => Err(error),
    };
    // Closing gives the lock back. A failed close has lost the connection, and with it the lock.
    let _ = connection.close().await;
    outcome
}

/// Looks first, and takes the lock only where something is to do.
async fn bring(
    connection: &mut PgConnection,
    names: &Names,
    approval: &Approval,
) -> Result<Migrated, SchemaError> {
    refuse_old_server(connection).await?;
    let known = applied_here(connection, names).await?;
    let is_complete = missing(&known)?.next().is_none();
    if is_complete {
        let found = read::read(connection, names, Rows::Unread).await?;
        if standing(connection, names, &found).await? == Standing::Verified {
            return Ok(Migrated::nothing(Turn::First, known));
        }
    }
    let turn = lock::take(connection).await?;
    let known = applied_here(connection, names).await?;
    let found = read::read(connection, names, Rows::Ignored).await?;
    let standing = standing(connection, names, &found).await?;
    let is_complete = missing(&known)?.next().is_none();
    if is_complete && standing == Standing::Verified {
        return Ok(Migrated::nothing(turn, known));
    }
    refuse_foreign_schema(connection, names).await?;
    rights::refuse_missing(connection, names).await?;
    let adopting = known.is_empty() && standing != Standing::Empty;
    let (applied, found) = if adopting || is_complete {
        (Vec::new(), Some(found))
    } else {
        (apply_what_is_missing(connection, names, &known).await?, None)
    };
    reset_path(connection).await?;
    let mut converged = converge::converge(connection, names, approval, found).await?;
    if !converged.done.is_empty() {
        converged.done.extend(national_phones::read(connection).await);
    }
    keep_verified(connection, &converged.found).await?;
    let target = Some(converged.target);
    Ok(Migrated { turn, applied, steps: converged.done, from_the_future: newer(known), target })
}

/// Applies the migrations that the list lacks. Where their objects stand all the same, the list is what is wrong, and the
/// comparison finds out.
async fn apply_what_is_missing(
    connection: &mut PgConnection,
    names: &Names,
    known: &BTreeMap<i64, Vec<u8>>,
) -> Result<Vec<String>, SchemaError> {
    match apply_missing(connection, names, known).await {
        Err(SchemaError::Failed { version, source }) if stands_already(&source) => {
            tracing::info!(version, "what this migration makes stands already; comparing instead");
            Ok(Vec::new())
        }
        outcome => outcome,
    }
}

/// Tables, columns, functions and other objects that exist.
fn stands_already(error: &MigrateError) -> bool {
    let (MigrateError::Execute(source) | MigrateError::ExecuteMigration(source, _)) = error else {
        return false;
    };
    let code = source.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| ["42P07", "42701", "42710", "42723"].contains(&code.as_ref()))
}

fn newer(known: BTreeMap<i64, Vec<u8>>) -> Vec<i64> {
    known.into_keys().filter(|version| *version > target::latest_version()).collect()
}

async fn reset_path(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    connection.execute("SET search_path = pg_catalog, pg_temp").await.map(|_| ())
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
    Ok(Migrated { applied, ..Migrated::nothing(turn, known) })
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
    // A list that lost a column tells nothing; it is made anew like any other table of ours.
    let ledger = sqlx::query_scalar(
        "SELECT min(attrelid::regclass::text) FROM pg_attribute
          WHERE attrelid = to_regclass($1) AND attname IN ('version', 'success', 'checksum') AND NOT attisdropped
         HAVING count(*) = 3",
    )
        .bind(names.ledger())
        .fetch_optional(&mut *connection)
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

/// Whether nothing is missing: one look, no change.
pub async fn is_current(options: &PgConnectOptions) -> Result<bool, SchemaError> {
    let mut connection = connect(options).await?;
    let names = Names::of_database(&mut connection).await?;
    let known = applied_here(&mut connection, &names).await?;
    // It was read only; a failed close loses nothing.
    let _ = connection.close().await;
    Ok(missing(&known)?.next().is_none())
}

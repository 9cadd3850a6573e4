//! Runs one step, in its manner.
//!
//! Promises: no statement waits for a lock for more than a quarter of a second at a time, so that nobody waits for longer
//! behind it; it is tried again. What is built CONCURRENTLY waits longer, for nobody waits behind that.
//! Doesn't: decide what a step is, or remember what ran: a step that broke off runs again from its beginning.

use std::time::Duration;

use sqlx::{Connection as _, Executor as _, PgConnection};

use super::error::SchemaError;
use super::names::literal;
use super::plan::{EVERY_ROW, Manner, Step};

const TRIES: usize = 120;
const PAUSE: Duration = Duration::from_millis(250);
/// 2 MB of a table: some thousand rows, written in a fraction of a second.
const BLOCKS_A_BATCH: i64 = 256;

/// In one message with its settings: an adoption is some hundred short transactions.
const BEGIN: &str = "BEGIN; SET LOCAL lock_timeout = '250ms'; SET LOCAL statement_timeout = 0; SET LOCAL TimeZone = 'UTC'; \
     SET LOCAL check_function_bodies = off; SET LOCAL search_path = pg_catalog, pg_temp";

/// Runs all its statements.
pub(super) async fn run_step(connection: &mut PgConnection, step: &Step) -> Result<(), SchemaError> {
    match run_in_manner(connection, step).await {
        Err(SchemaError::Step { words, source, .. }) if is_contention(&source) => {
            Err(SchemaError::Blocked { words, holders: holders(connection).await? })
        }
        outcome => outcome,
    }
}

/// Who is in a transaction at this moment. Only of its own sessions a plain login learns more than this.
async fn holders(connection: &mut PgConnection) -> Result<String, sqlx::Error> {
    let holders: Option<String> = sqlx::query_scalar(
        "SELECT string_agg(DISTINCT format('process %s of %s %s', a.pid, a.usename, a.application_name), ', ')
           FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
          WHERE l.granted AND l.locktype = 'relation' AND a.pid <> pg_backend_pid()
            AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())",
    )
    .fetch_one(connection)
    .await?;
    Ok(holders.unwrap_or_else(|| "nobody any more".to_owned()))
}

async fn run_in_manner(connection: &mut PgConnection, step: &Step) -> Result<(), SchemaError> {
    match &step.manner {
        Manner::Together => in_time(connection, step, &step.sql).await,
        Manner::Apart => {
            for statement in &step.sql {
                in_time(connection, step, std::slice::from_ref(statement)).await?;
            }
            Ok(())
        }
        Manner::Concurrently => concurrently(connection, step).await,
        Manner::InBatches(table) => in_batches(connection, step, table).await,
    }
}

/// One transaction, tried again while somebody else holds what it needs.
async fn in_time(
    connection: &mut PgConnection,
    step: &Step,
    statements: &[String],
) -> Result<(), SchemaError> {
    for attempt in 1.. {
        match try_all(connection, step, statements).await {
            Err(SchemaError::Step { source, .. }) if attempt < TRIES && is_contention(&source) => {
                if attempt == 1 {
                    tracing::info!("waiting for a lock that another session holds, to go on: {}", step.words);
                }
                tokio::time::sleep(PAUSE).await;
            }
            outcome => return outcome,
        }
    }
    Ok(())
}

async fn try_all(
    connection: &mut PgConnection,
    step: &Step,
    statements: &[String],
) -> Result<(), SchemaError> {
    let mut transaction = connection.begin_with(BEGIN).await?;
    for statement in statements {
        if let Err(failed) = execute(&mut transaction, step, statement).await {
            transaction.rollback().await?;
            return Err(failed);
        }
    }
    transaction.commit().await?;
    Ok(())
}

/// The first statement of such a step drops what a build that broke off has left, so it begins there again.
async fn concurrently(connection: &mut PgConnection, step: &Step) -> Result<(), SchemaError> {
    const BUILDS: usize = 4;
    // Each build waits so long for the transactions that were open when it began. It holds up no call meanwhile.
    connection.execute("SET lock_timeout = '20s'").await?;
    let mut outcome = Ok(());
    for attempt in 1..=BUILDS {
        outcome = build(connection, step).await;
        match &outcome {
            Err(SchemaError::Step { source, .. }) if attempt < BUILDS && is_contention(source) => {
                tracing::info!("waiting for a transaction that is open for long, to go on: {}", step.words);
            }
            Ok(()) | Err(_) => break,
        }
    }
    connection.execute("SET lock_timeout = 0").await?;
    outcome
}

async fn build(connection: &mut PgConnection, step: &Step) -> Result<(), SchemaError> {
    for statement in &step.sql {
        execute(connection, step, statement).await?;
    }
    Ok(())
}

/// The end is fixed at the beginning: a row that is written moves behind it, and needs no second visit.
async fn in_batches(connection: &mut PgConnection, step: &Step, table: &str) -> Result<(), SchemaError> {
    let size = format!(
        "SELECT pg_relation_size({}::regclass) / current_setting('block_size')::bigint",
        literal(table)
    );
    let blocks: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(size)).fetch_one(&mut *connection).await?;
    let mut from = 0;
    while from < blocks {
        let to = from + BLOCKS_A_BATCH;
        let part = format!("x.ctid >= '({from},0)' AND x.ctid < '({to},0)'");
        let statements: Vec<String> =
            step.sql.iter().map(|statement| statement.replace(EVERY_ROW, &part)).collect();
        in_time(connection, step, &statements).await?;
        from = to;
    }
    Ok(())
}

async fn execute(connection: &mut PgConnection, step: &Step, statement: &str) -> Result<(), SchemaError> {
    let ran = connection.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(statement.to_owned()))).await;
    ran.map(|_| ()).map_err(|source| SchemaError::Step {
        words: step.words.clone(),
        statement: statement.to_owned(),
        source,
    })
}

/// A lock that was not to be had, or two sessions that waited for each other.
fn is_contention(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| ["55P03", "40P01"].contains(&code.as_ref()))
}

/// A row that broke a rule was written while the rule was being made: a new plan takes it into account.
pub(super) fn met_a_new_row(error: &SchemaError) -> bool {
    const BROKEN_BY_ROWS: [&str; 5] = ["23502", "23503", "23505", "23514", "23P01"];
    let SchemaError::Step { source, .. } = error else { return false };
    let code = source.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| BROKEN_BY_ROWS.contains(&code.as_ref()))
}

//! Looks, counts and drops.
//!
//! Promises: one transaction, under the lock of the migration. It waits for a lock for less than half a second at a time,
//! and is tried again; what it counted is what goes. Whatever fails, nothing has changed.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgDatabaseError};
use sqlx::{Connection as _, Executor as _, PgConnection};

use super::super::ddl;
use super::super::error::{Refusal, SchemaError};
use super::super::lock;
use super::super::names::Names;
use super::super::prepare::connect;
use super::super::read::{self, Rows};
use super::super::{rights, snapshot};
use super::list::{Cleared, Counts, End, is_its_own_list, list};
use super::slate::Slate;
use super::{in_the_way, statements};

const TRIES: usize = 40;
const PAUSE: Duration = Duration::from_millis(250);
/// Where a policy hides rows all the same, counting fails instead of counting wrongly.
const SETTINGS: &str = "SET LOCAL lock_timeout = '400ms'; SET LOCAL row_security = off; SET LOCAL search_path = pg_catalog, pg_temp";

/// What somebody wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// To see what would go.
    Look,
    /// To have it dropped, with this many rows.
    Drop {
        /// As many as there are; else nothing is dropped.
        rows: i64,
    },
}

/// Drops what belongs to tenants, or shows it.
pub async fn clean_slate(options: &PgConnectOptions, wish: Wish) -> Result<Cleared, SchemaError> {
    let mut connection = connect(options).await?;
    let outcome = clear(&mut connection, wish).await;
    // Closing gives the lock back. A failed close has lost the connection, and with it the lock.
    let _ = connection.close().await;
    outcome
}

async fn clear(connection: &mut PgConnection, wish: Wish) -> Result<Cleared, SchemaError> {
    lock::take(connection).await?;
    let names = Names::of_database(connection).await?;
    for _ in 0..TRIES {
        match try_to_clear(connection, &names, wish).await {
            Err(SchemaError::Database(error)) if is_contention(&error) => {
                tokio::time::sleep(PAUSE).await;
            }
            Err(SchemaError::Database(error)) => return Err(explained(connection, error).await),
            outcome => return outcome,
        }
    }
    Err(Refusal::Busy.into())
}

async fn try_to_clear(
    connection: &mut PgConnection,
    names: &Names,
    wish: Wish,
) -> Result<Cleared, SchemaError> {
    let found = read::read(connection, names, Rows::Ignored).await?;
    let target = snapshot::target(names)?;
    let slate = Slate::of(&found, &target, names)?;
    if slate.is_empty() {
        return Ok(list(&slate, &Counts::default(), End::Nothing));
    }
    let mut transaction = connection.begin().await?;
    transaction.execute(SETTINGS).await?;
    if wish != Wish::Look {
        run(&mut transaction, statements::locks(&slate)).await?;
    }
    if !found.bypasses_row_security {
        run(&mut transaction, statements::before_counting(&slate)).await?;
    }
    let counts = count(&mut transaction, &slate).await?;
    in_the_way::refuse(&found, &slate, &counts)?;
    let shown = list(&slate, &counts, End::Shown);
    let end = match wish {
        Wish::Look | Wish::Drop { .. } if shown.going.is_empty() => End::Nothing,
        Wish::Look => End::Shown,
        Wish::Drop { rows } if rows != shown.rows => End::OtherNumber { told: rows },
        Wish::Drop { .. } => End::Dropped,
    };
    if end == End::Dropped {
        run(&mut transaction, statements::drops(&slate, &counts)).await?;
        transaction.commit().await?;
    } else {
        transaction.rollback().await?;
    }
    Ok(Cleared { end, ..shown })
}

async fn count(connection: &mut PgConnection, slate: &Slate<'_>) -> Result<Counts, sqlx::Error> {
    let mut counts = Counts::default();
    let tables = slate.tables.iter().chain(&slate.asides);
    for table in tables.filter(|table| !is_its_own_list(slate, table)) {
        let question = format!("SELECT count(*) FROM {}", ddl::relation(table));
        let rows = sqlx::query_scalar(sqlx::AssertSqlSafe(question)).fetch_one(&mut *connection).await?;
        counts.note(table, rows);
    }
    Ok(counts)
}

async fn run(connection: &mut PgConnection, statements: Vec<String>) -> Result<(), sqlx::Error> {
    for statement in statements {
        connection.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(statement))).await?;
    }
    Ok(())
}

fn is_one_of(codes: &[&str], error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| codes.contains(&code.as_ref()))
}

/// A lock that was not to be had, or two sessions that waited for each other.
fn is_contention(error: &sqlx::Error) -> bool {
    is_one_of(&["55P03", "40P01"], error)
}

/// What others have that needs something which goes, as the database tells it; or what the login lacks.
async fn explained(connection: &mut PgConnection, error: sqlx::Error) -> SchemaError {
    const DEPENDENT_OBJECTS_STILL_EXIST: &str = "2BP01";
    if !is_one_of(&[DEPENDENT_OBJECTS_STILL_EXIST], &error) {
        return rights::explain(connection, error).await;
    }
    let refused = error.as_database_error().and_then(|error| error.try_downcast_ref::<PgDatabaseError>());
    let detail = refused.and_then(PgDatabaseError::detail).unwrap_or_default();
    let found = detail.lines().map(str::to_owned).collect();
    Refusal::StillNeeded { found, statements: Vec::new() }.into()
}

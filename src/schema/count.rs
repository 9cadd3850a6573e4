//! Counts rows that only their tenants see.
//!
//! Promises: whoever owns a table whose row-level security is forced sees none of its rows, so each tenant's are counted as
//! that tenant, by the server's role, in a transaction that only reads. No number is told that could be too small: not
//! where a row may be without tenant, or its tenant unknown, or a policy not ours.
//! Doesn't: count for very many tenants, which would take long.

use sqlx::{Connection as _, Executor as _, PgConnection, Row as _};
use uuid::Uuid;

use super::catalogue::{Catalogue, Relation};
use super::ddl;
use super::legacy;
use super::names::{Names, literal};
use super::report::leads_to_tenants;

/// How many tenants are counted for.
const MOST: i64 = 500;

/// Adds what can be counted to a catalogue from which no step leads to the target any more.
pub(super) async fn count_by_tenant(connection: &mut PgConnection, names: &Names, found: &mut Catalogue) {
    // Whoever can't count the tenants doesn't see all of them.
    let tenants = found.relation(&names.shared, "tenants").and_then(|tenants| tenants.rows);
    if tenants.is_none_or(|tenants| tenants > MOST) {
        return;
    }
    let hidden: Vec<&mut Relation> =
        found.relations.iter_mut().filter(|table| table.schema == names.shared && is_hidden(table)).collect();
    if hidden.is_empty() {
        return;
    }
    // A login that may not become the server's role knows no number, which is no error.
    let Ok(counts) = counted(connection, &hidden).await else { return };
    for (table, rows) in hidden.into_iter().zip(counts) {
        table.rows = Some(rows);
    }
}

fn is_hidden(table: &Relation) -> bool {
    legacy::OURS.contains(&table.name.as_str())
        && table.rows.is_none()
        && table.forced
        && table.column("tenant_id").is_some_and(|column| column.required)
        && table.constraints.iter().any(|key| leads_to_tenants(key) && key.validated)
}

/// The rows of each table, in one look: a call that comes in meanwhile is no difference between two of them.
async fn counted(connection: &mut PgConnection, tables: &[&mut Relation]) -> Result<Vec<i64>, sqlx::Error> {
    let mut transaction = connection.begin().await?;
    transaction.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let tenants: Vec<Uuid> =
        sqlx::query_scalar("SELECT id FROM public.tenants").fetch_all(&mut *transaction).await?;
    transaction.execute("SET LOCAL ROLE switchboard_app").await?;
    // All in one message: the way to a hosted database is long.
    let script: String = tenants.iter().map(|tenant| as_tenant(*tenant, tables)).collect();
    let rows = sqlx::raw_sql(sqlx::AssertSqlSafe(script)).fetch_all(&mut *transaction).await?;
    transaction.rollback().await?;
    let mut sums = vec![0; tables.len()];
    for row in rows {
        for (place, sum) in sums.iter_mut().enumerate() {
            *sum += row.try_get::<i64, _>(place)?;
        }
    }
    Ok(sums)
}

/// Becomes a tenant, and counts its rows: a column for each table.
fn as_tenant(tenant: Uuid, tables: &[&mut Relation]) -> String {
    let tenant = literal(&tenant.to_string());
    let count = |table: &&mut Relation| {
        format!("(SELECT count(*) FROM {} WHERE tenant_id = {tenant})", ddl::relation(table))
    };
    let counts: Vec<String> = tables.iter().map(count).collect();
    format!(
        "DO $do$ BEGIN PERFORM switchboard.set_tenant({tenant}); END $do$; SELECT {};\n",
        counts.join(", ")
    )
}

//! Counts rows that only their tenants see.
//!
//! Promises: whoever owns a table whose row-level security is forced sees none of its rows, so each tenant's are counted as
//! that tenant, by the server's role, in a transaction that only reads. No number is told that could be too small: not
//! where a row may be without tenant, or its tenant unknown, or a policy not ours.
//! Doesn't: count for very many tenants, which would take long.

use sqlx::{Connection as _, Executor as _, PgConnection};
use uuid::Uuid;

use super::catalogue::{Catalogue, Relation};
use super::ddl;
use super::legacy;
use super::names::Names;
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
    let hidden: Vec<usize> = (0..)
        .zip(&found.relations)
        .filter(|(_, table)| table.schema == names.shared && is_hidden(table))
        .map(|(place, _)| place)
        .collect();
    for place in hidden {
        let Some(table) = found.relations.get_mut(place) else { continue };
        // A login that may not become the server's role knows no number, which is no error.
        table.rows = counted(connection, table).await.ok();
    }
}

fn is_hidden(table: &Relation) -> bool {
    legacy::OURS.contains(&table.name.as_str())
        && table.rows.is_none()
        && table.forced
        && table.column("tenant_id").is_some_and(|column| column.required)
        && table.constraints.iter().any(|key| leads_to_tenants(key) && key.validated)
}

async fn counted(connection: &mut PgConnection, table: &Relation) -> Result<i64, sqlx::Error> {
    let mut transaction = connection.begin().await?;
    // One look at all of it: a call that comes in meanwhile is no difference between two tables.
    transaction.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let tenants: Vec<Uuid> =
        sqlx::query_scalar("SELECT id FROM public.tenants").fetch_all(&mut *transaction).await?;
    transaction.execute("SET LOCAL ROLE switchboard_app").await?;
    let count = format!("SELECT count(*) FROM {} WHERE tenant_id = $1", ddl::relation(table));
    let mut rows = 0;
    for tenant in tenants {
        sqlx::query("SELECT switchboard.set_tenant($1)").bind(tenant).execute(&mut *transaction).await?;
        let of_tenant: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(count.clone()))
            .bind(tenant)
            .fetch_one(&mut *transaction)
            .await?;
        rows += of_tenant;
    }
    transaction.rollback().await?;
    Ok(rows)
}

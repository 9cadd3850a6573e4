//! Tries everything, and tells what got through.

use std::collections::BTreeMap;

use axum::body::{Body, to_bytes};
use sqlx::postgres::{PgConnectOptions, PgPoolCopyExt as _, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection};
use uuid::Uuid;

use super::attempts::{self, Attempt, Outcome};
use super::rows::{TwoTenants, insert};
use super::tenant_tables::TenantTable;

/// One sentence for each attempt that succeeded, on any of the tables. `superuser` leads to the database, past all
/// policies; the attempts are made as the role that the server works as.
pub(crate) async fn breaches(
    superuser: &PgConnectOptions,
    tenants: &TwoTenants,
    tables: &[TenantTable],
) -> Vec<String> {
    let mut observer = superuser.connect().await.unwrap();
    let mut intruder = superuser.clone().options([("role", "switchboard_app")]).connect().await.unwrap();
    let before = rows_of(&mut observer, tenants, tenants.other).await;
    let mut found = Vec::new();
    for table in tables {
        for attempt in attempts::of_a_tenant(tenants, table) {
            found.extend(made(&mut intruder, Some(tenants.acting), &attempt).await);
        }
        for attempt in attempts::of_nobody(tenants, table) {
            found.extend(made(&mut intruder, None, &attempt).await);
        }
        found.extend(copied_out(superuser, tenants, table).await);
        found.extend(copied_in(&mut intruder, tenants, table).await);
        found.extend(pointed_across(&mut observer, tenants, table).await);
    }
    let after = rows_of(&mut observer, tenants, tenants.other).await;
    for (table, rows) in before {
        if after[&table] != rows {
            found.push(format!("the other tenant's rows in {table} are not what they were"));
        }
    }
    found
}

/// What a transaction of this tenant, or of none, gets out of an attempt. It commits: what succeeds has consequences.
async fn made(connection: &mut PgConnection, tenant: Option<Uuid>, attempt: &Attempt) -> Option<String> {
    let outcome = run(connection, tenant, &attempt.statements).await;
    if attempt.is_held_off(&outcome) {
        return None;
    }
    let whose = tenant.map_or("without a tenant", |_| "for another tenant");
    Some(format!("{whose}: {}\n  ended with {outcome:?}", attempt.statements))
}

async fn run(connection: &mut PgConnection, tenant: Option<Uuid>, statements: &str) -> Outcome {
    let mut transaction = connection.begin().await.unwrap();
    if let Some(tenant) = tenant {
        set_tenant(&mut transaction, tenant).await;
    }
    let touched = sqlx::raw_sql(AssertSqlSafe(statements.to_owned())).execute(&mut *transaction).await;
    match touched {
        Ok(touched) => {
            transaction.commit().await.map_err(|error| sqlstate(&error))?;
            Ok(touched.rows_affected())
        }
        Err(error) => {
            transaction.rollback().await.unwrap();
            Err(sqlstate(&error))
        }
    }
}

pub(crate) async fn set_tenant(connection: &mut PgConnection, tenant: Uuid) {
    sqlx::query("SELECT switchboard.set_tenant($1)").bind(tenant).execute(connection).await.unwrap();
}

/// The SQLSTATE of a refusal.
#[track_caller]
pub(crate) fn sqlstate(error: &sqlx::Error) -> String {
    let refusal =
        error.as_database_error().unwrap_or_else(|| panic!("not a word from the database: {error}"));
    refusal.code().unwrap().into_owned()
}

async fn copied_out(
    superuser: &PgConnectOptions,
    tenants: &TwoTenants,
    table: &TenantTable,
) -> Option<String> {
    let acting = tenants.acting.to_string();
    let session =
        superuser.clone().options([("role", "switchboard_app"), ("switchboard.tenant_id", &acting)]);
    let pool = PgPoolOptions::new().max_connections(1).connect_with(session).await.unwrap();
    let statement = format!("COPY {} TO STDOUT", table.name);
    let outcome = match pool.copy_out_raw(&statement).await {
        Ok(lines) => Ok(to_bytes(Body::from_stream(lines), usize::MAX).await.unwrap()),
        Err(error) => Err(sqlstate(&error)),
    };
    pool.close().await;
    let is_held_off = match &outcome {
        Ok(copied) => {
            let copied = String::from_utf8_lossy(copied);
            copied.contains(&acting) && !copied.contains(&tenants.other.to_string())
        }
        Err(code) => code == "42501",
    };
    (!is_held_off).then(|| format!("{statement}\n  ended with {outcome:?}"))
}

async fn copied_in(
    connection: &mut PgConnection,
    tenants: &TwoTenants,
    table: &TenantTable,
) -> Option<String> {
    let mut transaction = connection.begin().await.unwrap();
    set_tenant(&mut transaction, tenants.acting).await;
    let statement = format!("COPY {} ({}) FROM STDIN", table.name, table.tenant_column);
    let outcome = match transaction.copy_in_raw(&statement).await {
        Ok(mut lines) => {
            lines.send(format!("{}\n", tenants.other).into_bytes()).await.unwrap();
            lines.finish().await.map_err(|error| sqlstate(&error))
        }
        Err(error) => Err(sqlstate(&error)),
    };
    transaction.rollback().await.unwrap();
    // PostgreSQL has no COPY FROM under row-level security at all.
    let is_held_off = matches!(&outcome, Err(code) if ["42501", "0A000"].contains(&code.as_str()));
    (!is_held_off).then(|| format!("{statement}\n  ended with {outcome:?}"))
}

/// Keys hold whoever writes, a superuser too.
async fn pointed_across(
    superuser: &mut PgConnection,
    tenants: &TwoTenants,
    table: &TenantTable,
) -> Vec<String> {
    let mut found = Vec::new();
    for (key, row) in attempts::references_across(tenants, table) {
        let outcome = run(superuser, None, &insert(table, &row)).await;
        if outcome != Err("23503".to_owned()) {
            found.push(format!("{key} lets a row point at another tenant's: {outcome:?}"));
        }
    }
    found
}

/// Each table's rows of one tenant, as one text.
async fn rows_of(
    observer: &mut PgConnection,
    tenants: &TwoTenants,
    tenant: Uuid,
) -> BTreeMap<String, Option<String>> {
    let mut rows = BTreeMap::new();
    for table in &tenants.tables {
        let (name, tenant_column) = (&table.name, &table.tenant_column);
        let query = format!(
            "SELECT string_agg(row::text, E'\\n' ORDER BY row::text) FROM {name} row WHERE {tenant_column} = $1"
        );
        let text =
            sqlx::query_scalar(AssertSqlSafe(query)).bind(tenant).fetch_one(&mut *observer).await.unwrap();
        rows.insert(name.clone(), text);
    }
    rows
}

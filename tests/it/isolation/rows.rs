//! Rows of two tenants for every table, made up from the catalogue.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::tenant_tables::{Column, TenantTable};

/// A row: its columns, each with an expression that gives its value.
pub(crate) type Row = BTreeMap<String, String>;

/// Two tenants with a row each in every table.
#[derive(Debug)]
pub(crate) struct TwoTenants {
    /// Who acts.
    pub(crate) acting: Uuid,
    /// Whose rows must stay as they are and unseen.
    pub(crate) other: Uuid,
    pub(crate) tables: Vec<TenantTable>,
    rows: BTreeMap<(String, Uuid), Row>,
}

impl TwoTenants {
    /// Fills the database through a connection that no policy binds.
    pub(crate) async fn fill(connection: &mut PgConnection) -> Self {
        let mut tenants = Self {
            acting: Uuid::now_v7(),
            other: Uuid::now_v7(),
            tables: TenantTable::all(connection).await,
            rows: BTreeMap::new(),
        };
        for table in tenants.tables.clone() {
            for tenant in [tenants.acting, tenants.other] {
                let row = tenants.new_row(&table, tenant);
                let filled =
                    sqlx::raw_sql(AssertSqlSafe(insert(&table, &row))).execute(&mut *connection).await;
                if let Err(error) = filled {
                    panic!("{} can't be filled, teach `sample` what it takes: {error}\n{row:#?}", table.name);
                }
                tenants.rows.insert((table.name.clone(), tenant), row);
            }
        }
        tenants
    }

    /// The row that the tenant has in the table.
    pub(crate) fn row(&self, table: &str, tenant: Uuid) -> &Row {
        &self.rows[&(table.to_owned(), tenant)]
    }

    /// Another row that the table would take for the tenant. It names what an INSERT has to name, and all that keys and
    /// references are made of.
    pub(crate) fn new_row(&self, table: &TenantTable, tenant: Uuid) -> Row {
        let number = u32::try_from(self.rows.len()).unwrap();
        let mut row = Row::new();
        for column in &table.columns {
            let in_key = table.unique_keys.iter().flatten().any(|name| *name == column.name);
            if column.name == table.tenant_column {
                row.insert(column.name.clone(), format!("'{tenant}'::uuid"));
            } else if column.is_required || in_key {
                row.insert(column.name.clone(), sample(table, column, number));
            }
        }
        for reference in table.references.iter().filter(|to| to.table != table.name) {
            // A key to a table without tenants has nothing to give away; a tenant's own rows come from its own.
            let Some(parent) = self.rows.get(&(reference.table.clone(), tenant)) else { continue };
            for (here, there) in &reference.columns {
                row.insert(here.clone(), parent[there].clone());
            }
        }
        row
    }
}

/// The statement that makes the row.
pub(crate) fn insert(table: &TenantTable, row: &Row) -> String {
    let columns: Vec<&str> = row.keys().map(String::as_str).collect();
    let values: Vec<&str> = row.values().map(String::as_str).collect();
    format!("INSERT INTO {} ({}) VALUES ({})", table.name, columns.join(", "), values.join(", "))
}

/// A value that no other row has. `number` grows; a later column holds a later time.
fn sample(table: &TenantTable, column: &Column, number: u32) -> String {
    if let Some(word) = &column.word {
        return format!("'{word}'");
    }
    let random = Uuid::now_v7();
    let days = number * 40 + column.place;
    match (column.name.as_str(), column.kind.as_str()) {
        ("phone_number", "text") => format!("'+1214555{number:04}'"),
        ("account_sid", "text") => format!("'AC{}'", random.simple()),
        (name, "text") => format!("'{name}-{random}'"),
        (_, "uuid") => format!("'{random}'::uuid"),
        (_, "bytea") => format!("sha256('{random}'::bytea)"),
        (_, "timestamp with time zone") => {
            format!("timestamptz '2026-03-01 12:00Z' + interval '{days} days'")
        }
        (_, "date") => format!("date '2026-03-02' + {days}"),
        (_, "boolean") => "false".to_owned(),
        (_, "smallint" | "integer" | "bigint" | "numeric") => number.to_string(),
        (_, "jsonb") => "'{}'::jsonb".to_owned(),
        (name, kind) => panic!("{}.{name} is of a kind that has no sample yet: {kind}", table.name),
    }
}

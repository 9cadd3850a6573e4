//! What one tenant may try on another's rows, for any table.

use uuid::Uuid;

use super::rows::{Row, TwoTenants, insert};
use super::tenant_tables::TenantTable;

/// Privileges, policies and `row_security = off` all answer with this.
const DENIED: &str = "42501";
const FOREIGN_KEY_VIOLATION: &str = "23503";

/// Statements, and how they end where tenants are kept apart. A table that the role has no grant on denies everything.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    pub(crate) statements: String,
    end: End,
}

#[derive(Clone, Copy, Debug)]
enum End {
    /// Finds, or changes, no row.
    Nothing,
    /// The one row of whoever acts.
    OwnRow,
    Denied,
    BrokenKey,
}

/// How statements ended: how many rows they touched, or an SQLSTATE.
pub(crate) type Outcome = Result<u64, String>;

impl Attempt {
    fn new(end: End, statements: impl Into<String>) -> Self {
        Self { statements: statements.into(), end }
    }

    /// Whether it ended as it should.
    pub(crate) fn is_held_off(&self, outcome: &Outcome) -> bool {
        match (self.end, outcome) {
            (_, Err(code)) if code == DENIED => true,
            (End::Nothing, Ok(rows)) => *rows == 0,
            (End::OwnRow, Ok(rows)) => *rows == 1,
            (End::BrokenKey, Err(code)) => code == FOREIGN_KEY_VIOLATION,
            (End::Denied | End::BrokenKey, Ok(_)) | (End::Nothing | End::OwnRow | End::Denied, Err(_)) => {
                false
            }
        }
    }
}

/// All that the acting tenant may try on the table.
pub(crate) fn of_a_tenant(tenants: &TwoTenants, table: &TenantTable) -> Vec<Attempt> {
    let (name, tenant_column) = (&table.name, &table.tenant_column);
    let (own, other) = (literal(tenants.acting), literal(tenants.other));
    let others_row = tenants.row(name, tenants.other);
    let is_other = format!("{tenant_column} = {other}");
    let mut attempts = vec![
        Attempt::new(End::OwnRow, format!("SELECT FROM {name}")),
        Attempt::new(End::Nothing, format!("SELECT FROM {name} WHERE {is_other}")),
        Attempt::new(End::Nothing, format!("SELECT FROM {name} WHERE {tenant_column} <> {own}")),
        Attempt::new(End::Nothing, format!("SELECT FROM {name} WHERE {is_other} FOR UPDATE")),
        Attempt::new(End::Nothing, format!("SELECT FROM {name} WHERE {is_other} FOR KEY SHARE")),
        Attempt::new(End::Denied, format!("SET LOCAL row_security = off; SELECT FROM {name}")),
        Attempt::new(End::Denied, insert(table, &tenants.new_row(table, tenants.other))),
        Attempt::new(End::OwnRow, format!("UPDATE {name} SET {tenant_column} = {tenant_column}")),
        Attempt::new(End::Nothing, format!("UPDATE {name} SET {tenant_column} = {own} WHERE {is_other}")),
        Attempt::new(End::Nothing, format!("UPDATE {name} SET {tenant_column} = {other} WHERE {is_other}")),
        Attempt::new(End::Denied, format!("UPDATE {name} SET {tenant_column} = {other}")),
        Attempt::new(End::Nothing, format!("DELETE FROM {name} WHERE {is_other}")),
        Attempt::new(End::Denied, format!("TRUNCATE {name}")),
        Attempt::new(End::Denied, format!("TRUNCATE {name} CASCADE")),
        Attempt::new(End::Denied, format!("ALTER TABLE {name} DISABLE ROW LEVEL SECURITY")),
        Attempt::new(End::Denied, format!("ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY")),
        Attempt::new(End::Denied, format!("CREATE POLICY open ON {name} USING (true)")),
        Attempt::new(End::Denied, format!("DROP TABLE {name} CASCADE")),
    ];
    for key in &table.unique_keys {
        let same_key = format!("ON CONFLICT ({}) DO UPDATE SET {tenant_column} = {own}", key.join(", "));
        attempts.push(Attempt::new(End::Denied, format!("{} {same_key}", insert(table, others_row))));
        attempts
            .push(Attempt::new(End::Denied, format!("{} ON CONFLICT DO NOTHING", insert(table, others_row))));
        if !key.contains(tenant_column) {
            // A key without the tenant in it belongs to whoever was first: the other's stays the other's.
            let mut taken = tenants.new_row(table, tenants.acting);
            for column in key {
                taken.insert(column.clone(), others_row[column].clone());
            }
            attempts.push(Attempt::new(End::Denied, format!("{} {same_key}", insert(table, &taken))));
        }
    }
    attempts.extend(
        references_across(tenants, table)
            .into_iter()
            .map(|(_, row)| Attempt::new(End::BrokenKey, insert(table, &row))),
    );
    attempts
}

/// All that nobody in particular may try on the table.
pub(crate) fn of_nobody(tenants: &TwoTenants, table: &TenantTable) -> Vec<Attempt> {
    let (name, tenant_column) = (&table.name, &table.tenant_column);
    vec![
        Attempt::new(End::Nothing, format!("SELECT FROM {name}")),
        Attempt::new(End::Denied, insert(table, &tenants.new_row(table, tenants.acting))),
        Attempt::new(End::Nothing, format!("UPDATE {name} SET {tenant_column} = {tenant_column}")),
        Attempt::new(End::Nothing, format!("DELETE FROM {name}")),
        Attempt::new(End::Denied, format!("TRUNCATE {name} CASCADE")),
    ]
}

/// Rows of the acting tenant that point at the other's, one for each foreign key between tables of tenants, with its name.
pub(crate) fn references_across(tenants: &TwoTenants, table: &TenantTable) -> Vec<(String, Row)> {
    let mut rows = Vec::new();
    for reference in &table.references {
        let Some(target) = tenants.tables.iter().find(|target| target.name == reference.table) else {
            continue;
        };
        let beyond_the_tenant: Vec<&(String, String)> =
            reference.columns.iter().filter(|(_, there)| *there != target.tenant_column).collect();
        if beyond_the_tenant.is_empty() {
            continue;
        }
        let foreign = tenants.row(&target.name, tenants.other);
        let mut row = tenants.new_row(table, tenants.acting);
        for (here, there) in beyond_the_tenant {
            row.insert(here.clone(), foreign[there].clone());
        }
        rows.push((reference.name.clone(), row));
    }
    rows
}

fn literal(tenant: Uuid) -> String {
    format!("'{tenant}'::uuid")
}

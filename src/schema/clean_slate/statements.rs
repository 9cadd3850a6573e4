//! The statements that drop a slate, in order.
//!
//! Promises: none of them says CASCADE, so that the database refuses where something of others was overlooked.

use super::super::ddl;
use super::super::names::quoted;
use super::list::Counts;
use super::slate::Slate;

/// Lets the owner see every row of a forced table; part of the same transaction, so that a refusal takes it back.
pub(super) fn before_counting(slate: &Slate<'_>) -> Vec<String> {
    let forced = slate.tables.iter().chain(&slate.asides).filter(|table| table.forced);
    forced.map(|table| ddl::alter(table, "NO FORCE ROW LEVEL SECURITY")).collect()
}

/// Keeps everybody else out until the end.
pub(super) fn locks(slate: &Slate<'_>) -> Vec<String> {
    let tables = slate.tables.iter().chain(&slate.asides).chain(&slate.neighbours);
    let names: Vec<String> = tables.map(|table| ddl::relation(table)).collect();
    if names.is_empty() {
        return Vec::new();
    }
    vec![format!("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE", names.join(", "))]
}

/// Drops all of it but what was renamed aside and holds rows.
pub(super) fn drops(slate: &Slate<'_>, counts: &Counts) -> Vec<String> {
    let (kept, empty): (Vec<_>, Vec<_>) = slate.asides.iter().partition(|aside| counts.holds_rows(aside));
    let mut sql = Vec::new();
    for table in slate.tables.iter().chain(&empty) {
        // Policies call functions, and functions take rows of tables.
        sql.extend(table.policies.iter().map(|policy| ddl::drop_policy(table, &policy.name)));
        let triggers = table.triggers.iter();
        sql.extend(triggers.map(|trigger| ddl::drop_trigger(table, &trigger.name)));
    }
    for aside in kept.iter().filter(|aside| aside.schema == slate.names.own) {
        sql.extend(aside.policies.iter().map(|policy| ddl::drop_policy(aside, &policy.name)));
    }
    for aside in &kept {
        let leads_to_what_goes =
            |table: &String| slate.tables.iter().chain(&empty).any(|going| going.full_name() == *table);
        let keys =
            aside.constraints.iter().filter(|key| key.references.as_ref().is_some_and(leads_to_what_goes));
        sql.extend(keys.map(|key| ddl::drop_constraint(aside, &key.name)));
        if aside.forced && aside.schema == slate.names.shared {
            sql.push(ddl::alter(aside, "FORCE ROW LEVEL SECURITY"));
        }
    }
    sql.extend(slate.views.iter().map(|view| ddl::drop_relation(view)));
    sql.extend(slate.neighbours.iter().map(|table| ddl::alter(table, "DROP COLUMN tenant_id")));
    sql.extend(all_at_once("ROUTINE", slate.functions.iter().map(|function| function.signature.clone())));
    let tables = slate.tables.iter().chain(&empty).map(|table| ddl::relation(table));
    sql.extend(all_at_once("TABLE", tables));
    // Most sequences belong to a column, and are gone by now.
    sql.extend(
        slate
            .others
            .iter()
            .map(|other| format!("DROP {} IF EXISTS {}", ddl::kind(other.kind), ddl::relation(other))),
    );
    let types = slate.types.iter().map(|name| ddl::name(&slate.names.own, name));
    sql.extend(all_at_once("TYPE", types));
    if slate.has_schema && !kept.iter().any(|aside| aside.schema == slate.names.own) {
        sql.push(format!("DROP SCHEMA {}", quoted(&slate.names.own)));
    }
    sql
}

/// In one statement, because they need each other.
fn all_at_once(kind: &str, names: impl Iterator<Item = String>) -> Option<String> {
    let names: Vec<String> = names.collect();
    (!names.is_empty()).then(|| format!("DROP {kind} {}", names.join(", ")))
}

//! The rows of a table that was renamed aside, put into the one that took its place.
//!
//! Promises: an id that is no UUID gets one that is computed from it, so that links can be computed too; the audit keeps both.

use super::super::catalogue::{Column, Relation};
use super::super::conversion::{UUID, conversion};
use super::super::ddl;
use super::super::names::{literal, quoted};
use super::names::{ZONES, meaning};

/// Copies what the old table knows of each of our columns.
pub(in super::super) fn copy(wanted: &Relation, old: &Relation, aside: &str) -> Vec<String> {
    let from = ddl::name(&old.schema, aside);
    let known: Vec<(String, String)> = wanted
        .columns
        .iter()
        .filter_map(|column| Some((quoted(&column.name), with_default(value(wanted, old, column)?, column))))
        .collect();
    let names: Vec<&str> = known.iter().map(|(name, _)| name.as_str()).collect();
    let values: Vec<&str> = known.iter().map(|(_, value)| value.as_str()).collect();
    let mut statements = vec![format!(
        "{ZONES} INSERT INTO {} ({}) SELECT {} FROM {from} x",
        ddl::relation(wanted),
        names.join(", "),
        values.join(", ")
    )];
    if old.column("id").is_some_and(|id| id.kind != "uuid") {
        statements.push(format!(
            "INSERT INTO switchboard.migration_audit (relation, decision, detail) \
             SELECT {}, 'row copied with a new id', jsonb_build_object('was', x.id, 'id', {}) FROM {from} x",
            literal(&wanted.full_name()),
            computed(&wanted.name, "x.id")
        ));
    }
    statements
}

fn with_default(value: String, column: &Column) -> String {
    match &column.default {
        Some(default) => format!("coalesce({value}, {default})"),
        None => value,
    }
}

fn value(wanted: &Relation, old: &Relation, column: &Column) -> Option<String> {
    let name = format!("x.{}", quoted(&column.name));
    let Some(found) = old.column(&column.name) else { return meaning(old, &wanted.name, &column.name) };
    if found.kind == column.kind {
        return Some(name);
    }
    match column.name.as_str() {
        "id" => Some(computed(&wanted.name, &name)),
        "tenant_id" => Some(format!(
            "coalesce(CASE WHEN {name}::text ~ {UUID} THEN {name}::text::uuid END, (SELECT t.id FROM public.tenants t WHERE t.slug = {name}::text LIMIT 1))"
        )),
        "call_log_id" => Some(computed("call_logs", &name)),
        _ => {
            let using = conversion(&name, &found.kind, &column.kind)?;
            let converted = using
                .strip_prefix(" USING ")
                .map_or_else(|| format!("{name}::{}", column.kind), str::to_owned);
            Some(
                if found.kind.starts_with("timestamp without") && column.kind == "timestamp with time zone" {
                    format!("{name} AT TIME ZONE 'UTC'")
                } else {
                    converted
                },
            )
        }
    }
}

/// The same old id gives the same new one, wherever it stands.
fn computed(table: &str, id: &str) -> String {
    format!("md5({} || {id}::text)::uuid", literal(&format!("{table}:")))
}

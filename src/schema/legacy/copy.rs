//! The rows of a table that was renamed aside, put into the one that took its place.
//!
//! Promises: an id that is no UUID gets one that is computed from it, so that links can be computed too; the audit keeps both.

use super::super::catalogue::{Column, ConstraintKind, Relation, RelationKind};
use super::super::conversion::{UUID, conversion};
use super::super::ddl;
use super::super::names::{literal, quoted};
use super::super::plan::EVERY_ROW;
use super::names::{meaning, with_zones};

/// Copies what the old table knows of each of our columns: each row that is not there yet, where that can be told.
pub(in super::super) fn copy(wanted: &Relation, old: &Relation) -> Vec<String> {
    let known: Vec<(String, String)> = wanted
        .columns
        .iter()
        .filter_map(|column| Some((quoted(&column.name), with_default(value(wanted, old, column)?, column))))
        .collect();
    let names: Vec<&str> = known.iter().map(|(name, _)| name.as_str()).collect();
    let values: Vec<&str> = known.iter().map(|(_, value)| value.as_str()).collect();
    let mut statement = format!(
        "INSERT INTO {} ({}) SELECT {} FROM {} x",
        ddl::relation(wanted),
        names.join(", "),
        values.join(", "),
        ddl::relation(old)
    );
    // Without a default: what differs from row to row could be looked for in no index.
    let id = wanted.column("id").and_then(|id| value(wanted, old, id));
    if let Some(id) = id.filter(|_| has_unique_ids(old)) {
        let there = format!("SELECT FROM {} there WHERE there.id = {id}", ddl::relation(wanted));
        statement = format!("{statement} WHERE {EVERY_ROW} AND NOT EXISTS ({there})");
    }
    vec![with_zones(&statement)]
}

/// Keeps both ids of each row whose id is a new one.
pub(in super::super) fn copied_ids(wanted: &Relation, old: &Relation) -> Vec<String> {
    if old.column("id").is_none_or(|id| id.kind == "uuid") {
        return Vec::new();
    }
    vec![format!(
        "INSERT INTO switchboard.migration_audit (relation, decision, detail) \
         SELECT {}, 'row copied with a new id', jsonb_build_object('was', x.id, 'id', {}) FROM {} x",
        literal(&wanted.full_name()),
        computed(&wanted.name, "x.id"),
        ddl::relation(old)
    )]
}

/// Whether no two rows of a plain table have one id, so that a row that was copied can be told from one that was not.
pub(in super::super) fn has_unique_ids(old: &Relation) -> bool {
    old.kind == RelationKind::Table
        && old.column("id").is_some_and(|id| id.required)
        && old.constraints.iter().any(|key| {
            matches!(key.kind, ConstraintKind::Primary | ConstraintKind::Unique) && key.columns == ["id"]
        })
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

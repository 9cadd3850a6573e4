//! The statements that make, change and drop objects of a catalogue.
//!
//! Promises: every name is quoted and spelt in full.
//! Doesn't: decide which of them are needed.

use std::collections::BTreeSet;

use super::catalogue::{Column, Constraint, Function, Index, Policy, Relation, RelationKind};
use super::names::quoted;

/// Whom hosted services let in from the outside.
pub(super) const OUTSIDERS: [&str; 3] = ["PUBLIC", "anon", "authenticated"];

pub(super) fn name(schema: &str, name: &str) -> String {
    format!("{}.{}", quoted(schema), quoted(name))
}

pub(super) fn relation(relation: &Relation) -> String {
    name(&relation.schema, &relation.name)
}

/// A role as SQL takes it.
pub(super) fn role(role: &str) -> String {
    if role == "PUBLIC" { role.to_owned() } else { quoted(role) }
}

pub(super) fn alter(table: &Relation, action: &str) -> String {
    format!("ALTER TABLE {} {action}", relation(table))
}

pub(super) fn column(column: &Column) -> String {
    let default = column.default.as_ref().map(|value| format!(" DEFAULT {value}")).unwrap_or_default();
    let required = if column.required { " NOT NULL" } else { "" };
    format!("{} {}{default}{required}", quoted(&column.name), column.kind)
}

pub(super) fn create_table(table: &Relation) -> String {
    let columns: Vec<String> = table.columns.iter().map(column).collect();
    let options = if table.options.is_empty() {
        String::new()
    } else {
        format!(" WITH ({})", table.options.join(", "))
    };
    format!("CREATE TABLE {} (\n    {}\n){options}", relation(table), columns.join(",\n    "))
}

pub(super) fn add_constraint(table: &Relation, constraint: &Constraint) -> String {
    alter(table, &format!("ADD CONSTRAINT {} {}", quoted(&constraint.name), constraint.definition))
}

pub(super) fn drop_constraint(table: &Relation, constraint: &str) -> String {
    alter(table, &format!("DROP CONSTRAINT IF EXISTS {}", quoted(constraint)))
}

pub(super) fn drop_relation(relation: &Relation) -> String {
    format!("DROP {} {}", kind(relation.kind), self::relation(relation))
}

pub(super) fn kind(kind: RelationKind) -> &'static str {
    match kind {
        RelationKind::Table | RelationKind::Partitioned => "TABLE",
        RelationKind::View => "VIEW",
        RelationKind::MaterializedView => "MATERIALIZED VIEW",
        RelationKind::Foreign => "FOREIGN TABLE",
        RelationKind::Sequence => "SEQUENCE",
    }
}

/// A view as it was, with those who may read it.
pub(super) fn create_view(view: &Relation) -> Vec<String> {
    let options =
        if view.options.is_empty() { String::new() } else { format!(" WITH ({})", view.options.join(", ")) };
    let query = view.definition.as_deref().unwrap_or_default();
    let mut statements = vec![
        format!("CREATE {} {}{options} AS {query}", kind(view.kind), relation(view)),
        format!("ALTER {} {} OWNER TO {}", kind(view.kind), relation(view), quoted(&view.owner)),
    ];
    statements.extend(view.grants.iter().map(|grantee| grant(view, grantee)));
    statements
}

pub(super) fn grant(relation: &Relation, (grantee, privilege): &(String, String)) -> String {
    format!("GRANT {privilege} ON {} TO {}", self::relation(relation), role(grantee))
}

pub(super) fn policy(table: &Relation, policy: &Policy) -> String {
    let clause = |word: &str, expression: &Option<String>| {
        expression.as_ref().map(|expression| format!(" {word} ({expression})")).unwrap_or_default()
    };
    format!(
        "CREATE POLICY {} ON {} AS {} FOR {} TO {}{}{}",
        quoted(&policy.name),
        relation(table),
        if policy.permissive { "PERMISSIVE" } else { "RESTRICTIVE" },
        policy.command,
        policy.roles.join(", "),
        clause("USING", &policy.using),
        clause("WITH CHECK", &policy.check)
    )
}

pub(super) fn drop_policy(table: &Relation, policy: &str) -> String {
    format!("DROP POLICY {} ON {}", quoted(policy), relation(table))
}

/// An index that is built while rows are written. What a build that broke off has left goes first.
pub(super) fn index_concurrently(index: &Index, table: &Relation) -> Vec<String> {
    let begun = format!("DROP INDEX CONCURRENTLY IF EXISTS {}", name(&table.schema, &index.name));
    vec![begun, index.definition.replacen(" INDEX ", " INDEX CONCURRENTLY ", 1)]
}

pub(super) fn drop_trigger(table: &Relation, trigger: &str) -> String {
    format!("DROP TRIGGER {} ON {}", quoted(trigger), relation(table))
}

/// Lets exactly those call a function who should, of the roles that exist.
pub(super) fn callers(function: &Function, now: &[String], roles: &[String]) -> Vec<String> {
    let outsiders = OUTSIDERS
        .iter()
        .filter(|outsider| **outsider == "PUBLIC" || roles.iter().any(|role| role == *outsider));
    let revoked = outsiders
        .filter(|outsider| now.iter().any(|grantee| grantee == *outsider))
        .map(|outsider| format!("REVOKE ALL ON FUNCTION {} FROM {}", function.signature, role(outsider)));
    let granted = function
        .grants
        .iter()
        .filter(|grantee| !now.contains(grantee))
        .map(|grantee| format!("GRANT EXECUTE ON FUNCTION {} TO {}", function.signature, role(grantee)));
    revoked.chain(granted).collect()
}

/// Lets those call a function who could call what it replaces, but for outsiders.
pub(super) fn granted_again(function: &Function, replaced: &[Function]) -> Vec<String> {
    let callers: BTreeSet<&String> = replaced.iter().flat_map(|replaced| &replaced.grants).collect();
    let kept = callers
        .into_iter()
        .filter(|caller| !OUTSIDERS.contains(&caller.as_str()) && !function.grants.contains(caller));
    kept.map(|caller| format!("GRANT EXECUTE ON FUNCTION {} TO {}", function.signature, role(caller)))
        .collect()
}

/// Wraps statements that write rows, so that no trigger of anybody fires.
pub(super) fn undisturbed(table: &Relation, statements: Vec<String>) -> Vec<String> {
    let each = |word: &str| -> Vec<String> {
        let firing = table.triggers.iter().filter(|trigger| trigger.enabled);
        firing.map(|trigger| alter(table, &format!("{word} TRIGGER {}", quoted(&trigger.name)))).collect()
    };
    [each("DISABLE"), statements, each("ENABLE")].concat()
}

//! What others have that needs something which goes: it is named, with what to drop first, and never dropped.
//!
//! Doesn't: see all. What the catalogue doesn't tell, the database refuses when it is asked to drop without CASCADE.

use std::collections::BTreeSet;

use super::super::catalogue::{Catalogue, Constraint, ConstraintKind, Relation, RelationKind};
use super::super::ddl;
use super::super::error::Refusal;
use super::list::Counts;
use super::slate::Slate;

/// Refuses where others' views, keys or policies would be left without what they need.
pub(super) fn refuse(found: &Catalogue, slate: &Slate<'_>, counts: &Counts) -> Result<(), Refusal> {
    let stays = |relation: &&Relation| slate.is_aside(relation) && counts.holds_rows(relation);
    let going: BTreeSet<String> =
        slate.relations().filter(|relation| !stays(relation)).map(Relation::full_name).collect();
    let mut needs: Vec<(String, String)> = views(found, slate, going.clone());
    needs.extend(keys(found, slate, &going));
    needs.extend(policies(slate));
    if needs.is_empty() {
        return Ok(());
    }
    let (found, statements) = needs.into_iter().unzip();
    Err(Refusal::StillNeeded { found, statements })
}

/// Views on what goes, and views on those: the youngest first, for it may read the others.
fn views(found: &Catalogue, slate: &Slate<'_>, mut going: BTreeSet<String>) -> Vec<(String, String)> {
    let mut needs = Vec::new();
    let is_view =
        |relation: &&Relation| matches!(relation.kind, RelationKind::View | RelationKind::MaterializedView);
    for view in found.relations.iter().filter(is_view) {
        if going.contains(&view.full_name()) {
            continue;
        }
        let read = view.uses.iter().find_map(|(relation, column)| {
            let is_lost_column = column.as_deref() == Some("tenant_id")
                && slate.neighbours.iter().any(|neighbour| neighbour.full_name() == *relation);
            if is_lost_column {
                Some(format!("tenant_id of {relation}"))
            } else {
                going.contains(relation).then(|| relation.clone())
            }
        });
        if let Some(read) = read {
            needs.push((format!("the view {} reads {read}", view.full_name()), ddl::drop_relation(view)));
            going.insert(view.full_name());
        }
    }
    needs.reverse();
    needs
}

/// Keys of tables that stay: to what goes, or over a neighbour's `tenant_id` and more.
fn keys(found: &Catalogue, slate: &Slate<'_>, going: &BTreeSet<String>) -> Vec<(String, String)> {
    let is_of_others = |table: &&Relation| !going.contains(&table.full_name()) && !slate.is_aside(table);
    let staying = found.relations.iter().filter(is_of_others);
    let keys = staying.flat_map(|table| table.constraints.iter().map(move |key| (table, key)));
    let needs = keys.filter_map(|(table, key)| {
        let has_tenant = slate.is_neighbour(table) && key.columns.iter().any(|column| column == "tenant_id");
        let what = match &key.references {
            Some(to) if going.contains(to) && !has_tenant => format!("leads to {to}"),
            None if has_tenant && is_wider(key) => "holds tenant_id and more".to_owned(),
            Some(_) | None => return None,
        };
        let named = format!("{} of {} {what}", key.name, table.full_name());
        Some((named, ddl::drop_constraint(table, &key.name)))
    });
    needs.collect()
}

/// A key that another program made, with the tenant added to its columns.
fn is_wider(key: &Constraint) -> bool {
    key.kind != ConstraintKind::Foreign && key.columns.len() > 1
}

/// Policies of neighbours that ask for the tenant.
fn policies(slate: &Slate<'_>) -> Vec<(String, String)> {
    let mut needs = Vec::new();
    for table in &slate.neighbours {
        for policy in &table.policies {
            let asks = |expression: &Option<String>| {
                expression.as_ref().is_some_and(|expression| expression.contains("tenant_id"))
            };
            if asks(&policy.using) || asks(&policy.check) {
                needs.push((
                    format!(
                        "the policy {} of {} asks for tenant_id; without another policy, row-level security hides every row there",
                        policy.name,
                        table.full_name()
                    ),
                    ddl::drop_policy(table, &policy.name),
                ));
            }
        }
    }
    needs
}

//! What others have that needs something which goes: it is named, with what to drop first, and never dropped.
//!
//! Doesn't: see all. What the catalogue doesn't tell, the database refuses when it is asked to drop without CASCADE.

use std::collections::BTreeSet;

use super::super::catalogue::{Catalogue, ConstraintKind, Relation, RelationKind};
use super::super::ddl;
use super::super::error::Refusal;
use super::slate::Slate;

/// Refuses where others' views, keys or policies would be left without what they need.
pub(super) fn refuse(found: &Catalogue, slate: &Slate<'_>) -> Result<(), Refusal> {
    let going: BTreeSet<String> = slate.relations().map(Relation::full_name).collect();
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

/// Keys of tables that stay.
fn keys(found: &Catalogue, slate: &Slate<'_>, going: &BTreeSet<String>) -> Vec<(String, String)> {
    let neighbours: BTreeSet<String> = slate.neighbours.iter().map(|table| table.full_name()).collect();
    let staying = found.relations.iter().filter(|table| !going.contains(&table.full_name()));
    let keys = staying.flat_map(|table| table.constraints.iter().map(move |key| (table, key)));
    let needs = keys.filter(|(table, key)| {
        let goes_along =
            neighbours.contains(&table.full_name()) && key.columns.iter().any(|column| column == "tenant_id");
        let leads_to = key.references.as_ref().filter(|_| key.kind == ConstraintKind::Foreign);
        leads_to.is_some_and(|table| going.contains(table)) && !goes_along
    });
    needs
        .map(|(table, key)| {
            let to = key.references.as_deref().unwrap_or_default();
            (
                format!("{} of {} leads to {to}", key.name, table.full_name()),
                ddl::drop_constraint(table, &key.name),
            )
        })
        .collect()
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

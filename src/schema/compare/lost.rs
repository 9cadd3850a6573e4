//! What was lost: a column that every row must have, with what it said.
//!
//! Promises: where it can't be made up (whose number, whose key, which tenant), nothing is done. A ledger that lost a part
//! of each line is kept aside, and a new one begins.

use super::super::catalogue::{Catalogue, Relation};
use super::super::error::Refusal;

/// Tables of ours whose rows are nothing without their every column.
const DIRECTORY: [&str; 4] = ["tenant_phone_numbers", "twilio_accounts", "api_keys", "operator_keys"];

/// Refuses where the directory, or the id of the tenants, is lost.
pub(super) fn refuse_what_nobody_knows(
    found: &Catalogue,
    target: &Catalogue,
    shared: &str,
) -> Result<(), Refusal> {
    let mut lost: Vec<String> = Vec::new();
    for wanted in &target.relations {
        let Some(now) = found.relation(&wanted.schema, &wanted.name) else { continue };
        if wanted.schema != shared && DIRECTORY.contains(&wanted.name.as_str()) {
            lost.extend(lost_columns(now, wanted));
        }
        if wanted.full_name() == format!("{shared}.tenants") && now.has_rows && now.column("id").is_none() {
            lost.push(format!("{}.id", now.full_name()));
        }
    }
    if lost.is_empty() { Ok(()) } else { Err(Refusal::Lost { found: lost.join(", ") }) }
}

/// Whether a table of our own schema lost what its rows need, or leads to one that did, or that is gone.
pub(super) fn is_lost(wanted: &Relation, found: &Catalogue, target: &Catalogue, shared: &str) -> bool {
    if wanted.schema == shared {
        return false;
    }
    let Some(now) = found.relation(&wanted.schema, &wanted.name).filter(|now| now.has_rows) else {
        return false;
    };
    let parents = wanted.constraints.iter().filter_map(|constraint| constraint.references.as_ref());
    let leads_to_lost = parents
        .filter_map(|parent| target.relations.iter().find(|relation| relation.full_name() == *parent))
        .filter(|parent| parent.schema != shared && parent.full_name() != wanted.full_name())
        .any(|parent| {
            found.relation(&parent.schema, &parent.name).is_none() || is_lost(parent, found, target, shared)
        });
    !lost_columns(now, wanted).is_empty() || leads_to_lost
}

/// Required columns without a default that are not there, although there are rows. An id can be made anew.
fn lost_columns(now: &Relation, wanted: &Relation) -> Vec<String> {
    if !now.has_rows {
        return Vec::new();
    }
    let required = wanted.columns.iter().filter(|column| column.required && column.default.is_none());
    required
        .filter(|column| now.column(&column.name).is_none())
        .map(|column| format!("{}.{}", now.full_name(), column.name))
        .collect()
}

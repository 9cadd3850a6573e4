//! The verification: whether each part of the schema is what it should be, a line for each.
//!
//! Promises: made of the catalogue and of the comparison alone; a line says ok only where no step is left about it.

use std::collections::BTreeSet;

use super::catalogue::{Catalogue, Relation};
use super::legacy::NEIGHBOURS;
use super::plan::Plan;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// What it is about.
    pub subject: String,
    /// What stands, in words.
    pub found: String,
    /// What is not as it should be; nothing where all is.
    pub wrong: Vec<String>,
}

/// The lines, in the order in which a person would ask.
#[must_use]
pub(super) fn report(found: &Catalogue, target: &Catalogue, plan: &Plan, shared: &str) -> Vec<Verified> {
    let mut lines: Vec<Verified> = target
        .relations
        .iter()
        .filter(|wanted| wanted.schema == shared)
        .map(|wanted| table(found.relation(shared, &wanted.name), &wanted.name, plan, shared))
        .collect();
    let neighbours = NEIGHBOURS.into_iter().filter_map(|name| found.relation(shared, name));
    lines.extend(neighbours.map(|neighbour| table(Some(neighbour), &neighbour.name, plan, shared)));
    let told: BTreeSet<String> = lines.iter().map(|line| format!("{shared}.{}", line.subject)).collect();
    let left = plan.steps.iter().filter(|step| !step.about.iter().any(|subject| told.contains(subject)));
    lines.push(Verified {
        subject: "all else".to_owned(),
        found: format!(
            "{} functions, {} tables, roles and grants",
            target.functions.len(),
            target.relations.len()
        ),
        wrong: left.map(|step| step.words.clone()).collect(),
    });
    lines
}

fn table(found: Option<&Relation>, name: &str, plan: &Plan, shared: &str) -> Verified {
    let subject = format!("{shared}.{name}");
    let wrong =
        plan.steps.iter().filter(|step| step.about.first() == Some(&subject)).map(|step| step.words.clone());
    Verified {
        subject: name.to_owned(),
        found: found.map_or_else(|| "missing".to_owned(), facts),
        wrong: wrong.collect(),
    }
}

fn facts(table: &Relation) -> String {
    let rows = table.rows.map_or_else(|| "rows not counted".to_owned(), |rows| format!("{rows} rows"));
    let tenant = match table.column("tenant_id") {
        Some(column) if column.required => ", each with its tenant",
        Some(_) => ", maybe some without tenant",
        None => "",
    };
    let security = match (table.row_security, table.forced) {
        (true, true) => "row-level security forced",
        (true, false) => "row-level security on",
        (false, _) => "row-level security off",
    };
    format!("{rows}{tenant}; {} keys, {} indexes, {security}", table.constraints.len(), table.indexes.len())
}

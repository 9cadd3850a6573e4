//! The comparison: what a database has against what it should have, as a list of steps.
//!
//! Promises: pure; the same two catalogues always give the same plan, and a right database gives an empty one. Each step
//! says in words what was found. Where it can't decide, it refuses, and no step exists.
//! Doesn't: know how to run a step, or what the rows say: it reads the catalogue alone, and writes statements that find
//! the rows.

mod access;
mod aside;
mod columns;
mod functions;
mod indexes;
mod keys;
mod lost;
mod neighbours;
mod phones;
mod rows;
mod table;
mod types;
mod views;

use std::collections::BTreeSet;

use super::catalogue::{Catalogue, Relation, RelationKind};
use super::ddl;
use super::error::Refusal;
use super::legacy;
use super::plan::{AUDIT, Manner, Plan, Step, StepKind};

/// What is found, what is wanted, and the steps from the one to the other so far.
struct Comparison<'a> {
    found: &'a Catalogue,
    target: &'a Catalogue,
    /// The schema whose names older programs know.
    shared: &'a str,
    building: Building,
    steps: Vec<Step>,
}

/// How the keys of tables with rows come to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Building {
    /// Their indexes CONCURRENTLY, in steps of their own.
    WhileCallsCome,
    /// In the transaction of all others: a script has one.
    InOneScript,
}

/// The steps from `found` to `target`.
pub(super) fn compare(
    found: &Catalogue,
    target: &Catalogue,
    shared: &str,
    building: Building,
) -> Result<Plan, Refusal> {
    refuse_what_is_not_ours_to_change(found, target, shared)?;
    lost::refuse_what_nobody_knows(found, target, shared)?;
    let mut comparison = Comparison { found, target, shared, building, steps: Vec::new() };
    comparison.types_of_our_names();
    comparison.functions_that_must_go();
    let tables = comparison.functions_and_tables();
    for table in &tables {
        comparison.foreign_keys(table);
    }
    comparison.neighbours();
    comparison.rows_of_all(&tables);
    comparison.phones(&tables);
    // After all that reads rows: from then on they are hidden from whom a policy binds.
    for table in &tables {
        comparison.access(table);
    }
    comparison.callers();
    comparison.views();
    comparison.schemas();
    comparison.see_all_rows();
    Ok(Plan { steps: comparison.together() })
}

fn refuse_what_is_not_ours_to_change(
    found: &Catalogue,
    target: &Catalogue,
    shared: &str,
) -> Result<(), Refusal> {
    let strangers = found.relations.iter().filter(|relation| {
        !relation.ours_to_change
            && (target.relation(&relation.schema, &relation.name).is_some()
                || legacy::is_neighbour(relation, shared))
    });
    let functions = found.functions.iter().filter(|function| {
        !function.ours_to_change
            && target
                .functions
                .iter()
                .any(|ours| ours.schema == function.schema && ours.name == function.name)
    });
    let mut names: Vec<String> =
        strangers.map(|relation| format!("{} (of {})", relation.full_name(), relation.owner)).collect();
    names.extend(functions.map(|function| function.signature.clone()));
    if names.is_empty() {
        Ok(())
    } else {
        Err(Refusal::NotTheOwner { found: names.join(", "), login: found.login.clone() })
    }
}

impl<'a> Comparison<'a> {
    /// Functions and tables in the order in which the migrations made them: each needs those before it.
    fn functions_and_tables(&mut self) -> Vec<Standing<'a>> {
        let target = self.target;
        let mut made: Vec<(i64, Made<'a>)> =
            target.functions.iter().map(|function| (function.made, Made::Function(function))).collect();
        let tables = target.relations.iter().filter(|relation| relation.kind == RelationKind::Table);
        // The audit first: every other step may write into it.
        let when = |table: &Relation| if table.name == "migration_audit" { 0 } else { table.made };
        made.extend(tables.map(|table| (when(table), Made::Table(table))));
        made.sort_by_key(|(number, _)| *number);
        let mut standing = Vec::new();
        for (_, object) in made {
            match object {
                Made::Function(function) => self.function(function),
                Made::Table(table) => standing.push(self.table(table)),
            }
        }
        standing
    }

    /// A policy that is forced hides rows from the owner too, and a step that reads none of them would do its work wrongly in
    /// silence: where a step reads or checks rows, nothing is forced meanwhile, and the transaction ends as it began.
    fn see_all_rows(&mut self) {
        let found = self.found;
        if found.bypasses_row_security {
            return;
        }
        let mut forced: Vec<&Relation> = found.relations.iter().filter(|relation| relation.forced).collect();
        let known: Vec<&Relation> = found.relations.iter().chain(&self.target.relations).collect();
        for step in &mut self.steps {
            let reads = step.sql.iter().any(|statement| reads_rows(statement));
            let read: Vec<&Relation> =
                forced.iter().copied().filter(|table| reads && mentions(step, table)).collect();
            for statement in &step.sql {
                for table in known.iter().filter(|table| *statement == ddl::alter(table, FORCE)) {
                    forced.push(table);
                }
                forced.retain(|table| *statement != ddl::alter(table, NO_FORCE));
            }
            let before = read.iter().map(|table| ddl::alter(table, NO_FORCE));
            let after = read.iter().map(|table| ddl::alter(table, FORCE));
            if !read.is_empty() && step.manner == Manner::Apart {
                step.manner = Manner::Together;
            }
            step.sql = before.chain(step.sql.drain(..)).chain(after).collect();
        }
    }

    /// Steps about our own schema that follow each other are one: nobody needs to read about each function.
    fn together(self) -> Vec<Step> {
        let mut groups: Vec<Vec<Step>> = Vec::new();
        for step in self.steps {
            match groups.last_mut() {
                Some(group) if group.iter().all(|other| belong_together(other, &step, self.shared)) => {
                    group.push(step);
                }
                Some(_) | None => groups.push(vec![step]),
            }
        }
        groups.into_iter().filter_map(as_one).collect()
    }

    /// Whether the tables are not ours yet: nothing was noted as applied.
    fn adopting(&self) -> bool {
        self.found.applied.is_empty()
    }

    fn push(&mut self, step: Step) {
        self.steps.push(step);
    }

    /// Whether a step about this table may run by itself: always in our own schema, and where nobody has rows yet.
    fn kind_for(&self, table: &Relation) -> StepKind {
        if table.schema == self.shared && table.has_rows { StepKind::Waits } else { StepKind::Additive }
    }
}

/// How the step of an object ends that is not there at all.
const MISSING: &str = " is missing: make it";
const FORCE: &str = "FORCE ROW LEVEL SECURITY";
const NO_FORCE: &str = "NO FORCE ROW LEVEL SECURITY";

fn reads_rows(statement: &str) -> bool {
    const WORDS: [&str; 5] = ["UPDATE ", "WITH ", "INSERT ", "DO ", "DELETE "];
    WORDS.iter().any(|word| statement.starts_with(word)) || statement.contains(" VALIDATE CONSTRAINT ")
}

fn mentions(step: &Step, table: &Relation) -> bool {
    let names = [ddl::relation(table), table.full_name()];
    step.about.contains(&table.full_name())
        || step.sql.iter().any(|statement| names.iter().any(|name| statement.contains(name.as_str())))
}

/// One step that does what several do.
fn as_one(group: Vec<Step>) -> Option<Step> {
    let number = group.len();
    let are_missing = group.iter().all(|step| step.words.ends_with(MISSING));
    let mut steps = group.into_iter();
    let mut whole = steps.next()?;
    for step in steps {
        whole.sql.extend(step.sql);
        whole.about.extend(step.about);
    }
    if number > 1 {
        let what = if are_missing {
            "are missing: make them"
        } else {
            "are missing or not as they should be: make them right"
        };
        whole.words = format!("{number} parts of our own schema {what}");
    }
    Some(whole)
}

/// Both additive, about our own schema, and held by the same others.
fn belong_together(one: &Step, other: &Step, shared: &str) -> bool {
    let mine = |step: &Step| step.kind == StepKind::Additive && step.stops.is_empty();
    let held_by = |step: &Step| -> BTreeSet<String> {
        step.about.iter().filter(|subject| subject.split('.').next() == Some(shared)).cloned().collect()
    };
    let is_own =
        |step: &Step| step.about.first().is_some_and(|subject| subject.split('.').next() != Some(shared));
    let is_one_transaction = |step: &Step| step.manner == Manner::Together && step.about != [AUDIT];
    is_one_transaction(one)
        && is_one_transaction(other)
        && mine(one)
        && mine(other)
        && is_own(one)
        && is_own(other)
        && held_by(one) == held_by(other)
}

enum Made<'a> {
    Function(&'a super::catalogue::Function),
    Table(&'a Relation),
}

/// A table of ours on its way: what should stand, and what stands after the steps so far.
struct Standing<'a> {
    wanted: &'a Relation,
    now: Relation,
}

/// A step in the making.
fn step(kind: StepKind, about: &Relation, words: impl Into<String>, sql: Vec<String>) -> Step {
    Step::new(kind, vec![about.full_name()], words, sql)
}

/// `call_logs` where a person knows it by that name, else with its schema.
fn spoken(table: &Relation, shared: &str) -> String {
    if table.schema == shared { table.name.clone() } else { table.full_name() }
}

/// `; 1 204 rows`, where they were counted.
fn counted(table: &Relation) -> String {
    match table.rows {
        Some(1) => "; 1 row".to_owned(),
        Some(rows) => format!("; {} rows", in_groups(rows)),
        None => String::new(),
    }
}

/// `1 204`
pub(super) fn in_groups(number: i64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    grouped
}

/// `a, b and c`
pub(super) fn listed<T: AsRef<str>>(words: &[T]) -> String {
    match words {
        [] => String::new(),
        [only] => only.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", first.join(", "), last.as_ref())
        }
    }
}

#[cfg(test)]
mod tests;

//! A plan as a script, for whoever has nothing but an SQL editor.
//!
//! Promises: all steps, the waiting ones too: whoever pastes it has decided. One transaction first; after it the indexes that
//! PostgreSQL builds CONCURRENTLY, which must be run one by one.

use super::names::Names;
use super::plan::{Manner, Plan, Step};

/// The script of a plan that was made for one: what must stand before, then each step under its words.
#[must_use]
pub fn script(plan: &Plan, names: &Names) -> String {
    let numbered = (1..).zip(&plan.steps);
    let (alone, together): (Vec<_>, Vec<_>) =
        numbered.partition(|(_, step): &(usize, &Step)| step.manner == Manner::Concurrently);
    let mut parts = Vec::new();
    if !alone.is_empty() {
        parts.push("-- Part 1 of 2. Run it whole: it is one transaction.".to_owned());
    }
    parts.push("BEGIN;".to_owned());
    parts.push(
        "SET LOCAL TimeZone = 'UTC';\nSET LOCAL check_function_bodies = off;\nSET LOCAL search_path = pg_catalog, pg_temp;"
            .to_owned(),
    );
    parts.push(names.preparation());
    parts.extend(together.into_iter().map(spelt));
    parts.push("COMMIT;".to_owned());
    if !alone.is_empty() {
        parts.push("-- Part 2 of 2. Run these one by one, each alone: an editor that wraps them in a transaction is refused.".to_owned());
        parts.extend(alone.into_iter().map(spelt));
    }
    parts.join("\n\n")
}

fn spelt((number, step): (usize, &Step)) -> String {
    let statements: Vec<String> =
        step.sql.iter().map(|statement| format!("{};", statement.trim_end())).collect();
    format!("-- {number}. {}\n{}", step.words, statements.join("\n"))
}

//! A plan as a script, for whoever has nothing but an SQL editor.
//!
//! Promises: one transaction, all steps, the waiting ones too: whoever pastes it has decided.

use super::names::Names;
use super::plan::Plan;

/// The script: what must stand before, then each step under its words.
#[must_use]
pub fn script(plan: &Plan, names: &Names) -> String {
    let mut parts = vec![
        "BEGIN;".to_owned(),
        "SET LOCAL TimeZone = 'UTC';\nSET LOCAL check_function_bodies = off;\nSET LOCAL search_path = pg_catalog, pg_temp;"
            .to_owned(),
        names.preparation(),
    ];
    for (number, step) in (1..).zip(&plan.steps) {
        let statements: Vec<String> =
            step.sql.iter().map(|statement| format!("{};", statement.trim_end())).collect();
        parts.push(format!("-- {number}. {}\n{}", step.words, statements.join("\n")));
    }
    parts.push("COMMIT;".to_owned());
    parts.join("\n\n")
}

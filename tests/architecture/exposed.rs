//! Calls that a stranger's function could catch. A migration's functions search the shared schema too, where other programs
//! may make functions: one that fits a call better than PostgreSQL's own (`format(text, "any")`) would be run instead.

use crate::source::{Finding, SqlFile};

/// Functions of PostgreSQL that take anything, or that we call with a type they only convert.
const EXPOSED: [&str; 8] = [
    "format(",
    "concat(",
    "array_agg(",
    "string_agg(",
    "jsonb_build_object(",
    "make_interval(",
    "current_setting(",
    "regexp_replace(",
];

/// Every exposed call in the migrations that doesn't say whose function it means.
pub(crate) fn check(files: &[SqlFile]) -> Vec<Finding> {
    files.iter().flat_map(faults).collect()
}

fn faults(file: &SqlFile) -> Vec<Finding> {
    let code = file.text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("--"));
    code.filter_map(|(at, line)| {
        let call = EXPOSED.into_iter().find(|call| is_exposed(line, call))?;
        Some(Finding {
            file: file.path.clone(),
            line: at + 1,
            rule: format!("calls `{call}…)` of whoever offers the best fit"),
            instead: format!("write pg_catalog.{call}…)"),
        })
    })
    .collect()
}

fn is_exposed(line: &str, call: &str) -> bool {
    line.match_indices(call).any(|(at, _)| {
        let before = line.get(..at).unwrap_or_default();
        let is_longer_word = before.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        !is_longer_word && !before.ends_with("pg_catalog.")
    })
}

#[test]
fn an_exposed_call_falls_and_a_qualified_one_stands() {
    let lines = [
        ("EXECUTE format('x');", 1),
        ("EXECUTE pg_catalog.format('x');", 0),
        ("SELECT reformat('x');", 0),
        ("-- format('x')", 0),
    ];

    for (line, count) in lines {
        let text = format!("-- schema: own\n{line}");
        let found = check(&[SqlFile { path: "migrations/0001_x.sql".to_owned(), text }]);

        assert_eq!(found.len(), count, "{line}");
    }
}

//! The walls of the house, executed.
//!
//! Each test reads the project's own source and fails with every place that breaks its rule: the file and
//! line, the rule, and what to do instead. ARCHITECTURE.md says why the rules are there. Each wall is shown
//! a fault in the tests of its file in `architecture/`, because a wall that can't fall is none.
//! Deliberately not here: what clippy or the compiler already refuse.

#[cfg(test)]
#[path = "architecture/attributes.rs"]
mod attributes;
#[cfg(test)]
#[path = "architecture/cycles.rs"]
mod cycles;
#[cfg(test)]
#[path = "architecture/exposed.rs"]
mod exposed;
#[cfg(test)]
#[path = "architecture/layers.rs"]
mod layers;
#[cfg(test)]
#[path = "architecture/mentions.rs"]
mod mentions;
#[cfg(test)]
#[path = "architecture/shape.rs"]
mod shape;
#[cfg(test)]
#[path = "architecture/source.rs"]
mod source;
#[cfg(test)]
#[path = "architecture/sql.rs"]
mod sql;
#[cfg(test)]
#[path = "architecture/words.rs"]
mod words;

use source::{Finding, rust_files, sql_files};
use words::MayWait;

/// Tests that wait by the clock, each with the reason why no event will do.
const MAY_WAIT: &[MayWait] = &[];

#[track_caller]
fn stands(findings: &[Finding]) {
    let told: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert!(findings.is_empty(), "{} broken:\n\n{}\n", told.len(), told.join("\n"));
}

#[test]
fn imports_go_one_way() {
    stands(&layers::check(&rust_files("src")));
}

#[test]
fn top_level_modules_form_no_circle() {
    stands(&cycles::between_modules(&rust_files("src")));
}

#[test]
fn the_files_of_a_folder_form_no_circle() {
    stands(&cycles::within_folders(&rust_files("src")));
}

#[test]
fn the_protocol_the_web_and_the_decisions_know_no_strangers() {
    stands(&words::strangers(&rust_files("src")));
}

#[test]
fn no_code_hides_from_these_walls() {
    stands(&attributes::hidden_files(&rust_files("src")));
}

#[test]
fn sql_stands_in_stores_and_in_the_owners_of_the_database() {
    stands(&sql::placement(&rust_files("src")));
}

#[test]
fn the_tenant_is_set_by_its_own_function_alone() {
    stands(&sql::tenant_set_in_rust(&rust_files("src")));
}

#[test]
fn migrations_name_no_schema_and_say_where_their_objects_go() {
    stands(&sql::migrations(&sql_files("migrations")));
}

#[test]
fn migrations_call_nobody_elses_function() {
    stands(&exposed::check(&sql_files("migrations")));
}

#[test]
fn functions_fit_on_a_screen() {
    stands(&shape::function_lengths(&rust_files("src")));
}

#[test]
fn files_have_one_reason_to_exist() {
    stands(&shape::file_lengths(&rust_files("src")));
}

#[test]
fn files_begin_with_what_they_promise() {
    stands(&shape::headers(&rust_files("src")));
}

#[test]
fn no_function_takes_a_bool() {
    stands(&shape::bool_parameters(&rust_files("src")));
}

#[test]
fn unsafe_code_stands_in_the_launcher_alone() {
    stands(&words::unsafe_code(&rust_files("src")));
}

#[test]
fn no_lint_is_switched_off() {
    stands(&attributes::allowed_lints(&rust_files("src")));
    stands(&attributes::allowed_lints(&rust_files("tests")));
}

#[test]
fn no_test_waits_by_the_clock() {
    stands(&words::sleeps(&rust_files("tests"), MAY_WAIT));
}

//! What `shapes.sql` lists: the ways of an object to be wrong that no legacy file shows.
//!
//! A section is a state: its name, what it begins with after `@`, and what the owner (`as owner`) or a superuser ran there.

use crate::state::{Base, Family, State, Step, Trial};
use crate::statements::{Section, sections, statements};

const SHAPES: &str = include_str!("shapes.sql");

pub(crate) fn states() -> Vec<State> {
    sections(SHAPES).iter().map(state).collect()
}

fn state(section: &Section<'_>) -> State {
    let (name, base) =
        section.title.split_once(" @ ").unwrap_or_else(|| panic!("no base: {}", section.title));
    let statements = statements(section.body);
    let (base, step) = match base.strip_suffix(" as superuser") {
        Some(base) => (base, Step::Superuser(statements)),
        None => (base, Step::Owner(statements)),
    };
    let base = match base {
        "empty" => Base::EMPTY,
        "finished" => Base::finished(),
        numbers => Base::files(numbers),
    };
    State { family: Family::Shapes, name: name.to_owned(), base, steps: vec![step], trial: Trial::Alone }
}

#[test]
fn no_two_shapes_have_one_name() {
    let mut names: Vec<String> = states().into_iter().map(|state| state.name).collect();
    let all = names.len();

    names.sort();
    names.dedup();

    assert_eq!(names.len(), all);
}

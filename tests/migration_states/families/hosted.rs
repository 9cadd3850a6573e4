//! The combinations, in a database of a hosted service.

use crate::fixtures::{Combination, combinations};
use crate::state::{Base, Family, State, Step, Trial};

/// As there for every login; a copy of a database does not take it along.
const SEARCH_PATH: &str = r#"do $$begin execute format('alter database %I set search_path = "$user", public, extensions', current_database()); end$$"#;

pub(crate) fn states() -> Vec<State> {
    combinations().iter().map(state).collect()
}

fn state(combination: &Combination) -> State {
    let path = Step::Owner(vec![SEARCH_PATH.to_owned()]);
    let files = combination.load.iter().cloned().map(Step::File);
    State {
        family: Family::Hosted,
        name: combination.name.clone(),
        base: Base::Hosted,
        steps: [path].into_iter().chain(files).collect(),
        trial: Trial::Alone,
    }
}

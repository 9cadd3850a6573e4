//! Each line of the README's table; also in reverse order, with every file twice, and as a state that was made right and
//! then met an older file again.

use crate::fixtures::{Combination, combinations};
use crate::state::{Base, Family, State, Step, Trial};

pub(crate) fn states() -> Vec<State> {
    combinations().iter().flat_map(around).collect()
}

fn around(combination: &Combination) -> Vec<State> {
    let load = &combination.load;
    let name = &combination.name;
    let reversed: Vec<String> = load.iter().rev().cloned().collect();
    let mut found = vec![state(name, files(load))];
    if reversed != *load {
        found.push(state(&format!("{name}, in reverse"), files(&reversed)));
    }
    if !load.is_empty() {
        found.push(state(&format!("{name}, twice"), files(&[load.clone(), load.clone()].concat())));
    }
    for again in ["05", "09"] {
        let steps = [files(load), vec![Step::Migrate, Step::File(again.to_owned())]].concat();
        found.push(state(&format!("{name}, migrated, then {again}"), steps));
    }
    found
}

fn files(numbers: &[String]) -> Vec<Step> {
    numbers.iter().cloned().map(Step::File).collect()
}

fn state(name: &str, steps: Vec<Step>) -> State {
    State {
        family: Family::Combinations,
        name: name.to_owned(),
        base: Base::EMPTY,
        steps,
        trial: Trial::Alone,
    }
}

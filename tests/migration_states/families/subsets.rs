//! Combinations of which chance leaves statements out, as a person does who runs a file bit by bit.

use crate::dice::Dice;
use crate::fixtures::{self, Combination};
use crate::state::{Base, Family, State, Step, Trial};

const STATES: usize = 80;

pub(crate) fn states(dice: &mut Dice) -> Vec<State> {
    let combinations = fixtures::combinations();
    let with_files: Vec<&Combination> = combinations.iter().filter(|found| !found.load.is_empty()).collect();
    (1..=STATES).map(|number| subset(number, with_files[dice.below(with_files.len())], dice)).collect()
}

fn subset(number: usize, combination: &Combination, dice: &mut Dice) -> State {
    // Of less, nothing of ours is left to look at.
    let kept_of_ten = 3 + dice.below(7);
    let mut steps = Vec::new();
    for file in &combination.load {
        let statements = fixtures::of(file).iter().filter(|_| dice.below(10) < kept_of_ten);
        steps.push(Step::Attempt(statements.cloned().collect()));
    }
    let name = format!("{number}, {kept_of_ten} tenths of {}", combination.name);
    State { family: Family::Subsets, name, base: Base::EMPTY, steps, trial: Trial::Alone }
}

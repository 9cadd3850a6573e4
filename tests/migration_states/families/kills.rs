//! Combinations on which the program is killed, at moments that chance spreads over the whole time that it takes.

use crate::dice::Dice;
use crate::state::{Family, Killed, Killing, State, Step, Trial};

const KILLS: usize = 50;

pub(crate) fn states(known: &[State], dice: &mut Dice) -> Vec<State> {
    let has_rows = |state: &&State| state.family == Family::Combinations && !state.steps.is_empty();
    let is_untouched = |state: &&State| !state.steps.contains(&Step::Migrate);
    let candidates: Vec<&State> = known.iter().filter(has_rows).filter(is_untouched).collect();
    let state = |number: usize| {
        let state = candidates[dice.below(candidates.len())];
        let moment = (number * 1000 + dice.below(1000)) / KILLS;
        let (of, command) =
            if number.is_multiple_of(2) { (Killed::Migrate, "migrate") } else { (Killed::Serve, "serve") };
        let killing = Killing { of, moment: u32::try_from(moment).unwrap() };
        State {
            family: Family::Kills,
            name: format!("{}, {command} after {moment} thousandths, {}", number + 1, state.name),
            trial: Trial::Killed(killing),
            ..state.clone()
        }
    };
    (0..KILLS).map(state).collect()
}

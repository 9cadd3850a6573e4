//! Which states there are.
//!
//! Breakages are read from a finished database, so they need one. Starts and kills take their states from among the others.

pub(crate) mod breakages;
mod combinations;
mod hosted;
mod kills;
mod prefixes;
mod shapes;
mod starts;
mod subsets;

use crate::dice::Dice;
use crate::state::State;

/// All states. `broken`: the breakages.
pub(crate) fn all(broken: Vec<State>, dice: &mut Dice) -> Vec<State> {
    let known = [
        combinations::states(),
        prefixes::states(),
        broken,
        subsets::states(dice),
        shapes::states(),
        hosted::states(),
    ]
    .concat();
    let (starts, kills) = (starts::states(&known), kills::states(&known, dice));
    [known, starts, kills].concat()
}

//! Which states there are.
//!
//! Breakages are read from a finished database, so they need one; all else is known beforehand.

pub(crate) mod breakages;
mod combinations;
mod prefixes;
mod shapes;
mod subsets;

use crate::dice::Dice;
use crate::state::State;

/// All states but the breakages.
pub(crate) fn known(dice: &mut Dice) -> Vec<State> {
    [combinations::states(), prefixes::states(), subsets::states(dice), shapes::states()].concat()
}

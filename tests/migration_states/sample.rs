//! Some of the states, other ones each time: with every `cargo test`.

use crate::state::{Family, State};
use crate::trials::{failures, try_states};

#[test]
fn a_sample_of_half_migrated_databases_converges() {
    let tried = try_states(sample);

    let failed = failures(&tried);
    assert_eq!(failed, Vec::<String>::new(), "{} of {} failed", failed.len(), tried.len());
}

fn sample(states: &[State]) -> Vec<State> {
    let of = |family| states.iter().filter(move |state| state.family == family).take(number_of(family));
    Family::ALL.into_iter().flat_map(of).cloned().collect()
}

/// How many states of a family a sample holds.
fn number_of(family: Family) -> usize {
    match family {
        Family::Combinations | Family::Prefixes | Family::Breakages | Family::Subsets | Family::Shapes => 12,
        Family::Hosted | Family::Kills => 3,
        Family::Starts => 1,
    }
}

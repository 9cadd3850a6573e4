//! Some of the states, other ones each time: with every `cargo test`.

use crate::state::{Family, State};
use crate::trials::{failures, try_states};

/// How many states of each family a sample holds.
const OF_EACH_FAMILY: usize = 12;

#[test]
fn a_sample_of_half_migrated_databases_converges() {
    let tried = try_states(sample);

    let failed = failures(&tried);
    assert_eq!(failed, Vec::<String>::new(), "{} of {} failed", failed.len(), tried.len());
}

/// As many of each family.
fn sample(states: &[State]) -> Vec<State> {
    let of = |family| states.iter().filter(move |state| state.family == family).take(OF_EACH_FAMILY);
    Family::ALL.into_iter().flat_map(of).cloned().collect()
}

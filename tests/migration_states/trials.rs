//! All states, tried: by `just migration-states`, which takes a while.

use std::time::Instant;

use switchboard::config::Environment;

use crate::cluster::remove_abandoned;
use crate::dice::Dice;
use crate::run::{self, Tried};
use crate::state::State;
use crate::verdict::Verdict;
use crate::{families, judge, report};

/// Of a hundred states, at least so many converge; the rest is refused.
const CONVERGE_OF_A_HUNDRED: usize = 98;

#[test]
#[ignore = "takes a quarter of an hour: `just migration-states`"]
fn every_half_migrated_database_converges_or_is_refused_with_a_sentence() {
    let began = Instant::now();
    let tried = try_states(<[State]>::to_vec);

    println!("\n{}\n{}", report::table(&tried), report::refusals(&tried));
    println!(
        "{} states in {:.0?}, {:.1?} for the slowest",
        tried.len(),
        began.elapsed(),
        report::slowest(&tried)
    );
    println!("{} programs were killed at work", tried.iter().filter(|one| one.was_killed).count());
    let converged = tried.iter().filter(|one| one.verdict == Verdict::Converged).count();
    assert_eq!(failures(&tried).len(), 0);
    assert_eq!(report::unlisted(&tried), Vec::<&str>::new());
    assert!(converged * 100 >= tried.len() * CONVERGE_OF_A_HUNDRED, "{converged} of {}", tried.len());
}

/// Tries those that are chosen of all states in any order; or those whose names hold what the variable says.
pub(crate) fn try_states(choose: fn(&[State]) -> Vec<State>) -> Vec<Tried> {
    remove_abandoned();
    let mut dice = Dice::new();
    let (ours, broken) = run::runtime().block_on(run::read_target()).unwrap();
    assert_eq!(judge::untried(&ours), Vec::<&String>::new(), "judge/new_inserts.sql lacks a row for each");
    let mut all = families::all(broken, &mut dice);
    // So that what is seen first is of all kinds.
    dice.shuffle(&mut all);
    let states = match Environment::of_process().get(report::CHOOSE) {
        Some(name) => named(&all, name),
        None => choose(&all),
    };
    assert!(!states.is_empty(), "no state has such a name");
    run::all(states, &ours, |tried| {
        if let Some(line) = report::line(tried) {
            println!("{line}");
        }
    })
}

/// The state of this name, or else those whose names hold it.
fn named(states: &[State], name: &str) -> Vec<State> {
    let found = |is_it: &dyn Fn(&str) -> bool| {
        states.iter().filter(|state| is_it(&state.full_name())).cloned().collect::<Vec<State>>()
    };
    let exactly = found(&|full| full == name);
    if exactly.is_empty() { found(&|full| full.contains(name)) } else { exactly }
}

/// The names of those that failed.
pub(crate) fn failures(tried: &[Tried]) -> Vec<String> {
    let failed = tried.iter().filter(|one| matches!(one.verdict, Verdict::Failed { .. }));
    failed.map(|one| one.state.full_name()).collect()
}

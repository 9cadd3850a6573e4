//! Ten states on which six servers start at once.

use crate::state::{Base, Family, State, Step, Trial};

const STATES: [&str; 10] = [
    "combinations/empty",
    "combinations/clean",
    "combinations/orm-then-clean",
    "combinations/orm-then-clean, in reverse",
    "combinations/fix-after-multi-tenant",
    "combinations/fix-after-multi-tenant, in reverse",
    "combinations/everything",
    "prefixes/03 after 01 02, 12 of 29",
    "breakages/table public.appointments dropped",
    "shapes/one id in two rows",
];

/// The sealed texts of a finished database are made up, and a server looks whether it can open them.
const WITHOUT_SEALED_TEXTS: &str =
    "truncate switchboard.encryption_canaries, switchboard.twilio_accounts cascade";

pub(crate) fn states(known: &[State]) -> Vec<State> {
    let state = |name: &str| {
        let found = known.iter().find(|state| state.full_name() == name);
        let found = found.unwrap_or_else(|| panic!("no state is called {name}"));
        let mut steps = found.steps.clone();
        if let Base::Finished(_) = found.base {
            steps.insert(0, Step::Superuser(vec![WITHOUT_SEALED_TEXTS.to_owned()]));
        }
        State {
            family: Family::Starts,
            name: name.to_owned(),
            steps,
            trial: Trial::SixServers,
            ..found.clone()
        }
    };
    STATES.into_iter().map(state).collect()
}

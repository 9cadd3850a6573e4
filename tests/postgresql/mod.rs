//! Which PostgreSQL the tests run on: the one that the program itself would find.
//!
//! `SWITCHBOARD_PG_NO_SYSTEM=1` and `SWITCHBOARD_PG_BIN` choose another, as they do for the program.

use switchboard::config::{Environment, PostgresPrograms, Settings};
use switchboard::embedded::Programs;

const VARIABLES: [&str; 5] =
    ["SWITCHBOARD_PG_BIN", "SWITCHBOARD_PG_NO_SYSTEM", "PATH", "XDG_CACHE_HOME", "HOME"];

pub(crate) fn programs() -> Programs {
    let environment = Environment::of_process();
    let pairs = VARIABLES.into_iter().filter_map(|name| Some((name, environment.get(name)?)));
    match Settings::read(&Environment::of_pairs(pairs)).unwrap().postgres_programs {
        PostgresPrograms::Directory(directory) => Programs::Directory(directory),
        PostgresPrograms::Search { path, cache } => Programs::Search { path, cache },
        PostgresPrograms::Carried { cache } => Programs::Carried { cache },
    }
}

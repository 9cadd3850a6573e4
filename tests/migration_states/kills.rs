//! Kills the program before it is done, and starts it again.
//!
//! Promises: whoever judges sees one run, which began before the kill and ended after it.

use std::cell::Cell;
use std::process::Child;
use std::time::{Duration, Instant};

use crate::cluster::Database;
use crate::program::{self, Ended, SETTINGS, ended_before};
use crate::servers::Servers;
use crate::starts;
use crate::state::{Killed, Killing};

/// How long it takes when nobody kills it: up to its end, or until it serves.
pub(crate) fn unharmed(of: Killed, database: &Database) -> Result<Duration, String> {
    let began = Instant::now();
    match of {
        Killed::Migrate => {
            let ended = program::migrate(database, &["--approve-all"]);
            if ended.exit != Some(0) {
                return Err(ended.told());
            }
        }
        Killed::Serve => Servers::start(1, database).serve()?,
    }
    Ok(began.elapsed())
}

/// A program of which the first migration is killed, and begun again. `in_time` is told whether it was still at work.
pub(crate) fn killed(
    killing: Killing,
    unharmed: Duration,
    in_time: &Cell<bool>,
) -> impl Fn(&Database, &[&str]) -> Ended + '_ {
    let was_killed = Cell::new(false);
    move |database, arguments| {
        if arguments != ["--approve-all"] || was_killed.replace(true) {
            return program::migrate(database, arguments);
        }
        in_time.set(kill(killing, unharmed, database));
        match killing.of {
            Killed::Migrate => program::migrate(database, arguments),
            Killed::Serve => starts::one(database),
        }
    }
}

/// Whether it was still at work.
fn kill(killing: Killing, unharmed: Duration, database: &Database) -> bool {
    let data = tempfile::tempdir().unwrap();
    let arguments: &[&str] = match killing.of {
        Killed::Migrate => &["migrate", "--approve-all"],
        Killed::Serve => &["serve"],
    };
    let moment = Instant::now() + unharmed * killing.moment / 1000;
    let mut process: Child =
        program::command(database, data.path(), arguments).envs(SETTINGS).spawn().unwrap();
    let is_at_work = ended_before(&mut process, moment).is_none();
    // SIGKILL.
    process.kill().unwrap();
    process.wait().unwrap();
    is_at_work
}

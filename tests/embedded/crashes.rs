//! Processes that were killed, ours and PostgreSQL's own, and what the next start makes of what they left.

use std::{
    fs,
    path::{Path, PathBuf},
};

use nix::{
    sys::signal::{self, Signal},
    unistd::Pid,
};
use switchboard::embedded::{Cluster, Durability, open};

use crate::owner::{kill_hard, spawn_owner, wait_for_its_row};
use crate::scratch::{Scratch, ask, count_rows, make_a_row, settings, start, wait_until};

#[test]
fn after_kill_9_of_the_owner_the_server_stops_and_a_committed_row_survives() {
    let scratch = Scratch::new();
    let mut owner = spawn_owner(&scratch.cluster());
    wait_for_its_row(&mut owner);

    kill_hard(owner);
    // Elsewhere the next start stops it.
    if cfg!(target_os = "linux") {
        wait_until("the server is gone", || !scratch.cluster().join("data/postmaster.pid").exists());
    }
    let next = start(&scratch.cluster());

    assert_eq!(count_rows(&next.connection()), 1);
}

#[test]
fn an_open_right_after_kill_9_waits_for_the_old_server_to_end() {
    let scratch = Scratch::new();
    let mut owner = spawn_owner(&scratch.cluster());
    wait_for_its_row(&mut owner);

    kill_hard(owner);
    let next = start(&scratch.cluster());

    assert_eq!(count_rows(&next.connection()), 1);
}

/// What a power loss leaves: no orderly end, and a pid file that nobody removed.
#[test]
fn a_server_that_was_killed_itself_recovers_at_the_next_open() {
    let scratch = Scratch::new();
    let wanted = settings(&scratch.cluster(), Durability::Durable);
    let Cluster::Started(started) = open(&wanted).unwrap() else { panic!("somebody else runs it") };
    make_a_row(&started.connection());

    let server = Pid::from_raw(i32::try_from(started.process_id()).unwrap());
    signal::kill(server, Signal::SIGKILL).unwrap();
    started.stop();
    assert!(scratch.cluster().join("data/postmaster.pid").exists());
    let next = open(&wanted).unwrap();

    assert!(matches!(next, Cluster::Started(_)));
    assert_eq!(count_rows(&next.connection()), 1);
}

#[test]
fn an_initdb_that_was_killed_halfway_is_redone() {
    let scratch = Scratch::new();
    let owner = spawn_owner(&scratch.cluster());
    wait_until("initdb has begun", || {
        unfinished(&scratch.cluster()).any(|part| part.join("PG_VERSION").exists())
    });

    kill_hard(owner);
    let next = start(&scratch.cluster());

    assert_eq!(make_a_row(&next.connection()), 1);
    assert!(scratch.cluster().join("data/PG_VERSION").exists());
}

#[test]
fn the_remains_of_an_interrupted_initdb_are_removed() {
    let scratch = Scratch::new();
    let part = scratch.cluster().join("initdb-interrupted");
    fs::create_dir_all(&part).unwrap();
    fs::write(part.join("PG_VERSION"), "15\n").unwrap();

    let started = start(&scratch.cluster());

    assert_eq!(make_a_row(&started.connection()), 1);
    assert_eq!(unfinished(&scratch.cluster()).count(), 0);
}

fn unfinished(directory: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("initdb-"))
}

#[test]
fn a_pid_file_full_of_garbage_or_of_a_stranger_does_not_hinder() {
    let scratch = Scratch::new();
    start(&scratch.cluster()).stop();
    let own = std::process::id();

    for content in ["", "garbage\n", "0\n", "-1\n", &format!("{own}\n{own}\n")] {
        fs::write(scratch.cluster().join("data/postmaster.pid"), content).unwrap();
        let started = start(&scratch.cluster());
        assert_eq!(
            ask(&started.connection(), "", "select count(*) from pg_roles where rolname = 'postgres'"),
            1
        );
    }
}

//! A cluster of one owner, from nothing to its end and on again.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use nix::unistd::{self, Pid};
use switchboard::embedded::{Durability, open};

use crate::scratch::{Scratch, ask, count_rows, make_a_row, settings, start};

#[test]
fn a_cluster_starts_from_nothing_and_stops_with_its_owner() {
    let scratch = Scratch::new();

    let started = start(&scratch.cluster());
    let rows = make_a_row(&started.connection());
    let socket_directory = started.connection().socket_directory().to_owned();
    let mode = fs::metadata(&socket_directory).unwrap().permissions().mode();
    let server = Pid::from_raw(i32::try_from(started.process_id()).unwrap());
    let group = unistd::getpgid(Some(server)).unwrap();
    let tcp = ask(
        &started.connection(),
        "",
        "select count(*) from pg_settings where name = 'listen_addresses' and setting <> ''",
    );
    started.stop();

    assert_eq!(rows, 1);
    assert_eq!(mode & 0o777, 0o700, "nobody else can reach the socket");
    assert_eq!(group, server, "Ctrl-C reaches us, not the server");
    assert_eq!(tcp, 0, "no TCP");
    assert!(!scratch.cluster().join("data/postmaster.pid").exists());
    assert!(!socket_directory.exists());
}

#[test]
fn rows_are_there_again_after_a_stop() {
    let scratch = Scratch::new();
    let started = start(&scratch.cluster());
    make_a_row(&started.connection());
    started.stop();

    let again = start(&scratch.cluster());

    assert_eq!(count_rows(&again.connection()), 1);
}

#[test]
fn the_server_knows_nothing_of_our_environment() {
    let scratch = Scratch::new();
    let started = start(&scratch.cluster());

    let environment = Path::new("/proc").join(started.process_id().to_string()).join("environ");
    let variables = fs::read_to_string(environment).unwrap_or_default();

    let ours = variables.split('\0').find(|one| one.contains("CARGO") || one.starts_with("PATH="));
    assert_eq!(ours, None);
}

#[test]
fn a_path_too_long_for_a_socket_works_all_the_same() {
    let scratch = Scratch::new();
    let directory = scratch.cluster().join("a long name, with commas and \"quotes\"".repeat(4));

    let started = start(&directory);

    let connection = started.connection();
    assert!(!connection.socket_directory().starts_with(scratch.cluster()));
    assert_eq!(make_a_row(&connection), 1);
    let joined = open(&settings(&directory, Durability::Disposable)).unwrap();
    assert_eq!(joined.connection(), connection);
    started.stop();
    assert!(!connection.socket_directory().exists());
}

//! Several that open one directory: one starts the server, all use it.

use std::{
    fs::{self, File},
    thread,
};

use switchboard::embedded::{Cluster, Durability, open};

use crate::owner::{kill_hard, spawn_owner, wait_for_its_row};
use crate::scratch::{Scratch, count_rows, make_a_row, settings, start};

#[test]
fn a_second_open_in_the_same_process_uses_the_running_server() {
    let scratch = Scratch::new();
    let started = start(&scratch.cluster());
    make_a_row(&started.connection());

    let second = open(&settings(&scratch.cluster(), Durability::Disposable)).unwrap();

    assert!(matches!(second, Cluster::Running(_)));
    assert_eq!(count_rows(&second.connection()), 1);
}

#[test]
fn of_two_that_open_at_once_one_starts_the_server_and_both_use_it() {
    let scratch = Scratch::new();
    let wanted = settings(&scratch.cluster(), Durability::Disposable);

    let (one, other) = thread::scope(|scope| {
        let one = scope.spawn(|| open(&wanted).unwrap());
        let other = scope.spawn(|| open(&wanted).unwrap());
        (one.join().unwrap(), other.join().unwrap())
    });

    let started = [&one, &other].into_iter().filter(|cluster| matches!(cluster, Cluster::Started(_))).count();
    assert_eq!(started, 1);
    assert_eq!(one.connection(), other.connection());
    make_a_row(&one.connection());
    assert_eq!(count_rows(&other.connection()), 1);
}

#[test]
fn a_server_of_another_process_is_used_while_it_lives() {
    let scratch = Scratch::new();
    let mut owner = spawn_owner(&scratch.cluster());
    wait_for_its_row(&mut owner);

    let cluster = open(&settings(&scratch.cluster(), Durability::Durable)).unwrap();

    assert!(matches!(cluster, Cluster::Running(_)));
    assert_eq!(count_rows(&cluster.connection()), 1);
    kill_hard(owner);
}

#[test]
fn a_waiting_open_takes_over_when_the_directory_becomes_free() {
    let scratch = Scratch::new();
    fs::create_dir_all(scratch.cluster()).unwrap();
    let lock = File::create(scratch.cluster().join("lock")).unwrap();
    lock.lock().unwrap();

    let opened = thread::scope(|scope| {
        let waiting = scope.spawn(|| open(&settings(&scratch.cluster(), Durability::Disposable)).unwrap());
        drop(lock);
        waiting.join().unwrap()
    });

    assert!(matches!(opened, Cluster::Started(_)));
}

//! What is not opened, and what is said about it.

use std::fs;

use switchboard::embedded::{Durability, EmbeddedError, open};

use crate::scratch::{Scratch, settings, start};

#[test]
fn a_note_that_leads_nowhere_is_refused_and_named() {
    let scratch = Scratch::new();
    fs::create_dir_all(scratch.cluster()).unwrap();
    let note = scratch.cluster().join("location");

    for location in ["/var/lib/switchboard/00000000-0000-7000-8000-000000000000", "/etc", "", "../elsewhere"]
    {
        fs::write(&note, location).unwrap();
        let error = open(&settings(&scratch.cluster(), Durability::Disposable)).unwrap_err();
        assert!(matches!(error, EmbeddedError::LocationLost { .. }), "{error}");
        assert!(error.to_string().contains(&*note.to_string_lossy()), "{error}");
    }
    fs::remove_file(note).unwrap();
}

#[test]
fn data_of_another_major_version_is_refused_and_both_versions_are_named() {
    let scratch = Scratch::new();
    start(&scratch.cluster()).stop();
    fs::write(scratch.cluster().join("data/PG_VERSION"), "9999\n").unwrap();

    let error = open(&settings(&scratch.cluster(), Durability::Disposable)).unwrap_err();

    let EmbeddedError::WrongVersion { found, .. } = &error else { panic!("{error}") };
    let message = error.to_string();
    assert!(message.contains("made by PostgreSQL 9999"), "{message}");
    assert!(message.contains(&format!("is PostgreSQL {found}")), "{message}");
    assert!(message.contains("SWITCHBOARD_PG_BIN"), "{message}");
}

#[test]
fn a_directory_of_something_else_is_never_overwritten() {
    let scratch = Scratch::new();
    let precious = scratch.cluster().join("data/precious.txt");
    fs::create_dir_all(precious.parent().unwrap()).unwrap();
    fs::write(&precious, "mine").unwrap();

    let error = open(&settings(&scratch.cluster(), Durability::Disposable)).unwrap_err();

    assert!(matches!(error, EmbeddedError::NotADatabase { .. }), "{error}");
    assert_eq!(fs::read_to_string(precious).unwrap(), "mine");
}

#[test]
fn a_server_that_does_not_start_is_quoted() {
    let scratch = Scratch::new();
    start(&scratch.cluster()).stop();
    fs::write(scratch.cluster().join("data/postgresql.conf"), "no_such_setting = on\n").unwrap();

    let error = open(&settings(&scratch.cluster(), Durability::Disposable)).unwrap_err();

    assert!(matches!(error, EmbeddedError::DidNotStart { .. }), "{error}");
    assert!(error.to_string().contains("no_such_setting"), "{error}");
}

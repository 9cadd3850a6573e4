//! The account that PostgreSQL runs as, and a place that it can enter. As an ordinary user: its own, anywhere.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::Command,
};

use nix::unistd;
use switchboard::embedded::remove_abandoned;

use crate::scratch::{Scratch, count_rows, count_tables, make_a_row, start};

#[test]
fn a_directory_that_postgres_cannot_enter_is_served_from_elsewhere_and_forgotten_with_it() {
    let private = tempfile::tempdir().unwrap();
    fs::set_permissions(private.path(), Permissions::from_mode(0o700)).unwrap();
    let directory = private.path().join("cluster");

    let started = start(&directory);
    make_a_row(&started.connection());
    let relocated = started.relocated().map(Path::to_owned);
    started.stop();
    let again = start(&directory);
    let kept = count_rows(&again.connection());
    again.stop();
    fs::remove_dir_all(&directory).unwrap();
    let fresh = start(&directory);
    let tables = count_tables(&fresh.connection());
    fresh.stop();
    remove_abandoned(private.path(), "cluster");

    assert_eq!(relocated.is_some(), unistd::geteuid().is_root());
    assert_eq!(kept, 1);
    assert_eq!(tables, 0);
    if let Some(relocated) = relocated {
        assert!(relocated.starts_with("/var/lib/switchboard"));
        fs::remove_dir_all(relocated).unwrap();
    }
}

#[test]
fn root_runs_the_server_as_the_owner_of_the_data() {
    let scratch = Scratch::new();
    start(&scratch.cluster()).stop();
    let data = scratch.cluster().join("data");
    let expected = if unistd::geteuid().is_root() {
        let status = Command::new("chown").args(["-R", "nobody"]).arg(&data).status().unwrap();
        assert!(status.success());
        unistd::User::from_name("nobody").unwrap().unwrap().uid
    } else {
        unistd::geteuid()
    };

    let started = start(&scratch.cluster());

    let process = Path::new("/proc").join(started.process_id().to_string());
    if let Ok(process) = fs::metadata(process) {
        assert_eq!(std::os::unix::fs::MetadataExt::uid(&process), expected.as_raw());
    }
    assert_eq!(make_a_row(&started.connection()), 1);
}

//! Clusters that killed test runs left.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
    path::PathBuf,
};

use nix::unistd;
use switchboard::embedded::remove_abandoned;

use crate::owner::{kill_hard, spawn_owner, wait_for_its_row};
use crate::scratch::{Scratch, make_a_row, start};

#[test]
fn abandoned_clusters_are_removed_and_held_ones_stay() {
    let scratch = Scratch::new();
    let [held, left, other] =
        ["cluster-held", "cluster-left", "other"].map(|name| scratch.folder().join(name));
    let started = start(&held);
    start(&left).stop();
    start(&other).stop();

    remove_abandoned(scratch.folder(), "cluster-");

    assert!(!left.exists());
    assert!(other.exists());
    assert_eq!(make_a_row(&started.connection()), 1);
}

#[test]
fn an_abandoned_cluster_goes_with_the_place_it_was_relocated_to() {
    let private = tempfile::tempdir().unwrap();
    fs::set_permissions(private.path(), Permissions::from_mode(0o700)).unwrap();
    let mut owner = spawn_owner(&private.path().join("cluster"));
    wait_for_its_row(&mut owner);
    let location = fs::read_to_string(private.path().join("cluster/location")).ok().map(PathBuf::from);

    kill_hard(owner);
    remove_abandoned(private.path(), "cluster");

    assert_eq!(location.is_some(), unistd::geteuid().is_root());
    assert!(location.is_none_or(|location| !location.exists()));
    assert!(!private.path().join("cluster").exists());
}

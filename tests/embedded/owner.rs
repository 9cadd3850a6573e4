//! An owner of a cluster in a process of its own, to be killed: this same executable again, playing one test.

use std::{
    env,
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
    process::{Child, Command, Stdio},
};

use switchboard::embedded::{Durability, open};

use crate::scratch::{make_a_row, settings};

/// Names the directory to the child that holds a cluster for another process.
const CHILD_VARIABLE: &str = "SWITCHBOARD_TEST_CHILD";
const CHILD_TEST: &str = "owner::a_child_process_holds_a_cluster_for_the_tests_that_kill_it";
const CHILD_IS_READY: &str = "the row is committed";

/// This executable again, playing the one test that holds a cluster. It ends with us at the latest, when its input closes.
pub(crate) fn spawn_owner(directory: &Path) -> Child {
    Command::new(env::current_exe().unwrap())
        .args([CHILD_TEST, "--exact", "--nocapture"])
        .env(CHILD_VARIABLE, directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

pub(crate) fn wait_for_its_row(owner: &mut Child) {
    let output = BufReader::new(owner.stdout.take().unwrap());
    let ready = output.lines().map_while(Result::ok).any(|line| line.contains(CHILD_IS_READY));
    assert!(ready, "the child ended early");
}

pub(crate) fn kill_hard(mut owner: Child) {
    owner.kill().unwrap();
    owner.wait().unwrap();
}

#[test]
fn a_child_process_holds_a_cluster_for_the_tests_that_kill_it() {
    let Some(directory) = directory_of_the_parent() else { return };

    let cluster = open(&settings(Path::new(&directory), Durability::Durable)).unwrap();
    make_a_row(&cluster.connection());

    println!("\n{CHILD_IS_READY}");
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

#[expect(
    clippy::disallowed_methods,
    reason = "a word from one test process to another; no setting of the program"
)]
fn directory_of_the_parent() -> Option<std::ffi::OsString> {
    env::var_os(CHILD_VARIABLE)
}

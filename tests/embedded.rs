//! The private PostgreSQL, with the real programs of this machine: starting, sharing, dying and starting again.
//!
//! Passes as root and as an ordinary user. Where a test needs an owner that is killed, it runs this same executable
//! again and lets it play one test: the one that holds a cluster for another process.

#![cfg(test)]

use std::{
    env,
    fs::{self, File, Permissions},
    io::{BufRead as _, BufReader, Read as _},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{self, Signal},
    unistd::{self, Pid},
};
use sqlx::{
    Connection as _,
    postgres::{PgConnectOptions, PgConnection, PgSslMode},
};
use switchboard::embedded::{
    Cluster, Connection, Durability, EmbeddedError, Programs, Settings, StartedCluster, open,
    remove_abandoned,
};
use tempfile::TempDir;

/// Names the directory to the child that holds a cluster for another process.
const CHILD_VARIABLE: &str = "SWITCHBOARD_TEST_CHILD";
const CHILD_TEST: &str = "a_child_process_holds_a_cluster_for_the_tests_that_kill_it";
const CHILD_IS_READY: &str = "the row is committed";

/// A folder for one test that other accounts can enter, unlike a usual temporary one; cleaned up behind it.
struct Scratch(TempDir);

impl Scratch {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        Self(folder)
    }

    fn cluster(&self) -> PathBuf {
        self.0.path().join("cluster")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        remove_abandoned(self.0.path(), "cluster");
    }
}

#[expect(clippy::disallowed_methods, reason = "the test's own environment; no settings of the program")]
fn environment(name: &str) -> Option<std::ffi::OsString> {
    env::var_os(name)
}

fn settings(directory: &Path, durability: Durability) -> Settings {
    let programs = Programs::Search { path: environment("PATH") };
    Settings { directory: directory.to_owned(), durability, programs, max_connections: 20 }
}

fn start(directory: &Path) -> StartedCluster {
    match open(&settings(directory, Durability::Disposable)).unwrap() {
        Cluster::Started(started) => started,
        Cluster::Running(connection) => panic!("somebody else already runs {connection:?}"),
    }
}

/// Runs statements, and then one query that counts something.
fn ask(connection: &Connection, statements: &'static str, count: &'static str) -> i64 {
    let options = PgConnectOptions::new_without_pgpass()
        .socket(connection.socket_directory())
        .port(connection.port())
        .username(connection.user())
        .database(connection.database())
        .ssl_mode(PgSslMode::Disable);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut client = PgConnection::connect_with(&options).await.unwrap();
        sqlx::raw_sql(statements).execute(&mut client).await.unwrap();
        let answer = sqlx::query_scalar(count).fetch_one(&mut client).await.unwrap();
        client.close().await.unwrap();
        answer
    })
}

fn make_a_row(connection: &Connection) -> i64 {
    ask(
        connection,
        "create table calls (sid text); insert into calls values ('CA1')",
        "select count(*) from calls",
    )
}

fn count_rows(connection: &Connection) -> i64 {
    ask(connection, "", "select count(*) from calls")
}

fn count_tables(connection: &Connection) -> i64 {
    ask(connection, "", "select count(*) from pg_tables where tablename = 'calls'")
}

fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !condition() {
        assert!(Instant::now() < deadline, "waited in vain until {what}");
        thread::park_timeout(Duration::from_millis(5));
    }
}

/// This executable again, playing the one test that holds a cluster. It ends with us at the latest, when its input closes.
fn spawn_owner(directory: &Path) -> Child {
    Command::new(env::current_exe().unwrap())
        .args([CHILD_TEST, "--exact", "--nocapture"])
        .env(CHILD_VARIABLE, directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn wait_for_its_row(owner: &mut Child) {
    let output = BufReader::new(owner.stdout.take().unwrap());
    let ready = output.lines().map_while(Result::ok).any(|line| line.contains(CHILD_IS_READY));
    assert!(ready, "the child ended early");
}

fn kill_hard(mut owner: Child) {
    owner.kill().unwrap();
    owner.wait().unwrap();
}

#[test]
fn a_child_process_holds_a_cluster_for_the_tests_that_kill_it() {
    let Some(directory) = environment(CHILD_VARIABLE) else { return };

    let cluster = open(&settings(Path::new(&directory), Durability::Durable)).unwrap();
    make_a_row(&cluster.connection());

    println!("\n{CHILD_IS_READY}");
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

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

    assert!(!variables.contains("CARGO"), "{variables}");
    assert!(!variables.contains("PATH="), "{variables}");
}

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
fn a_directory_set_by_hand_without_a_server_is_named_with_the_way_out() {
    let scratch = Scratch::new();
    let empty = scratch.0.path().join("no programs");
    let mut wanted = settings(&scratch.cluster(), Durability::Disposable);
    wanted.programs = Programs::Directory(empty.clone());

    let message = open(&wanted).unwrap_err().to_string();

    assert!(message.contains(&*empty.to_string_lossy()), "{message}");
    assert!(message.contains("SWITCHBOARD_PG_BIN"), "{message}");
    assert!(message.contains("install"), "{message}");
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

#[test]
fn a_server_that_does_not_start_is_quoted() {
    let scratch = Scratch::new();
    start(&scratch.cluster()).stop();
    fs::write(scratch.cluster().join("data/postgresql.conf"), "no_such_setting = on\n").unwrap();

    let error = open(&settings(&scratch.cluster(), Durability::Disposable)).unwrap_err();

    assert!(matches!(error, EmbeddedError::DidNotStart { .. }), "{error}");
    assert!(error.to_string().contains("no_such_setting"), "{error}");
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

#[test]
fn abandoned_clusters_are_removed_and_held_ones_stay() {
    let scratch = Scratch::new();
    let [held, left, other] =
        ["cluster-held", "cluster-left", "other"].map(|name| scratch.0.path().join(name));
    let started = start(&held);
    start(&left).stop();
    start(&other).stop();

    remove_abandoned(scratch.0.path(), "cluster-");

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

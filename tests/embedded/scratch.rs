//! What every test here starts from: a folder, a cluster in it, and a question to its server.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use sqlx::{
    Connection as _,
    postgres::{PgConnectOptions, PgConnection, PgSslMode},
};
use switchboard::embedded::{
    Cluster, Connection, Durability, Settings, StartedCluster, open, remove_abandoned,
};
use tempfile::TempDir;

use crate::postgresql;

/// A folder for one test that other accounts can enter, unlike a usual temporary one; cleaned up behind it.
pub(crate) struct Scratch(TempDir);

impl Scratch {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        Self(folder)
    }

    pub(crate) fn folder(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn cluster(&self) -> PathBuf {
        self.0.path().join("cluster")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        remove_abandoned(self.0.path(), "cluster");
    }
}

pub(crate) fn settings(directory: &Path, durability: Durability) -> Settings {
    let programs = postgresql::programs();
    Settings { directory: directory.to_owned(), durability, programs, max_connections: 20 }
}

pub(crate) fn start(directory: &Path) -> StartedCluster {
    match open(&settings(directory, Durability::Disposable)).unwrap() {
        Cluster::Started(started) => started,
        Cluster::Running(connection) => panic!("somebody else already runs {connection:?}"),
    }
}

/// Runs statements, and then one query that counts something.
pub(crate) fn ask(connection: &Connection, statements: &'static str, count: &'static str) -> i64 {
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

pub(crate) fn make_a_row(connection: &Connection) -> i64 {
    ask(
        connection,
        "create table calls (sid text); insert into calls values ('CA1')",
        "select count(*) from calls",
    )
}

pub(crate) fn count_rows(connection: &Connection) -> i64 {
    ask(connection, "", "select count(*) from calls")
}

pub(crate) fn count_tables(connection: &Connection) -> i64 {
    ask(connection, "", "select count(*) from pg_tables where tablename = 'calls'")
}

pub(crate) fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !condition() {
        assert!(Instant::now() < deadline, "waited in vain until {what}");
        thread::park_timeout(Duration::from_millis(5));
    }
}

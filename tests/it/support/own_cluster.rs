//! A PostgreSQL of one test's own.
//!
//! Roles belong to a whole cluster. A test that makes, takes away or spoils one that others rely on starts here.

use std::path::PathBuf;
use std::thread;

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use switchboard::embedded::{self, Cluster, Connection};

use super::cluster;

/// Stopped and removed with the value.
#[derive(Debug)]
pub(crate) struct OwnCluster {
    connection: Connection,
    directory: PathBuf,
    cluster: Option<Cluster>,
}

impl OwnCluster {
    pub(crate) async fn start() -> Self {
        let directory = cluster::new_directory();
        let wanted = directory.clone();
        let cluster = tokio::task::spawn_blocking(move || cluster::open(&wanted)).await.unwrap();
        Self { connection: cluster.connection(), directory, cluster: Some(cluster) }
    }

    /// How the superuser connects to a database.
    pub(crate) fn options(&self, database: &str) -> PgConnectOptions {
        cluster::options_of(&self.connection, database)
    }

    /// How somebody else does.
    pub(crate) fn options_as(&self, login: &str, database: &str) -> PgConnectOptions {
        self.options(database).username(login)
    }

    /// Runs statements as the superuser, one message each: some want no transaction around them.
    pub(crate) async fn run(&self, database: &str, statements: &[&str]) {
        let mut connection =
            PgConnection::connect_with(&cluster::unheard(self.options(database))).await.unwrap();
        for &statement in statements {
            sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut connection).await.unwrap();
        }
        connection.close().await.unwrap();
    }
}

impl Drop for OwnCluster {
    fn drop(&mut self) {
        let (cluster, directory) = (self.cluster.take(), self.directory.clone());
        // Stopping waits for the server, which must not hold up the tests of other threads.
        thread::spawn(move || {
            drop(cluster);
            if let (Some(parent), Some(name)) = (directory.parent(), directory.file_name()) {
                embedded::remove_abandoned(parent, &name.to_string_lossy());
            }
        });
    }
}

//! A PostgreSQL of one test's own.
//!
//! Roles belong to a whole cluster. A test that makes, takes away or spoils one that others rely on starts here.

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use switchboard::embedded::{Cluster, Connection};

use super::cluster;

/// Stopped with the value.
#[derive(Debug)]
pub(crate) struct OwnCluster {
    connection: Connection,
    cluster: Option<Cluster>,
}

impl OwnCluster {
    pub(crate) async fn start() -> Self {
        let cluster = tokio::task::spawn_blocking(cluster::open).await.unwrap();
        Self { connection: cluster.connection(), cluster: Some(cluster) }
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
        let mut connection = PgConnection::connect_with(&self.options(database)).await.unwrap();
        for &statement in statements {
            sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut connection).await.unwrap();
        }
        connection.close().await.unwrap();
    }
}

impl Drop for OwnCluster {
    fn drop(&mut self) {
        // Stopping waits for the server, which must not hold up the tests of other threads.
        let cluster = self.cluster.take();
        std::thread::spawn(move || drop(cluster));
    }
}

//! A database of one test, and a look at its rows.

use std::collections::BTreeMap;
use std::process::{Command, Output};

use serde_json::Value;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection};
use tokio::sync::Mutex;

use super::cluster;

/// Dropped with the value.
#[derive(Debug)]
pub(crate) struct TestDatabase {
    name: String,
    superuser: Mutex<PgConnection>,
}

impl TestDatabase {
    /// One that is migrated.
    pub(crate) async fn new() -> Self {
        Self::opened(cluster::make_database().await).await
    }

    /// One that holds nothing.
    pub(crate) async fn empty() -> Self {
        Self::opened(cluster::make_empty_database().await).await
    }

    async fn opened(name: String) -> Self {
        let superuser = PgConnection::connect_with(&cluster::unheard(cluster::options(&name))).await.unwrap();
        Self { name, superuser: Mutex::new(superuser) }
    }

    /// How the superuser connects, whom no policy binds.
    pub(crate) fn options(&self) -> PgConnectOptions {
        cluster::options(&self.name)
    }

    /// The program with these arguments and no settings but this database.
    pub(crate) async fn command(&self, arguments: &[&str]) -> Output {
        let options = self.options();
        let url = format!(
            "postgres://{}@localhost:{}/{}?host={}",
            options.get_username(),
            options.get_port(),
            self.name,
            options.get_socket().unwrap().display()
        );
        let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
        command.args(arguments).env_clear().env("DATABASE_URL", url);
        tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
    }

    /// A connection of the superuser for the test itself, whose errors it wants to see.
    pub(crate) async fn connect(&self) -> PgConnection {
        cluster::unheard(self.options()).connect().await.unwrap()
    }

    /// The same, after it has become this role.
    pub(crate) async fn connect_as(&self, role: &str) -> PgConnection {
        cluster::unheard(self.options()).options([("role", role)]).connect().await.unwrap()
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Runs one or several statements as the superuser.
    pub(crate) async fn run(&self, statements: &str) {
        let mut superuser = self.superuser.lock().await;
        sqlx::raw_sql(AssertSqlSafe(statements.to_owned())).execute(&mut *superuser).await.unwrap();
    }

    /// What a query of the superuser finds, a JSON object for each row.
    pub(crate) async fn rows(&self, query: &str) -> Vec<Value> {
        rows_of(&mut *self.superuser.lock().await, query).await
    }

    /// The only row that a query finds.
    pub(crate) async fn row(&self, query: &str) -> Value {
        let mut rows = self.rows(query).await;
        assert_eq!(rows.len(), 1, "{query}\nfound {rows:#?}");
        rows.remove(0)
    }

    /// How many rows the table or query after `FROM` has.
    pub(crate) async fn count(&self, from: &str) -> i64 {
        self.row(&format!("SELECT count(*) AS n FROM {from}")).await["n"].as_i64().unwrap()
    }

    /// Every row of every table that is ours, as the catalogue knows them: for "nothing was written".
    pub(crate) async fn contents(&self) -> BTreeMap<String, Vec<Value>> {
        let mut superuser = self.superuser.lock().await;
        let tables: Vec<String> = sqlx::query_scalar(
            "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
              WHERE c.relkind IN ('r', 'p') AND n.nspname IN ('public', 'switchboard')",
        )
        .fetch_all(&mut *superuser)
        .await
        .unwrap();
        let mut contents = BTreeMap::new();
        for table in tables {
            let rows = rows_of(&mut superuser, &format!("SELECT * FROM {table} t ORDER BY t::text")).await;
            contents.insert(table, rows);
        }
        contents
    }
}

async fn rows_of(connection: &mut PgConnection, query: &str) -> Vec<Value> {
    let as_json = format!("SELECT to_jsonb(found) FROM ({query}) found");
    sqlx::query_scalar(AssertSqlSafe(as_json)).fetch_all(connection).await.unwrap()
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        cluster::drop_database(&self.name);
    }
}

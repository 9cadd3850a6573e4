//! One PostgreSQL for the whole run, with one migrated database to copy.
//!
//! It starts with the first test that needs it and dies with the process. What a run leaves in the system's temp
//! folder, the next one removes. A database is dropped behind its test, by a thread that nobody waits for.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, mpsc};
use std::thread;

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection};
use switchboard::embedded::{self, Cluster, Connection, Durability, Settings};
use switchboard::schema;
use uuid::Uuid;

use crate::postgresql;

const PREFIX: &str = "switchboard-test-";
const TEMPLATE: &str = "migrated";
/// Every test opens two small pools, and dozens of tests run at once on a big machine.
const MAX_CONNECTIONS: u16 = 400;

static CLUSTER: LazyLock<RunningCluster> = LazyLock::new(RunningCluster::start);
static NEXT: AtomicU32 = AtomicU32::new(1);

struct RunningCluster {
    connection: Connection,
    /// Lives as long as the process: nothing in a static is ever dropped.
    _cluster: Cluster,
    finished: mpsc::Sender<String>,
}

/// Makes a copy of the migrated database. Returns its name.
pub(super) async fn make_database() -> String {
    copy_of(TEMPLATE).await
}

/// Makes a database that holds nothing. Returns its name.
pub(super) async fn make_empty_database() -> String {
    copy_of("template1").await
}

async fn copy_of(template: &str) -> String {
    let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let mut connection = PgConnection::connect_with(&unheard(options("postgres"))).await.unwrap();
    // Twice as fast as copying through the log, which nobody will ever replay.
    let statement = format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy");
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    name
}

/// Lets the database go, with whatever is still connected to it.
pub(super) fn drop_database(name: &str) {
    // The thread ends with the process only.
    let _ = CLUSTER.finished.send(name.to_owned());
}

/// The superuser's connection to one database.
pub(super) fn options(database: &str) -> PgConnectOptions {
    options_of(&CLUSTER.connection, database)
}

/// The same for a connection of a test, whose statements are no business of the program's log.
pub(super) fn unheard(options: PgConnectOptions) -> PgConnectOptions {
    options.disable_statement_logging()
}

/// Where the server's socket lies.
pub(super) fn socket() -> PathBuf {
    let connection = &CLUSTER.connection;
    connection.socket_directory().join(format!(".s.PGSQL.{}", connection.port()))
}

pub(super) fn options_of(connection: &Connection, database: &str) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .socket(connection.socket_directory())
        .port(connection.port())
        .username(connection.user())
        .database(database)
        .ssl_mode(PgSslMode::Disable)
}

impl RunningCluster {
    /// On a thread of its own: tests are asynchronous already, and starting blocks.
    fn start() -> Self {
        thread::spawn(|| {
            embedded::remove_abandoned(&std::env::temp_dir(), PREFIX);
            let cluster = open(&new_directory());
            let connection = cluster.connection();
            block_on(prepare(&connection));
            let finished = spawn_cleaner(options_of(&connection, connection.database()));
            Self { connection, _cluster: cluster, finished }
        })
        .join()
        .unwrap()
    }
}

/// Where no server lies yet.
pub(super) fn new_directory() -> PathBuf {
    let name = format!("{PREFIX}{}-{}", std::process::id(), Uuid::now_v7().simple());
    std::env::temp_dir().join(name)
}

/// Starts a server with nothing in it. Blocks.
pub(super) fn open(directory: &Path) -> Cluster {
    super::watch_the_log();
    let settings = Settings {
        directory: directory.to_owned(),
        durability: Durability::Disposable,
        programs: postgresql::programs(),
        max_connections: MAX_CONNECTIONS,
    };
    embedded::open(&settings).unwrap()
}

async fn prepare(connection: &Connection) {
    let mut superuser = PgConnection::connect_with(&options_of(connection, "postgres")).await.unwrap();
    let statements = format!(
        "ALTER SYSTEM SET max_wal_size = '128MB'; SELECT pg_reload_conf(); CREATE DATABASE {TEMPLATE}"
    );
    for statement in statements.split("; ") {
        sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut superuser).await.unwrap();
    }
    superuser.close().await.unwrap();
    schema::migrate(&options_of(connection, TEMPLATE)).await.unwrap();
}

/// Hundreds of databases would fill the temp folder of a small machine.
fn spawn_cleaner(options: PgConnectOptions) -> mpsc::Sender<String> {
    let (finished, names) = mpsc::channel::<String>();
    thread::spawn(move || {
        block_on(async {
            let mut connection = PgConnection::connect_with(&options).await.unwrap();
            for name in names {
                let statement = format!("DROP DATABASE {name} WITH (FORCE)");
                sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await.unwrap();
            }
        });
    });
    finished
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

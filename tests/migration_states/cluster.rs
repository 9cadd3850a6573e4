//! A PostgreSQL of one worker's own, and its databases.
//!
//! Promises: each database is owned by a login that is no superuser, is bound by row-level security and may create roles:
//! as a superuser none of the faults of row-level security shows.
//! Trap: roles belong to the whole cluster, so states that make some come last on a worker.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection};
use switchboard::embedded::{self, Cluster, Connection, Durability, Settings};

use crate::postgresql;

/// Who owns the databases, and ran the files of old.
const OWNER: &str = "firm";
/// The same at a hosted service, where row-level security does not bind it. Its name begins as the other, so that both come
/// in one order among others.
const HOSTED_OWNER: &str = "firm_hosted";
const PREFIX: &str = "switchboard-states-";

static NEXT: AtomicU32 = AtomicU32::new(1);

/// Stopped and removed with the value.
pub(crate) struct OwnCluster {
    connection: Connection,
    directory: PathBuf,
    log: PathBuf,
    cluster: Option<Cluster>,
}

/// One database of a cluster.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    superuser: PgConnectOptions,
    owner: &'static str,
    /// What the whole cluster says.
    log: PathBuf,
}

/// Two sessions in one database, kept open while a state is judged.
pub(crate) struct Sessions {
    /// Sees everything.
    pub(crate) superuser: PgConnection,
    /// The login that owns the database.
    pub(crate) owner: PgConnection,
}

impl OwnCluster {
    /// Starts a server that holds nothing. Blocks for a second.
    pub(crate) async fn start() -> Self {
        let name = format!("{PREFIX}{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let directory = place().join(name);
        let settings = Settings {
            directory: directory.clone(),
            durability: Durability::Disposable,
            programs: postgresql::programs(),
            // Six servers at once, each with its pools.
            max_connections: 100,
        };
        let cluster = embedded::open(&settings).unwrap();
        let Cluster::Started(started) = &cluster else { panic!("somebody else's cluster") };
        let log = started.directory().join("postgres.log");
        let cluster = Self { connection: cluster.connection(), directory, log, cluster: Some(cluster) };
        cluster
            .run(&[
                "ALTER SYSTEM SET max_wal_size = '128MB'",
                // Statistics that come and go would be changes that nobody made.
                "ALTER SYSTEM SET autovacuum = off",
                "SELECT pg_reload_conf()",
                &format!("CREATE ROLE {OWNER} LOGIN CREATEROLE"),
                &format!("CREATE ROLE {HOSTED_OWNER} LOGIN CREATEROLE BYPASSRLS"),
            ])
            .await;
        cluster
    }

    /// A copy of another database, or of nothing.
    pub(crate) async fn make(&self, template: Option<&Database>) -> Database {
        match template {
            Some(template) => self.create(template.name(), template.owner).await,
            None => self.create("template1", OWNER).await,
        }
    }

    /// An empty database as a hosted service hands it over: roles, extensions and default privileges are still to come.
    pub(crate) async fn make_hosted(&self) -> Database {
        self.create("template1", HOSTED_OWNER).await
    }

    async fn create(&self, template: &str, owner: &'static str) -> Database {
        let name = format!("state_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        // Twice as fast as copying through the log, which nobody will ever replay.
        let create = format!("CREATE DATABASE {name} OWNER {owner} TEMPLATE {template} STRATEGY file_copy");
        self.run(&[&create]).await;
        Database { superuser: self.options(&name), owner, log: self.log.clone() }
    }

    /// Lets a database go.
    pub(crate) async fn drop(&self, database: &Database) {
        self.run(&[&format!("DROP DATABASE {} WITH (FORCE)", database.name())]).await;
    }

    async fn run(&self, statements: &[&str]) {
        let mut connection = self.options("postgres").connect().await.unwrap();
        for &statement in statements {
            sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut connection).await.unwrap();
        }
        connection.close().await.unwrap();
    }

    fn options(&self, database: &str) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .socket(self.connection.socket_directory())
            .port(self.connection.port())
            .username(self.connection.user())
            .database(database)
            .ssl_mode(PgSslMode::Disable)
            // One of the states sets another for its database.
            .options([("statement_timeout", "0"), ("TimeZone", "UTC")])
            .disable_statement_logging()
    }
}

impl Drop for OwnCluster {
    fn drop(&mut self) {
        drop(self.cluster.take());
        if let (Some(parent), Some(name)) = (self.directory.parent(), self.directory.file_name()) {
            embedded::remove_abandoned(parent, &name.to_string_lossy());
        }
    }
}

impl Database {
    /// Its name.
    pub(crate) fn name(&self) -> &str {
        self.superuser.get_database().unwrap()
    }

    /// A connection that sees everything.
    pub(crate) async fn as_superuser(&self) -> PgConnection {
        self.superuser.connect().await.unwrap()
    }

    /// A connection of the login that owns the database.
    pub(crate) async fn as_owner(&self) -> PgConnection {
        self.superuser.clone().username(self.owner).connect().await.unwrap()
    }

    /// Both at once.
    pub(crate) async fn sessions(&self) -> Sessions {
        Sessions { superuser: self.as_superuser().await, owner: self.as_owner().await }
    }

    /// How much the cluster has said so far.
    pub(crate) fn log_length(&self) -> usize {
        fs::read(&self.log).unwrap().len()
    }

    /// Warnings and errors that it has said since.
    pub(crate) fn complaints_since(&self, length: usize) -> Vec<String> {
        let log = fs::read(&self.log).unwrap();
        let since = String::from_utf8_lossy(&log[length..]).into_owned();
        let complains = |line: &&str| {
            ["WARNING:  ", "ERROR:  ", "FATAL:  ", "PANIC:  "].iter().any(|level| line.contains(level))
        };
        since.lines().filter(complains).map(|line| format!("the database's log: {line}")).collect()
    }

    /// What a program of the owner is given.
    pub(crate) fn url(&self) -> String {
        let (options, owner) = (&self.superuser, self.owner);
        let socket = options.get_socket().unwrap().display();
        format!("postgres://{owner}@localhost:{}/{}?host={socket}", options.get_port(), self.name())
    }
}

/// In memory where there is room: a database consists of hundreds of files, and making and removing them on a disk takes
/// longer than all else that is done with a state.
#[cfg(target_os = "linux")]
fn place() -> PathBuf {
    const MEMORY: &str = "/dev/shm";
    const ENOUGH: u64 = 2 << 30;
    let room = nix::sys::statvfs::statvfs(MEMORY);
    let has_room = room.is_ok_and(|room| room.blocks_available() * room.fragment_size() >= ENOUGH);
    if has_room { PathBuf::from(MEMORY) } else { std::env::temp_dir() }
}

/// Where temporary things are.
#[cfg(not(target_os = "linux"))]
fn place() -> PathBuf {
    std::env::temp_dir()
}

/// What is told of an object, as if one login owned all databases.
pub(crate) fn of_one_owner(told: &str) -> String {
    told.replace(HOSTED_OWNER, OWNER)
}

/// Removes what runs that were killed left behind.
pub(crate) fn remove_abandoned() {
    embedded::remove_abandoned(&place(), PREFIX);
}

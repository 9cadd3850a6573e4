//! A real, private PostgreSQL, run as our child from the programs installed on this machine (15 or newer).
//!
//! It listens on a unix socket that nobody else can reach, never on TCP; it ends when we end, even by `kill -9`, and
//! a [`Durable`](Durability::Durable) one loses no committed row by that. One process owns a directory, further ones
//! use its server. Everything here blocks: call it outside of async code, or through `spawn_blocking`.
//! Not here: schema, roles, pools, backups, upgrades between major versions. Unix only.

mod abandoned;
mod account;
mod error;
mod initdb;
mod lock;
mod place;
mod postmaster;
mod process;
mod programs;
mod server_log;
mod socket;
mod started;

use std::{
    fs,
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use lock::{Attempt, Lock};

pub use self::{
    abandoned::remove_abandoned, error::EmbeddedError, programs::Programs, started::StartedCluster,
};

/// How long to wait for the server of another process that holds the directory.
const PATIENCE: Duration = Duration::from_mins(1);
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Whether the data shall outlive a crash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// As safe as PostgreSQL is by default.
    Durable,
    /// For tests: faster, and worthless after a crash of the machine.
    Disposable,
}

/// Which cluster to open, and how.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The wished-for directory, such as `./data/postgres`; made if missing. As root, the data may have to lie
    /// elsewhere: see [`StartedCluster::relocated`].
    pub directory: PathBuf,
    /// Whether the data shall outlive a crash. Only the process that starts the server decides.
    pub durability: Durability,
    /// Where the programs are.
    pub programs: Programs,
    /// The server's limit of connections, all processes together.
    pub max_connections: u16,
}

/// An open cluster.
#[derive(Debug)]
pub enum Cluster {
    /// We started the server, and it lives as long as this value.
    Started(StartedCluster),
    /// Another process of ours holds the directory; its server is used for as long as that process runs.
    Running(Connection),
}

impl Cluster {
    /// What a client needs to connect.
    #[must_use]
    pub fn connection(&self) -> Connection {
        match self {
            Self::Started(started) => started.connection(),
            Self::Running(connection) => connection.clone(),
        }
    }
}

/// What a client needs to connect: a unix socket, no password, no TLS. A client library that also reads `PG…`
/// variables has to be given every one of these, or it mixes in what it finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    socket_directory: PathBuf,
}

impl Connection {
    fn new(socket_directory: &Path) -> Self {
        Self { socket_directory: socket_directory.to_owned() }
    }

    /// The directory that the socket lies in; an absolute path, private to PostgreSQL's account and root.
    #[must_use]
    pub fn socket_directory(&self) -> &Path {
        &self.socket_directory
    }

    /// The port, which is a part of the socket's name.
    #[must_use]
    pub fn port(&self) -> u16 {
        socket::PORT
    }

    /// The superuser of the cluster.
    #[must_use]
    pub fn user(&self) -> &'static str {
        "postgres"
    }

    /// The database that every cluster has.
    #[must_use]
    pub fn database(&self) -> &'static str {
        "postgres"
    }
}

/// Starts the server of a directory, or joins the one that another process of ours has started there. That other
/// process may be on its way up or down: it is waited for up to a minute, and succeeded if it goes away meanwhile.
pub fn open(settings: &Settings) -> Result<Cluster, EmbeddedError> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let directory = make_directory(&settings.directory)?;
        match Lock::attempt(&directory)? {
            Attempt::Taken(lock) => return started::start(settings, &directory, lock).map(Cluster::Started),
            Attempt::Held { socket_directory: Some(socket_directory) } if answers(&socket_directory) => {
                return Ok(Cluster::Running(Connection { socket_directory }));
            }
            Attempt::Held { .. } if Instant::now() >= deadline => {
                return Err(EmbeddedError::Busy { directory, seconds: PATIENCE.as_secs() });
            }
            Attempt::Held { .. } => thread::sleep(POLL_INTERVAL),
        }
    }
}

/// Returns the absolute path: the server works in another directory than we do.
fn make_directory(directory: &Path) -> Result<PathBuf, EmbeddedError> {
    fs::create_dir_all(directory)
        .and_then(|()| fs::canonicalize(directory))
        .map_err(EmbeddedError::file("make the directory", directory))
}

/// An owner that was killed could not take its announcement back.
fn answers(socket_directory: &Path) -> bool {
    UnixStream::connect(socket::socket_path(socket_directory)).is_ok()
}

//! A real, private PostgreSQL, run as our child: the one installed on this machine (15 or newer), else one that this
//! program carries.
//!
//! It listens on a unix socket that nobody else can reach, never on TCP; it ends when we end, even by `kill -9`, and
//! a [`Durable`](Durability::Durable) one loses no committed row by that. One process owns a directory, further ones
//! use its server. Everything here blocks: call it outside of async code, or through `spawn_blocking`.
//! Not here: schema, roles, pools, backups, upgrades between major versions. Unix only.

mod abandoned;
mod account;
#[cfg(carries_postgresql)]
mod archive;
#[cfg(carries_postgresql)]
mod cache;
mod carried;
mod connection;
mod error;
#[cfg(carries_postgresql)]
mod glibc;
mod initdb;
mod installation;
mod installed;
mod lock;
mod not_carried;
mod place;
mod postmaster;
mod process;
mod programs;
mod server_log;
mod settings;
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
    abandoned::remove_abandoned,
    connection::Connection,
    error::EmbeddedError,
    not_carried::NotCarried,
    programs::Programs,
    settings::{Durability, Settings},
    started::StartedCluster,
};

/// How long to wait for the server of another process that holds the directory.
const PATIENCE: Duration = Duration::from_mins(1);
const POLL_INTERVAL: Duration = Duration::from_millis(20);

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

/// Starts the server of a directory, or joins the one that another process of ours has started there. That other
/// process may be on its way up or down: it is waited for up to a minute, and succeeded if it goes away meanwhile.
pub fn open(settings: &Settings) -> Result<Cluster, EmbeddedError> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let directory = make_directory(&settings.directory)?;
        match Lock::attempt(&directory)? {
            Attempt::Taken(lock) => return started::start(settings, &directory, lock).map(Cluster::Started),
            Attempt::Held { socket_directory: Some(socket_directory) } if answers(&socket_directory) => {
                return Ok(Cluster::Running(Connection::new(&socket_directory)));
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

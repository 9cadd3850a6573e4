//! How a client reaches the server.

use std::path::{Path, PathBuf};

use super::socket;

/// What a client needs to connect: a unix socket, no password, no TLS. A client library that also reads `PG…`
/// variables has to be given every one of these, or it mixes in what it finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    socket_directory: PathBuf,
}

impl Connection {
    pub(super) fn new(socket_directory: &Path) -> Self {
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

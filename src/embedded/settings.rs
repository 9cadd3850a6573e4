//! What to open: which directory, how safe, from which programs.

use std::path::PathBuf;

use super::programs::Programs;

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
    /// elsewhere: see [`StartedCluster::relocated`](super::StartedCluster::relocated).
    pub directory: PathBuf,
    /// Whether the data shall outlive a crash. Only the process that starts the server decides.
    pub durability: Durability,
    /// Where the programs are.
    pub programs: Programs,
    /// The server's limit of connections, all processes together.
    pub max_connections: u16,
}

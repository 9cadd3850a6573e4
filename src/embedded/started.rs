//! A cluster whose server this process started.
//!
//! The server lives exactly as long as the value (or the process). Nothing here restarts a server that ended by
//! itself: that is logged, and the pools of the application report it as any other outage.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use super::{
    account::Account,
    connection::Connection,
    error::EmbeddedError,
    initdb,
    installation::Installation,
    lock::Lock,
    place::Place,
    postmaster,
    process::{self, Server},
    programs,
    server_log::ServerLog,
    settings::{Durability, Settings},
    socket::{PORT, SocketDirectory},
};

/// Recovery after a crash has to fit in.
const READY_WITHIN: Duration = Duration::from_mins(2);

/// A running server of ours. Dropping it stops the server, and waits for that.
#[derive(Debug)]
pub struct StartedCluster {
    // Fields are dropped in this order: the lock outlives the server.
    server: Server,
    socket: SocketDirectory,
    lock: Lock,
    place: Place,
}

impl StartedCluster {
    /// What a client needs to connect.
    #[must_use]
    pub fn connection(&self) -> Connection {
        Connection::new(self.socket.path())
    }

    /// The process id of the server.
    #[must_use]
    pub fn process_id(&self) -> u32 {
        self.server.process_id().as_raw().unsigned_abs()
    }

    /// The directory that really holds the data (`data`) and the server's log (`postgres.log`).
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.place.directory()
    }

    /// The same directory, if it is not the wished-for one: PostgreSQL's account cannot enter that. Worth telling the
    /// person who started us.
    #[must_use]
    pub fn relocated(&self) -> Option<&Path> {
        self.place.relocated()
    }

    /// Disconnects all clients, stops the server and waits until it has stopped (at most half a minute).
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for StartedCluster {
    fn drop(&mut self) {
        // From here on others wait for the lock and do not join a server that is about to stop.
        if let Err(error) = self.lock.withdraw() {
            tracing::warn!(%error, "cannot empty the lock file");
        }
    }
}

/// Starts the server of `directory`, whose lock we hold.
pub(super) fn start(
    settings: &Settings,
    directory: &Path,
    lock: Lock,
) -> Result<StartedCluster, EmbeddedError> {
    let place = Place::recorded(directory)?;
    let account = Account::choose(&place.data())?;
    let made_by = initdb::made_by(&place.data()).and_then(|version| version.parse().ok());
    let installation = programs::find(&settings.programs, &account, made_by)?;
    let place = place.settle(&account, &installation)?;

    postmaster::stop_left_over(&place.data())?;
    initdb::ensure(&place, &installation, &account, settings.durability)?;
    let socket = SocketDirectory::make(&place, &account, &installation)?;
    let log = ServerLog::open(place.directory().join("postgres.log"))?;

    let data = place.data();
    let command = server_command(settings, &installation, &account, &data, &socket);
    let server = spawn(command, &log, installation.program("postgres"))?;
    wait_until_ready(&server, &data, &log)?;
    lock.announce(socket.path())?;
    tracing::info!(
        process_id = server.process_id().as_raw(),
        version = installation.major,
        directory = %place.directory().display(),
        "private PostgreSQL started"
    );
    Ok(StartedCluster { server, socket, lock, place })
}

fn server_command(
    settings: &Settings,
    installation: &Installation,
    account: &Account,
    data: &Path,
    socket: &SocketDirectory,
) -> Command {
    let mut command = installation.command("postgres", account);
    command.arg("-D").arg(data);
    // On the command line, these win over whatever the configuration files of the cluster say.
    command.args(["-c", "listen_addresses=", "-c", "unix_socket_permissions=0700"]);
    command.arg("-c").arg(format!("port={PORT}"));
    command.arg("-c").arg(socket.setting());
    command.arg("-c").arg(format!("max_connections={}", settings.max_connections));
    // One file, the one that we quote from.
    command.args(["-c", "logging_collector=off", "-c", "log_destination=stderr"]);
    match settings.durability {
        Durability::Durable => {}
        Durability::Disposable => {
            command.args(["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]);
        }
    }
    command
}

fn spawn(mut command: Command, log: &ServerLog, program: PathBuf) -> Result<Server, EmbeddedError> {
    let output = log.file.try_clone().map_err(EmbeddedError::file("open", &log.path))?;
    let errors = log.file.try_clone().map_err(EmbeddedError::file("open", &log.path))?;
    command.stdin(Stdio::null()).stdout(output).stderr(errors);
    Server::spawn(command).map_err(|reason| EmbeddedError::NotRun { program, reason })
}

fn wait_until_ready(server: &Server, data: &Path, log: &ServerLog) -> Result<(), EmbeddedError> {
    process::within(READY_WITHIN, || server.has_ended() || postmaster::is_ready(data, server.process_id()));

    if server.has_ended() {
        Err(EmbeddedError::DidNotStart { log: log.path.clone(), tail: log.tail() })
    } else if postmaster::is_ready(data, server.process_id()) {
        Ok(())
    } else {
        let seconds = READY_WITHIN.as_secs();
        Err(EmbeddedError::NotReady { seconds, log: log.path.clone(), tail: log.tail() })
    }
}

//! Why the private PostgreSQL could not be opened.
//!
//! Every message is complete by itself: what was wrong, where, and what to do, with the setting to change.
//! The messages speak to the person at the terminal; no caller is expected to tell the variants apart.

use std::{io, path::PathBuf};

use super::not_carried::NotCarried;

/// The oldest major version of PostgreSQL that Switchboard supports.
pub(super) const OLDEST_MAJOR: u32 = 15;

/// Why [`open`](super::open) returned no cluster.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// A file or directory of the cluster could not be made, read or locked.
    #[error(
        "cannot {action} {path}: {reason}; check its owner and rights, or set SWITCHBOARD_DATA_DIR to another directory"
    )]
    File {
        /// What was tried, as a verb phrase that ends before the path.
        action: &'static str,
        /// The file or directory in question.
        path: PathBuf,
        /// What the operating system said.
        reason: io::Error,
    },
    /// No `postgres` anywhere.
    #[error(
        "no PostgreSQL server found on this machine, and DATABASE_URL is not set; {carried}.\n\
         To install one: {install}\n\
         or set DATABASE_URL to a PostgreSQL {OLDEST_MAJOR} or newer that you already have,\n\
         or set SWITCHBOARD_PG_BIN to the directory that holds `postgres` and `initdb`"
    )]
    NotFound {
        /// Why not the carried one.
        carried: NotCarried,
        /// The command that installs one on this system.
        install: &'static str,
    },
    /// `SWITCHBOARD_PG_BIN` names a directory without a server that runs.
    #[error(
        "SWITCHBOARD_PG_BIN is {directory}, which holds no `postgres` with `initdb` beside it that the account {account} can run; \
         correct it, or unset it and install one: {install}"
    )]
    NothingRunnable {
        /// The directory as it was set.
        directory: PathBuf,
        /// The account that PostgreSQL would run as.
        account: String,
        /// The command that installs one on this system.
        install: &'static str,
    },
    /// Installed, but older than we support.
    #[error(
        "the newest PostgreSQL found is version {major} in {directory}, and {OLDEST_MAJOR} or newer is needed; {carried}.\n\
         To install one: {install}\n\
         or set DATABASE_URL to a PostgreSQL {OLDEST_MAJOR} or newer that you already have,\n\
         or set SWITCHBOARD_PG_BIN to the directory that holds a newer `postgres` and `initdb`"
    )]
    TooOld {
        /// The major version found.
        major: u32,
        /// Where it was found.
        directory: PathBuf,
        /// Why not the carried one.
        carried: NotCarried,
        /// The command that installs PostgreSQL on this system.
        install: &'static str,
    },
    /// `SWITCHBOARD_PG_BIN` names a server that is older than we support.
    #[error(
        "SWITCHBOARD_PG_BIN is {directory}, which holds PostgreSQL {major}, and {OLDEST_MAJOR} or newer is needed; \
         correct it, or unset it"
    )]
    SetTooOld {
        /// The major version there.
        major: u32,
        /// The directory that holds it.
        directory: PathBuf,
    },
    /// `SWITCHBOARD_PG_NO_SYSTEM` leaves the carried one alone, and that can't be used.
    #[error(
        "SWITCHBOARD_PG_NO_SYSTEM rules out an installed PostgreSQL, and {carried}.\n\
         Unset SWITCHBOARD_PG_NO_SYSTEM; to install a PostgreSQL: {install}\n\
         or set DATABASE_URL to a PostgreSQL {OLDEST_MAJOR} or newer that you already have"
    )]
    NothingCarried {
        /// Why not the carried one.
        carried: NotCarried,
        /// The command that installs one on this system.
        install: &'static str,
    },
    /// We are root, and there is no other account to run PostgreSQL as.
    #[error(
        "PostgreSQL refuses to run as root, and there is no account `postgres` or `nobody` to run it as; \
         make one (useradd --system postgres), start as an ordinary user, or set DATABASE_URL"
    )]
    NoAccount,
    /// Existing data lies where its owner can no longer reach it.
    #[error(
        "the account {account} that PostgreSQL runs as cannot enter {directory}; \
         make it and the directories above searchable (chmod o+x), or set SWITCHBOARD_DATA_DIR to another directory"
    )]
    Unreachable {
        /// The account that PostgreSQL runs as.
        account: String,
        /// The directory that it cannot enter.
        directory: PathBuf,
    },
    /// The note about a relocated cluster leads nowhere.
    #[error(
        "{note} says that the database is in {location}, but there is none; \
         bring that directory back, or remove {note} to begin with an empty database"
    )]
    LocationLost {
        /// The note.
        note: PathBuf,
        /// What it says.
        location: PathBuf,
    },
    /// Another process holds the directory, and its server did not become ready in time.
    #[error(
        "another switchboard process holds {directory}, and its PostgreSQL is not ready after {seconds} s; \
         stop that process, or set SWITCHBOARD_DATA_DIR to another directory"
    )]
    Busy {
        /// The wished-for directory.
        directory: PathBuf,
        /// How long we waited.
        seconds: u64,
    },
    /// The directory for the data holds something else.
    #[error(
        "{data} is not empty and holds no PostgreSQL database; move it away, or set SWITCHBOARD_DATA_DIR to another directory"
    )]
    NotADatabase {
        /// The data directory.
        data: PathBuf,
    },
    /// Data of another major version than the programs.
    #[error(
        "{data} was made by PostgreSQL {made_by}, but the server found is PostgreSQL {found} in {programs}; \
         install PostgreSQL {made_by}, or set SWITCHBOARD_PG_BIN to where it is, or move {data} away to begin with an empty database"
    )]
    WrongVersion {
        /// The data directory.
        data: PathBuf,
        /// The version that the data says.
        made_by: String,
        /// The major version of the server found.
        found: u32,
        /// Where that server is.
        programs: PathBuf,
    },
    /// `initdb` failed.
    #[error("initdb could not make the database directory {data}:\n{output}")]
    InitdbFailed {
        /// The data directory that was to be made.
        data: PathBuf,
        /// What initdb said.
        output: String,
    },
    /// A program of PostgreSQL could not be run at all.
    #[error("cannot run {program}: {reason}; reinstall PostgreSQL, or set SWITCHBOARD_PG_BIN")]
    NotRun {
        /// The program.
        program: PathBuf,
        /// What the operating system said.
        reason: io::Error,
    },
    /// No directory for the socket is short enough.
    #[error(
        "no directory is short enough for PostgreSQL's socket (at most {limit} bytes) and open to the account {account}; \
         set SWITCHBOARD_DATA_DIR or TMPDIR to a shorter path"
    )]
    NoPlaceForSocket {
        /// The longest socket path of this system, in bytes.
        limit: usize,
        /// The account that PostgreSQL runs as.
        account: String,
    },
    /// The server ended before it was ready.
    #[error("PostgreSQL did not start; the last lines of {log}:\n{tail}")]
    DidNotStart {
        /// The server's log.
        log: PathBuf,
        /// Its last lines of this start.
        tail: String,
    },
    /// The server runs but is not ready.
    #[error("PostgreSQL is not ready after {seconds} s; the last lines of {log}:\n{tail}")]
    NotReady {
        /// How long we waited.
        seconds: u64,
        /// The server's log.
        log: PathBuf,
        /// Its last lines of this start.
        tail: String,
    },
    /// A server of an earlier run still has the data.
    #[error(
        "an earlier PostgreSQL (process {process_id}) still runs on {data} and does not stop; stop it by hand"
    )]
    LeftOverStays {
        /// The process id of that server.
        process_id: i32,
        /// The data directory.
        data: PathBuf,
    },
}

impl EmbeddedError {
    /// For `map_err`: adds what was tried, and on what.
    pub(super) fn file(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |reason| Self::File { action, path, reason }
    }
}

//! The program on one database, from outside: arguments in, exit code and text out.
//!
//! Promises: it knows nothing of this machine but the database, and is ended when it takes too long.

use std::io::{Read, Write as _};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::cluster::Database;

/// Far more than any of these small databases needs, on a machine that has much else to do.
pub(crate) const PATIENCE: Duration = Duration::from_mins(5);

/// The account that calls.
pub(crate) const ACCOUNT_SID: &str = "AC000102030405060708090a0b0c0d0e0f";
pub(crate) const AUTH_TOKEN: &str = "0123456789abcdef0123456789abcdef";
pub(crate) const PUBLIC_URL: &str = "https://phone.example";
/// A server's, as a careful operator has them, with approval for all that waits.
pub(crate) const SETTINGS: [(&str, &str); 8] = [
    ("BIND_ADDR", "127.0.0.1"),
    ("PORT", "0"),
    ("PUBLIC_BASE_URL", PUBLIC_URL),
    ("TWILIO_ACCOUNT_SID", ACCOUNT_SID),
    ("TWILIO_AUTH_TOKEN", AUTH_TOKEN),
    ("SWITCHBOARD_ENCRYPTION_KEYS", "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="),
    ("SWITCHBOARD_MIGRATE_APPROVE", "all"),
    ("LOG_FORMAT", "json"),
];

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    /// None if it was ended, by us or by a signal.
    pub(crate) exit: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// For a report: the exit and what it told a person.
    pub(crate) fn told(&self) -> String {
        let exit = self.exit.map_or("no exit in time".to_owned(), |code| format!("exit {code}"));
        format!("{exit}, {}", self.stderr.trim())
    }
}

/// A command of the program, on this database and this data directory. Both of its outputs are to be read.
pub(crate) fn command(database: &Database, data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
    command
        .args(arguments)
        .env_clear()
        .env("DATABASE_URL", database.url())
        .env("SWITCHBOARD_DATA_DIR", data)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs `switchboard migrate` with further arguments, to its end.
pub(crate) fn migrate(database: &Database, arguments: &[&str]) -> Ended {
    let data = tempfile::tempdir().unwrap();
    let arguments = [&["migrate"], arguments].concat();
    run(command(database, data.path(), &arguments).env("RUST_LOG", "error"))
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> Ended {
    let mut process = command.spawn().unwrap();
    let stdout = read(process.stdout.take().unwrap());
    let stderr = read(process.stderr.take().unwrap());
    let exit = wait(&mut process);
    Ended { exit, stdout: stdout.join().unwrap(), stderr: stderr.join().unwrap() }
}

/// Runs `switchboard migrate` where there is no database and no setting, with a text on its standard input.
pub(crate) fn without_database(arguments: &[&str], input: &str) -> Ended {
    let mut process = Command::new(env!("CARGO_BIN_EXE_switchboard"))
        .arg("migrate")
        .args(arguments)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let stdout = read(process.stdout.take().unwrap());
    let stderr = read(process.stderr.take().unwrap());
    // Whoever asks for no input may be gone by now.
    let _ = process.stdin.take().unwrap().write_all(input.as_bytes());
    let exit = wait(&mut process);
    Ended { exit, stdout: stdout.join().unwrap(), stderr: stderr.join().unwrap() }
}

fn read(mut pipe: impl Read + Send + 'static) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

fn wait(process: &mut Child) -> Option<i32> {
    if let Some(ended) = ended_before(process, Instant::now() + PATIENCE) {
        return ended.code();
    }
    process.kill().unwrap();
    process.wait().unwrap();
    None
}

/// Waits until it ends, or until the moment has come: then nothing.
pub(crate) fn ended_before(process: &mut Child, moment: Instant) -> Option<ExitStatus> {
    loop {
        if let Some(status) = process.try_wait().unwrap() {
            return Some(status);
        }
        let left = moment.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return None;
        }
        thread::park_timeout(left.min(Duration::from_millis(2)));
    }
}

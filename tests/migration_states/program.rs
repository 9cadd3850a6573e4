//! `switchboard migrate` on one database, from outside: arguments in, exit code and text out.
//!
//! Promises: it knows nothing of this machine but the database, and is ended when it takes too long.

use std::io::{Read, Write as _};
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::cluster::Database;

/// Far more than any of these small databases needs.
const PATIENCE: Duration = Duration::from_mins(1);

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
        let exit = self.exit.map_or("no exit within a minute".to_owned(), |code| format!("exit {code}"));
        format!("{exit}, {}", self.stderr.trim())
    }
}

/// Runs `switchboard migrate` with further arguments, to its end.
pub(crate) fn migrate(database: &Database, arguments: &[&str]) -> Ended {
    let data = tempfile::tempdir().unwrap();
    let mut process = Command::new(env!("CARGO_BIN_EXE_switchboard"))
        .arg("migrate")
        .args(arguments)
        .env_clear()
        .env("DATABASE_URL", database.url())
        .env("SWITCHBOARD_DATA_DIR", data.path())
        .env("RUST_LOG", "error")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
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
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = process.try_wait().unwrap() {
            return status.code();
        }
        if Instant::now() > deadline {
            process.kill().unwrap();
            process.wait().unwrap();
            return None;
        }
        thread::park_timeout(Duration::from_millis(2));
    }
}

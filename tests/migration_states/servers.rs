//! Servers on one database, started at once: real programs, on ports of their own.
//!
//! Promises: every line of every log is looked at. What still runs is killed with its value.

use std::io::{BufRead as _, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::Child;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Instant;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tempfile::TempDir;

use crate::cluster::Database;
use crate::program::{self, PATIENCE, SETTINGS};

const SERVES: &str = "listening on http://";
const WAITS: &str = "another server is migrating this database; waiting for it";

/// Some of them, and what they said so far.
pub(crate) struct Servers {
    running: Vec<Server>,
    heard: Receiver<(usize, Heard)>,
}

struct Server {
    process: Child,
    data: TempDir,
    said: Vec<String>,
    logged: Vec<String>,
    has_ended: bool,
}

enum Heard {
    Said(String),
    Logged(String),
    Ended,
}

impl Servers {
    /// So many, one right after the other.
    pub(crate) fn start(number: usize, database: &Database) -> Self {
        let (sender, heard) = mpsc::channel();
        let running = (0..number).map(|number| Server::start(number, database, &sender)).collect();
        Self { running, heard }
    }

    /// Listens until so many say that they wait for another one.
    pub(crate) fn wait_for_another(&mut self, waiting: usize) -> Result<(), String> {
        self.listen_until(|servers| servers.iter().filter(|server| server.waits()).count() >= waiting)
    }

    /// Listens until all say that they serve.
    pub(crate) fn serve(&mut self) -> Result<(), String> {
        self.listen_until(|servers| servers.iter().all(|server| server.address().is_some()))
    }

    fn listen_until(&mut self, holds: impl Fn(&[Server]) -> bool) -> Result<(), String> {
        let deadline = Instant::now() + PATIENCE;
        while !holds(&self.running) {
            let left = deadline.saturating_duration_since(Instant::now());
            let (number, heard) = self.heard.recv_timeout(left).map_err(|error| match error {
                RecvTimeoutError::Timeout => "the servers did not come so far in time".to_owned(),
                RecvTimeoutError::Disconnected => "all servers ended".to_owned(),
            })?;
            self.running[number].take(heard);
            if let Some(ended) = self.running.iter().find(|server| server.has_ended) {
                let last = ended.logged.last().map_or("without a word", String::as_str);
                return Err(format!("a server ended: {last}"));
            }
        }
        Ok(())
    }

    /// Where each listens, and its data directory.
    pub(crate) fn places(&self) -> impl Iterator<Item = (SocketAddr, &Path)> {
        self.running.iter().filter_map(|server| Some((server.address()?, server.data.path())))
    }

    /// Stops them as a service manager does, and tells what no log of a start should hold.
    pub(crate) fn stop(&mut self) -> Vec<String> {
        for server in &self.running {
            // It may have ended by itself.
            let _ = kill(server.id(), Signal::SIGTERM);
        }
        let mut faults = Vec::new();
        for server in &mut self.running {
            match server.process.wait().unwrap().code() {
                Some(0) => {}
                other => faults.push(format!("a server that was asked to stop ended with {other:?}")),
            }
        }
        // Their outputs are closed now, and so is the channel.
        while let Ok((number, heard)) = self.heard.recv() {
            self.running[number].take(heard);
        }
        let lines = self.running.iter().flat_map(|server| &server.logged);
        faults.extend(lines.filter(|line| is_complaint(line)).map(|line| format!("a server's log: {line}")));
        faults
    }

    /// How many migrated, and how many waited for another one meanwhile.
    pub(crate) fn turns(&self) -> (usize, usize) {
        let migrated = self.running.iter().filter(|server| server.migrated());
        (migrated.count(), self.running.iter().filter(|server| server.waits()).count())
    }
}

impl Server {
    fn start(number: usize, database: &Database, heard: &Sender<(usize, Heard)>) -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut process = program::command(database, data.path(), &["serve"]).envs(SETTINGS).spawn().unwrap();
        let (said, logged) = (process.stdout.take().unwrap(), process.stderr.take().unwrap());
        let at_end = heard.clone();
        pass_on(said, number, heard.clone(), Heard::Said, move || {
            // Nobody listens any more to one that is killed.
            let _ = at_end.send((number, Heard::Ended));
        });
        pass_on(logged, number, heard.clone(), Heard::Logged, || {});
        Self { process, data, said: Vec::new(), logged: Vec::new(), has_ended: false }
    }

    fn take(&mut self, heard: Heard) {
        match heard {
            Heard::Said(line) => self.said.push(line),
            Heard::Logged(line) => self.logged.push(line),
            Heard::Ended => self.has_ended = true,
        }
    }

    fn address(&self) -> Option<SocketAddr> {
        let address = self.said.iter().find_map(|line| line.strip_prefix(SERVES))?;
        Some(address.parse().unwrap())
    }

    fn waits(&self) -> bool {
        self.logged.iter().any(|line| line.contains(WAITS))
    }

    fn migrated(&self) -> bool {
        self.logged.iter().any(|line| line.contains("migrated: "))
    }

    fn id(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.process.id()).unwrap())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended, unless something failed.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Each line as it comes, and then the end.
fn pass_on(
    pipe: impl Read + Send + 'static,
    number: usize,
    heard: Sender<(usize, Heard)>,
    kind: fn(String) -> Heard,
    at_end: impl FnOnce() + Send + 'static,
) {
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            // Nobody listens any more to one that is killed.
            let _ = heard.send((number, kind(line)));
        }
        at_end();
    });
}

/// A warning, an error, or a word to a person, which a server has on its other output.
fn is_complaint(line: &str) -> bool {
    let read: Value = serde_json::from_str(line).unwrap_or_default();
    !matches!(read.get("level").and_then(Value::as_str), Some("INFO" | "DEBUG" | "TRACE"))
}

#[test]
fn a_warning_is_told_from_a_line_that_informs() {
    assert!(!is_complaint(r#"{"level":"INFO","message":"an error in words"}"#));
    assert!(is_complaint(r#"{"level":"WARN","message":""}"#));
    assert!(is_complaint("switchboard: it is refused"));
}

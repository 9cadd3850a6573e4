//! The demo as the server that the doctor looks at.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::program::{Watch, switchboard};

/// The demo's server, with two firms and an account; stopped as Ctrl-C stops it.
pub(crate) struct Demo {
    process: Child,
    pub(crate) address: String,
    /// Kept open: a server whose output nobody takes any more would fail.
    _output: BufReader<std::process::ChildStdout>,
    _watch: Watch,
}

impl Demo {
    pub(crate) fn start(data: &Path) -> Self {
        let mut process = switchboard(data, &["demo"]).stdout(Stdio::piped()).spawn().unwrap();
        let watch = Watch::over(&mut process);
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        while !line.starts_with("Ctrl-C stops") {
            line.clear();
            assert!(output.read_line(&mut line).unwrap() > 0, "the demo ended early");
        }
        let note: Value = serde_json::from_slice(&fs::read(data.join("server.json")).unwrap()).unwrap();
        let address = note["public_base_url"].as_str().unwrap().to_owned();
        Self { process, address, _output: output, _watch: watch }
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = kill(Pid::from_raw(i32::try_from(self.process.id()).unwrap()), Signal::SIGINT);
        let _ = self.process.wait();
    }
}

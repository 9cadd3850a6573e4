//! Calls of a Twilio that somebody else wrote: what our own simulator and our server agree on, both might have wrong.
//!
//! It needs Node.js 20 or newer with npm, so that a plain `cargo test` names these tests and leaves them out; `just peer`
//! and `just check` run them.

#![cfg(test)]

mod peer;
#[path = "../program/mod.rs"]
mod program;

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use peer::{ACCOUNT, Peer};
use program::{Scratch, Watch, switchboard, told};

const TOKEN: &str = "twilio_test_auth_token";
const NUMBER: &str = "+13125550147";
const CALLER: &str = "+12125550123";

/// The real program with one tenant, one number and the peer's account, all made by its commands.
struct Office {
    server: Child,
    address: String,
    key: String,
    scratch: Scratch,
    /// Kept open: a server whose output nobody takes any more would fail.
    _output: BufReader<ChildStdout>,
    _watch: Watch,
}

impl Office {
    fn open() -> Self {
        let scratch = Scratch::new();
        let data = scratch.data();
        let mut command = switchboard(&data, &["serve", "--embedded"]);
        // Under the address that it prints it is called, and signed for.
        let mut server = command.env("BIND_ADDR", "127.0.0.1").stdout(Stdio::piped()).spawn().unwrap();
        let watch = Watch::over(&mut server);
        let mut output = BufReader::new(server.stdout.take().unwrap());
        let mut line = String::new();
        while !line.starts_with("listening on ") {
            line.clear();
            assert!(output.read_line(&mut line).unwrap() > 0, "the server ended early");
        }
        let address = line.trim_start_matches("listening on ").trim().to_owned();
        run(
            &data,
            &["tenant", "create", "--slug", "acme", "--name", "Acme", "--greeting", "Good morning."],
            "",
        );
        run(&data, &["number", "create", "--tenant", "acme", NUMBER], "");
        run(&data, &["account", "create", "--sid", ACCOUNT, "--tenant", "acme", "--token-stdin"], TOKEN);
        let key = run(&data, &["key", "create", "--tenant", "acme"], "");
        Self { server, address, key, scratch, _output: output, _watch: watch }
    }

    fn peer(&self, token: &str) -> Peer {
        Peer::start(&self.scratch.data(), token, NUMBER, &self.address)
    }

    /// The call log, as an outsider reads it.
    async fn log(&self) -> Vec<Value> {
        self.list("calls", &self.key).await
    }

    /// The calls that belong to nobody, as the operator reads them.
    async fn quarantine(&self) -> Vec<Value> {
        let key = run(&self.scratch.data(), &["key", "create", "--operator"], "");
        self.list("unrouted-calls", &key).await
    }

    async fn list(&self, things: &str, key: &str) -> Vec<Value> {
        let request = reqwest::Client::new().get(format!("{}/api/v1/{things}", self.address));
        let answer = request.bearer_auth(key).send().await.unwrap().error_for_status().unwrap();
        answer.json::<Value>().await.unwrap()["data"].as_array().unwrap().clone()
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        let process = Pid::from_raw(i32::try_from(self.server.id()).unwrap());
        // It may have ended by itself.
        let _ = kill(process, Signal::SIGTERM);
        self.server.wait().unwrap();
    }
}

/// Runs a command to its end, and returns what it printed.
fn run(data: &Path, arguments: &[&str], input: &str) -> String {
    let mut command = switchboard(data, arguments);
    let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    process.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = process.wait_with_output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", told(&output));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[tokio::test]
#[ignore = "needs Node.js: `just peer`"]
async fn a_call_that_somebody_elses_twilio_places_is_answered_and_logged_until_it_ends() {
    let office = Office::open();
    let mut peer = office.peer(TOKEN);

    let (call_sid, answer) = peer.place_call(NUMBER, CALLER).await;
    let going_on = office.log().await;
    let ended = peer.report(&call_sid, "completed").await;
    let logged = office.log().await;

    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(answer.media_type.starts_with("text/xml"), "{}", answer.media_type);
    assert!(answer.body.contains("<Say>Good morning.</Say>"), "{}", answer.body);
    assert_eq!(going_on.len(), 1, "{going_on:?}");
    assert_eq!(going_on[0]["status"], "in-progress");
    assert_eq!(ended.status, 204, "{}", ended.body);
    assert_eq!(logged.len(), 1, "{logged:?}");
    assert_eq!(logged[0]["call_sid"], Value::from(call_sid));
    assert_eq!(logged[0]["from_number"], CALLER);
    assert_eq!(logged[0]["to_number"], NUMBER);
    assert_eq!(logged[0]["status"], "completed");
}

#[tokio::test]
#[ignore = "needs Node.js: `just peer`"]
async fn a_call_signed_with_another_token_is_refused_and_leaves_nothing() {
    let office = Office::open();
    let mut forger = office.peer("twilio_token_of_a_forger");

    let (call_sid, answer) = forger.place_call(NUMBER, CALLER).await;
    let ended = forger.report(&call_sid, "completed").await;
    let refused = (office.log().await, office.quarantine().await);
    let (_, proved) = office.peer(TOKEN).place_call(NUMBER, CALLER).await;

    assert_eq!((answer.status, ended.status), (403, 403));
    assert!(!answer.body.contains("<Response"), "{}", answer.body);
    assert_eq!(refused, (Vec::new(), Vec::new()));
    assert_eq!((proved.status, office.log().await.len()), (200, 1));
}

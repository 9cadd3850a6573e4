//! The first minute: `demo`, and `simulate call` beside it, as people run them.
//!
//! Runs the real program, without settings unless a test says otherwise, in folders of its own.

#![cfg(test)]

mod carried;
mod program;

use std::{
    env,
    io::{BufRead as _, BufReader},
    net::{Ipv4Addr, TcpListener},
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use carried::Carried;
use program::{Scratch, Watch, assert_holds_no_token, switchboard, told};

const ACME: &str = "+13125550147";
const LAKESIDE: &str = "+17205550162";
const NOBODY: &str = "+14155550199";

/// Runs to the end. Whatever is said, no token may be in it.
fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    for text in [out(&output), told(&output)] {
        assert_holds_no_token(&text);
    }
    output
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[track_caller]
fn assert_exit(output: &Output, code: i32) {
    assert_eq!(output.status.code(), Some(code), "{}\n{}", out(output), told(output));
}

/// A server in the background, stopped as Ctrl-C stops it.
struct Running {
    process: Child,
    said: Vec<String>,
    /// Kept open: a server whose output nobody takes any more would fail.
    _output: BufReader<std::process::ChildStdout>,
    _watch: Watch,
}

impl Running {
    /// Waits for the line that begins like this.
    fn start(command: &mut Command, awaited: &str) -> Self {
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let watch = Watch::over(&mut process);
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut said: Vec<String> = Vec::new();
        while !said.last().is_some_and(|line| line.starts_with(awaited)) {
            let mut line = String::new();
            let bytes = output.read_line(&mut line).unwrap();
            assert!(bytes > 0, "it ended early: {said:#?}");
            said.push(line.trim_end().to_owned());
        }
        Self { process, said, _output: output, _watch: watch }
    }

    fn demo(data: &Path) -> Self {
        Self::start(&mut switchboard(data, &["demo"]), "Ctrl-C stops")
    }

    fn line(&self, beginning: &str) -> &str {
        let line = self.said.iter().find(|line| line.trim_start().starts_with(beginning));
        line.unwrap_or_else(|| panic!("no line begins with {beginning}: {:#?}", self.said)).trim()
    }

    fn stop(mut self) -> Option<i32> {
        self.interrupt();
        self.process.wait().unwrap().code()
    }

    fn interrupt(&self) {
        let process = Pid::from_raw(i32::try_from(self.process.id()).unwrap());
        // It may have ended by itself.
        let _ = kill(process, Signal::SIGINT);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.interrupt();
        let _ = self.process.wait();
    }
}

fn simulated(data: &Path, arguments: &[&str]) -> (Output, Value) {
    let call = [&["simulate", "call", "--json"], arguments].concat();
    let output = run(&mut switchboard(data, &call));
    let told = serde_json::from_slice(&output.stdout).unwrap_or_default();
    (output, told)
}

#[test]
fn the_demo_works_from_nothing_and_again_on_the_same_data() {
    let scratch = Scratch::new();

    for _ in 0..2 {
        let output = run(&mut switchboard(&scratch.data(), &["demo", "--once"]));

        assert_exit(&output, 0);
        let said = out(&output);
        assert!(said.lines().any(|line| line.starts_with("listening on http://127.0.0.1:")), "{said}");
        assert!(said.ends_with("Every row is as it should be.\n"), "{said}");
        assert!(said.lines().all(|line| line.chars().count() <= 80), "{said}");
        assert_eq!(told(&output), "");
        assert!(!scratch.data().join("server.json").exists());
    }
}

#[test]
fn the_demo_works_on_the_carried_postgresql_or_says_why_not_and_what_to_do() {
    let scratch = Scratch::new();

    let output = run(switchboard(&scratch.data(), &["demo", "--once"])
        .env_remove("SWITCHBOARD_PG_BIN")
        .env("SWITCHBOARD_PG_NO_SYSTEM", "1"));

    match Carried::here() {
        Carried::Runs => {
            assert_exit(&output, 0);
            assert!(out(&output).ends_with("Every row is as it should be.\n"), "{}", out(&output));
        }
        Carried::NotInThisBuild => {
            assert_exit(&output, 1);
            assert!(told(&output).contains("this program carries none"), "{}", told(&output));
        }
        Carried::GlibcIsTooOld { found } => {
            assert_exit(&output, 1);
            for words in [&format!("this machine has {found}"), "to install a PostgreSQL: "] {
                assert!(told(&output).contains(words), "{}", told(&output));
            }
        }
    }
}

#[test]
fn the_demo_ignores_the_settings_of_a_real_installation() {
    let scratch = Scratch::new();
    let mut command = switchboard(Path::new("/nowhere"), &["demo", "--once", "--data-dir"]);
    command
        .arg(scratch.data())
        .env("DATABASE_URL", "no URL at all")
        .env("PUBLIC_BASE_URL", "https://phone.example.com")
        .env("TWILIO_AUTH_TOKEN", "0123456789abcdef0123456789abcdef");

    let output = run(&mut command);

    assert_exit(&output, 0);
    let said = out(&output).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        said.contains("DATABASE_URL, PUBLIC_BASE_URL, TWILIO_AUTH_TOKEN; the demo has its own"),
        "{said}"
    );
}

#[test]
fn a_port_in_use_is_left_alone() {
    let scratch = Scratch::new();
    let held = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = held.local_addr().unwrap().port().to_string();

    let usual = run(switchboard(&scratch.data(), &["demo", "--once"]).env("PORT", &port));
    let asked_for = run(&mut switchboard(&scratch.data(), &["demo", "--once", "--port", &port]));

    assert_exit(&usual, 0);
    assert!(out(&usual).contains(&format!("because {port} is taken")), "{}", out(&usual));
    assert_exit(&asked_for, 1);
    assert!(told(&asked_for).contains("choose another --port"), "{}", told(&asked_for));
}

#[test]
fn calls_are_simulated_beside_a_demo() {
    let scratch = Scratch::new();
    let data = scratch.data();
    let demo = Running::demo(&data);
    assert_holds_no_token(&demo.said.join("\n"));

    let (output, told) = simulated(&data, &["--to", "(312) 555-0147", "--repeat", "3"]);
    assert_exit(&output, 0);
    assert_eq!(told["logged"]["status"], "completed");
    assert_eq!(told["logged"]["outcome"], "answered");
    // The call, how its forwarding ended, three statuses of it and two of the leg.
    assert_eq!(told["requests"].as_array().unwrap().len(), 3 * 7);

    for (callee, caller, message, outcome) in
        [("busy", "anonymous", "0", "missed"), ("ignores", "sip:desk@example.com", "7", "voicemail")]
    {
        let call = ["--to", ACME, "--callee", callee, "--from", caller, "--message", message, "--seed", "3"];
        let (output, told) = simulated(&data, &call);
        assert_exit(&output, 0);
        assert_eq!(told["logged"]["outcome"], outcome);
        assert_eq!(told["logged"]["from_number"], caller);
    }

    let (output, told) = simulated(&data, &["--to", LAKESIDE, "--no-signature"]);
    assert_exit(&output, 0);
    assert_eq!((&told["requests"][0]["status"], &told["logged"]), (&Value::from(403), &Value::Null));

    let (output, told) = simulated(&data, &["--to", NOBODY, "--from", "client:jenny"]);
    assert_exit(&output, 0);
    assert_eq!((&told["is_quarantined"], &told["parties"]["tenant"]), (&Value::from(true), &Value::Null));

    assert_eq!(demo.stop(), Some(0));
}

#[test]
fn a_demo_prints_commands_that_work_as_they_stand() {
    let scratch = Scratch::new();
    let mut command = switchboard(Path::new("/nowhere"), &["demo", "--data-dir"]);
    let demo = Running::start(command.arg(scratch.data()), "Ctrl-C stops");

    let simulate =
        demo.line("SWITCHBOARD_DATA_DIR=").replace("cargo run --", env!("CARGO_BIN_EXE_switchboard"));
    let read_log = demo.line("curl ");

    for line in [&simulate, read_log] {
        let output = run(Command::new("sh").arg("-c").arg(line).env_remove("DATABASE_URL"));
        assert_exit(&output, 0);
        assert!(out(&output).contains("completed"), "{line}: {}", out(&output));
    }
}

#[test]
fn a_second_demo_leaves_the_data_of_a_running_one_alone() {
    let scratch = Scratch::new();
    let demo = Running::demo(&scratch.data());
    let address = demo.line("listening on ").trim_start_matches("listening on ").to_owned();

    let output = run(&mut switchboard(&scratch.data(), &["demo", "--once"]));

    assert_exit(&output, 3);
    assert!(told(&output).contains(&address) && told(&output).contains("--data-dir"), "{}", told(&output));
    assert_exit(&simulated(&scratch.data(), &["--to", ACME]).0, 0);
}

#[test]
fn calls_are_simulated_beside_a_server_of_ones_own() {
    let scratch = Scratch::new();
    let data = scratch.data();
    assert_exit(&run(&mut switchboard(&data, &["demo", "--once"])), 0);
    let mut command = switchboard(&data, &["serve", "--embedded"]);
    command.env("PUBLIC_BASE_URL", "https://phone.example.com/calls");
    let server = Running::start(&mut command, "listening on ");

    // The server answers under the URL that it was told, whatever this command's environment says.
    let (output, told) = simulated(&data, &["--to", ACME]);

    assert_exit(&output, 0);
    assert_eq!(told["logged"]["outcome"], "answered");
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn what_can_not_be_simulated_is_said_clearly() {
    let scratch = Scratch::new();
    let nobody_listens = "1";
    let cases: [(&[&str], i32, &str); 4] = [
        (&["--to", ACME], 1, "switchboard serve --embedded"),
        (&["--to", "12"], 2, "--to 12"),
        (&["--to", ACME, "--from", "nonsense"], 2, "--from nonsense"),
        (&["--to", ACME, "--repeat", "0"], 2, "--repeat"),
    ];

    for (arguments, code, message) in cases {
        let call = [&["simulate", "call"], arguments].concat();
        let output = run(switchboard(&scratch.data(), &call).env("PORT", nobody_listens));

        assert_exit(&output, code);
        assert!(told(&output).contains(message), "{}", told(&output));
    }
    assert!(!scratch.data().exists(), "a database was made for nothing");
}

//! `healthcheck`, as Docker runs it: the real program, judged by its exit code.
//!
//! Runs servers of its own on their private PostgreSQL, in folders of its own.

#![cfg(test)]

mod program;

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpListener,
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use program::{Scratch, Watch, assert_holds_no_token, switchboard, told};

/// Twice what the command promises: the machine may be busy.
const SHORT: Duration = Duration::from_secs(4);

/// A server in the background.
struct Running {
    process: Child,
    /// Kept open: a server whose output nobody takes any more would fail.
    _output: BufReader<ChildStdout>,
    _watch: Watch,
}

impl Running {
    fn start(data: &Path) -> Self {
        let mut process = switchboard(data, &["serve", "--embedded"]).stdout(Stdio::piped()).spawn().unwrap();
        let watch = Watch::over(&mut process);
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        while !line.starts_with("listening on ") {
            line.clear();
            assert!(output.read_line(&mut line).unwrap() > 0, "the server ended early");
        }
        Self { process, _output: output, _watch: watch }
    }

    fn stop(&mut self) {
        let process = Pid::from_raw(i32::try_from(self.process.id()).unwrap());
        // It may have ended by itself.
        let _ = kill(process, Signal::SIGTERM);
        self.process.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

/// What it said on either output, and its exit code.
fn checked(command: &mut Command) -> (String, Option<i32>) {
    let began = Instant::now();
    let output = command.output().unwrap();
    assert!(began.elapsed() < SHORT, "it took {:?}", began.elapsed());
    let said = String::from_utf8(output.stdout.clone()).unwrap() + &told(&output);
    assert_holds_no_token(&said);
    (said.trim().to_owned(), output.status.code())
}

fn healthcheck(data: &Path) -> Command {
    switchboard(data, &["healthcheck"])
}

/// A stranger on a port of this machine, who gets one request and answers with these bytes.
fn stranger(answer: &'static str) -> (u16, thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked = thread::spawn(move || {
        let (mut connection, _) = listener.accept().unwrap();
        let mut request = [0; 1024];
        let bytes = connection.read(&mut request).unwrap();
        connection.write_all(answer.as_bytes()).unwrap();
        // Until the other side has had enough.
        let _ = connection.read(&mut [0; 1]);
        String::from_utf8_lossy(&request[..bytes]).into_owned()
    });
    (port, asked)
}

#[test]
fn a_server_is_healthy_while_it_runs_and_no_longer() {
    let scratch = Scratch::new();
    let mut server = Running::start(&scratch.data());

    let running = checked(&mut healthcheck(&scratch.data()));
    server.stop();
    let stopped = checked(healthcheck(&scratch.data()).env("PORT", "1"));

    assert_eq!(running, ("ready".to_owned(), Some(0)));
    assert_eq!(stopped.1, Some(1), "{}", stopped.0);
    assert!(stopped.0.contains("127.0.0.1:1"), "{}", stopped.0);
}

#[test]
fn a_server_without_its_database_is_healthy_because_it_still_answers_calls() {
    let scratch = Scratch::new();
    let (port, asked) = stranger("HTTP/1.1 200 OK\r\ncontent-length: 21\r\n\r\n{\"status\":\"degraded\"}");

    let checked = checked(healthcheck(&scratch.data()).env("PORT", port.to_string()));

    assert_eq!(checked, ("degraded".to_owned(), Some(0)));
    assert!(asked.join().unwrap().starts_with("GET /readyz HTTP/1.1\r\n"));
}

#[test]
fn whatever_else_listens_there_is_not_healthy() {
    let answers = [
        ("HTTP/1.1 503 Service Unavailable\r\ncontent-length: 21\r\n\r\n{\"status\":\"draining\"}", "503"),
        ("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", "another program"),
        ("HTTP/1.1 302 Found\r\nlocation: /login\r\ncontent-length: 0\r\n\r\n", "302"),
        ("", "within 2 seconds"),
    ];

    for (answer, reason) in answers {
        let scratch = Scratch::new();
        let (port, asked) = stranger(answer);
        let (said, code) = checked(healthcheck(&scratch.data()).env("PORT", port.to_string()));

        assert_eq!(code, Some(1), "{answer}: {said}");
        assert!(said.contains(reason), "{answer}: {said}");
        assert!(asked.join().unwrap().starts_with("GET /readyz HTTP/1.1\r\n"));
    }
}

#[test]
fn a_wrong_setting_is_not_healthy_and_is_named() {
    let scratch = Scratch::new();

    let (said, code) = checked(healthcheck(&scratch.data()).env("PORT", "eighty"));
    assert_eq!(code, Some(1));
    assert!(said.contains("PORT"), "{said}");

    let (said, code) = checked(&mut healthcheck(&scratch.data()));
    assert_eq!(code, Some(1));
    assert!(said.contains("SWITCHBOARD_DATA_DIR"), "{said}");
}

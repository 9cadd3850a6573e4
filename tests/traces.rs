//! Traces, from the real program to a collector: what arrives there, and what a collector that is away costs.
//!
//! The collector is a real server of OTLP over HTTP that reads what it gets as any other would; nothing of ours is replaced.

#![cfg(test)]

mod program;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value};
use opentelemetry_proto::tonic::trace::v1::{Span, span::SpanKind, status::StatusCode};
use prost::Message as _;

use program::{Scratch, Watch, assert_holds_no_token, secrets, switchboard, told};

/// The demo's firm.
const ACME: &str = "+13125550147";
/// Much more than the last spans may take, and much less than the exporter waits for an answer (10 s).
const SOON: Duration = Duration::from_secs(5);

/// Everything that was exported, as it came.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Vec<ExportTraceServiceRequest>>>);

impl Collector {
    /// Listens on a port of this machine, as long as the test runs.
    fn start() -> (Self, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let collector = Self::default();
        let exports = collector.clone();
        thread::spawn(move || {
            for connection in listener.incoming() {
                let exports = exports.clone();
                thread::spawn(move || exports.serve(connection.unwrap()));
            }
        });
        (collector, address)
    }

    fn serve(&self, connection: TcpStream) {
        let mut reader = BufReader::new(connection);
        while let Some((head, body)) = read_request(&mut reader) {
            assert!(head.starts_with("POST /v1/traces HTTP/1.1\r\n"), "{head}");
            assert!(head.to_lowercase().contains("content-type: application/x-protobuf"), "{head}");
            self.0.lock().unwrap().push(ExportTraceServiceRequest::decode(&body[..]).unwrap());
            let answer =
                b"HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n";
            reader.get_mut().write_all(answer).unwrap();
        }
    }

    fn spans(&self) -> Vec<Span> {
        let exports = self.0.lock().unwrap();
        let resources = exports.iter().flat_map(|export| &export.resource_spans);
        resources.flat_map(|resource| &resource.scope_spans).flat_map(|scope| scope.spans.clone()).collect()
    }

    /// The service's name, as each export says it.
    fn services(&self) -> Vec<String> {
        let exports = self.0.lock().unwrap();
        let resources = exports.iter().flat_map(|export| &export.resource_spans);
        resources
            .map(|spans| attribute(&spans.resource.as_ref().unwrap().attributes, "service.name"))
            .collect()
    }
}

/// The head and the body of the next request; none when the other side has ended.
fn read_request(reader: &mut BufReader<TcpStream>) -> Option<(String, Vec<u8>)> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).unwrap_or_default() == 0 {
            return None;
        }
    }
    let lower = head.to_lowercase();
    let length = lower.lines().find_map(|line| line.strip_prefix("content-length: "))?.parse().unwrap();
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    Some((head, body))
}

fn attribute(attributes: &[KeyValue], key: &str) -> String {
    let value =
        attributes.iter().find(|attribute| attribute.key == key).and_then(|found| found.value.clone());
    match value.and_then(|value| value.value) {
        Some(any_value::Value::StringValue(text)) => text,
        Some(any_value::Value::IntValue(number)) => number.to_string(),
        other => panic!("{key} is {other:?} in {attributes:#?}"),
    }
}

/// A server with the demo's firms, stopped as a service manager does.
struct Server {
    process: Child,
    address: String,
    /// Kept open: a server whose output nobody takes any more would fail.
    _output: BufReader<std::process::ChildStdout>,
    _watch: Watch,
}

impl Server {
    fn start(data: &Path, collector: SocketAddr) -> Self {
        run(&mut switchboard(data, &["demo", "--once"]));
        let mut command = switchboard(data, &["serve", "--embedded"]);
        command.env("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://{collector}"));
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let watch = Watch::over(&mut process);
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        while !line.starts_with("listening on http://") {
            line.clear();
            assert!(output.read_line(&mut line).unwrap() > 0, "the server ended early");
        }
        let address = line.trim().replace("listening on http://0.0.0.0", "127.0.0.1");
        Self { process, address, _output: output, _watch: watch }
    }

    /// A request without a key.
    fn get(&self, path: &str, headers: &str) -> String {
        let mut connection = TcpStream::connect(&self.address).unwrap();
        write!(connection, "GET {path} HTTP/1.1\r\nhost: localhost\r\n{headers}connection: close\r\n\r\n")
            .unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Its exit code, and how long it took.
    fn stop(&mut self) -> (Option<i32>, Duration) {
        let began = Instant::now();
        kill(Pid::from_raw(i32::try_from(self.process.id()).unwrap()), Signal::SIGTERM).unwrap();
        (self.process.wait().unwrap().code(), began.elapsed())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert_holds_no_token(&told(&output));
    assert!(output.status.success(), "{}", told(&output));
}

fn one(spans: &[Span], is_it: impl Fn(&Span) -> bool) -> &Span {
    let found: Vec<&Span> = spans.iter().filter(|span| is_it(span)).collect();
    assert_eq!(found.len(), 1, "{spans:#?}");
    found[0]
}

#[test]
fn a_call_is_a_trace_of_its_request_and_its_round_trip_and_holds_no_secret() {
    let scratch = Scratch::new();
    let (collector, address) = Collector::start();
    let mut server = Server::start(&scratch.data(), address);
    let (trace, parent) = ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331");

    run(&mut switchboard(&scratch.data(), &["simulate", "call", "--to", ACME]));
    let traceparent = format!("traceparent: 00-{trace}-{parent}-01\r\n");
    let refused = server.get("/api/v1/calls?from=%2B13125550147", &traceparent);
    server.get("/+13125550147", "");
    let (code, took) = server.stop();

    assert!(refused.starts_with("HTTP/1.1 401 "), "{refused}");
    assert_eq!(code, Some(0));
    assert!(took < SOON, "it took {took:?} to stop");
    let spans = collector.spans();
    let call = one(&spans, |span| span.name == "POST /twilio/voice");
    let said = |key: &str| attribute(&call.attributes, key);
    assert_eq!(call.kind(), SpanKind::Server);
    assert_eq!((said("http.request.method"), said("http.route")), ("POST".into(), "/twilio/voice".into()));
    assert_eq!(
        (said("http.response.status_code"), said("switchboard.decision")),
        ("200".into(), "ring".into())
    );
    assert!(said("switchboard.call_sid").starts_with("CA") && !said("switchboard.tenant").is_empty());
    assert_eq!(said("switchboard.request_id").len(), 36);

    let round_trip = one(&spans, |span| span.parent_span_id == call.span_id);
    let said = |key: &str| attribute(&round_trip.attributes, key);
    assert_eq!((round_trip.name.as_str(), round_trip.kind()), ("ingest_call_event", SpanKind::Client));
    assert_eq!(round_trip.trace_id, call.trace_id);
    assert_eq!(
        (said("db.system.name"), said("switchboard.outcome")),
        ("postgresql".into(), "written".into())
    );

    let hex = |bytes: &[u8]| bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    let refused = one(&spans, |span| span.name == "GET /api/v1/calls");
    assert_eq!((hex(&refused.trace_id), hex(&refused.parent_span_id)), (trace.into(), parent.into()));
    assert_eq!(attribute(&refused.attributes, "http.response.status_code"), "401");
    let unknown = one(&spans, |span| span.name == "GET");
    assert!(!unknown.attributes.iter().any(|attribute| attribute.key == "http.route"));

    assert!(collector.services().iter().all(|service| service == "switchboard"));
    assert!(spans.iter().all(|span| span.events.is_empty() && span.links.is_empty()));
    assert!(
        spans.iter().all(|span| span.status.as_ref().is_none_or(|status| status.code() == StatusCode::Unset))
    );
    assert_eq!(secrets::found_in(&format!("{spans:?}")), None);
}

#[test]
fn a_collector_that_is_away_or_silent_costs_callers_nothing_and_a_stop_one_second() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();

    for collector in [gone, silent.local_addr().unwrap()] {
        let scratch = Scratch::new();
        let mut server = Server::start(&scratch.data(), collector);

        run(&mut switchboard(&scratch.data(), &["simulate", "call", "--to", ACME]));
        let ready = server.get("/readyz", "");
        let (code, took) = server.stop();

        assert!(ready.starts_with("HTTP/1.1 200 "), "{ready}");
        assert_eq!(code, Some(0));
        assert!(took < SOON, "it took {took:?} to stop");
    }
}

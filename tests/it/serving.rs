//! The server on its socket, byte for byte.

use std::net::SocketAddr;

use sqlx::Connection as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{Call, Stage, Webhook, Wire};

/// Sends the bytes as they are; returns all that comes back until the server closes.
async fn exchange(address: SocketAddr, bytes: Vec<u8>) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(&bytes).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8(answer).unwrap()
}

/// The head of a request, without what says how long its body is.
fn head(webhook: &Webhook) -> String {
    let (parts, _) = webhook.to_request().into_parts();
    let lines = parts.headers.iter().map(|(name, value)| format!("{name}: {}\r\n", value.to_str().unwrap()));
    let lines: String = lines.collect();
    format!("{} {} HTTP/1.1\r\n{lines}Connection: close\r\n", parts.method, parts.uri)
}

fn on_the_wire(webhook: &Webhook) -> Vec<u8> {
    let body = webhook.encoded_body();
    let head = format!("{}Content-Length: {}\r\n\r\n", head(webhook), body.len());
    [head.into_bytes(), body].concat()
}

fn status_line(answer: &str) -> &str {
    answer.lines().next().unwrap()
}

#[tokio::test]
async fn a_call_is_answered_over_the_socket() {
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let server = stage.serve(stage.parts()).await;
    let webhook = stage.agency.voice(&Call::to(&acme.number, 1));

    let answer = exchange(server.address, on_the_wire(&webhook)).await;
    let forged = exchange(server.address, on_the_wire(&webhook.with_signatures(&["forged"]))).await;

    assert_eq!(status_line(&answer), "HTTP/1.1 200 OK");
    assert!(answer.contains("Thank you for calling acme."), "{answer}");
    assert_eq!(status_line(&forged), "HTTP/1.1 403 Forbidden");
    server.stop().await;
}

#[tokio::test]
async fn a_body_of_unknown_length_is_cut_off_at_the_limit() {
    let stage = Stage::new().await;
    let server = stage.serve(stage.parts()).await;
    let head = head(&stage.agency.voice(&Call::to("+12145550100", 1)));
    let chunk = "x".repeat(0x4000);
    let chunks = format!("4000\r\n{chunk}\r\n").repeat(4);

    let body = format!("{head}Transfer-Encoding: chunked\r\n\r\n{chunks}1\r\nx\r\n0\r\n\r\n");
    let answer = exchange(server.address, body.into_bytes()).await;

    assert_eq!(status_line(&answer), "HTTP/1.1 413 Payload Too Large");
    server.stop().await;
}

#[tokio::test]
async fn a_server_without_a_public_url_is_called_at_its_own_address() {
    let mut stage = Stage::new().await;
    stage.public_urls.clear();
    let acme = stage.firm("acme", "+12145550100").await;
    let server = stage.serve(stage.parts()).await;
    let own_url = format!("http://127.0.0.1:{}", server.address.port());
    let webhook = stage.agency.voice(&Call::to(&acme.number, 1)).called_at(&own_url);

    let answer = exchange(server.address, on_the_wire(&webhook)).await;

    assert_eq!(status_line(&answer), "HTTP/1.1 200 OK");
    assert!(answer.contains(&format!("{own_url}/twilio/t/{}", acme.id)), "{answer}");
    server.stop().await;
}

#[tokio::test]
async fn a_server_that_stops_finishes_what_it_began() {
    let wire = Wire::new().await;
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let server = stage.serve(stage.parts_through(wire.to(&stage.database))).await;
    let webhook = stage.agency.voice(&Call::to(&acme.number, 1));
    let mut blocking = stage.database.connect().await;
    sqlx::raw_sql("BEGIN; LOCK TABLE call_logs IN EXCLUSIVE MODE").execute(&mut blocking).await.unwrap();

    let address = server.address;
    let stopping = async {
        wire.execution_of("ingest_call_event").await;
        tokio::join!(server.stop(), blocking.close()).1.unwrap();
    };
    let (answer, ()) = tokio::join!(exchange(address, on_the_wire(&webhook)), stopping);

    assert_eq!(status_line(&answer), "HTTP/1.1 200 OK");
    assert!(answer.contains("Thank you for calling acme."), "{answer}");
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
    assert_eq!(stage.database.count("call_logs").await, 1);
}

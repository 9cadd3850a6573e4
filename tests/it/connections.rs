//! Clients that send slowly, nothing, too much, or at the last moment, through real sockets.
//!
//! Nothing here measures time. What the server would wait for without an end, the test would wait for as well; its own
//! deadline of a minute only says which wait it was.

use std::net::SocketAddr;
use std::time::Duration;

use switchboard::app::RunningServer;
use switchboard::http::server::Limits;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::support::{Call, Stage, Webhook};

const SHORT: Duration = Duration::from_millis(300);
const LONG: Duration = Duration::from_hours(1);
const PROBE: &str = "GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n";

/// Whether `what` happens at all.
async fn soon<T>(what: &str, happens: impl Future<Output = T>) -> T {
    let waited = tokio::time::timeout(Duration::from_mins(1), happens).await;
    waited.unwrap_or_else(|_| panic!("{what} did not happen within a minute"))
}

/// A connection, byte by byte.
struct Client(TcpStream);

impl Client {
    async fn connect(address: SocketAddr) -> Self {
        Self(TcpStream::connect(address).await.unwrap())
    }

    async fn send(&mut self, text: impl AsRef<[u8]>) {
        self.0.write_all(text.as_ref()).await.unwrap();
    }

    /// What comes until the server closes the connection.
    async fn rest(&mut self) -> String {
        let mut bytes = Vec::new();
        // A server that closes while bytes of ours are on their way resets the connection.
        let _ = soon("the end of a connection", self.0.read_to_end(&mut bytes)).await;
        String::from_utf8(bytes).unwrap()
    }

    /// One answer on a connection that stays, as far as its first piece shows it.
    async fn answer(&mut self) -> String {
        let mut buffer = vec![0; 4096];
        let length = soon("an answer", self.0.read(&mut buffer)).await.unwrap();
        String::from_utf8(buffer[..length].to_vec()).unwrap()
    }
}

/// The bytes of a webhook.
fn written_out(webhook: &Webhook) -> String {
    let (request, body) = (webhook.to_request(), webhook.encoded_body());
    let headers: Vec<String> = request
        .headers()
        .iter()
        .map(|(name, value)| format!("{name}: {}\r\n", value.to_str().unwrap()))
        .collect();
    let headers = headers.concat();
    let (path, length) = (request.uri(), body.len());
    let body = String::from_utf8(body).unwrap();
    format!("POST {path} HTTP/1.1\r\n{headers}content-length: {length}\r\n\r\n{body}")
}

async fn server_with(stage: &Stage, limits: Limits) -> RunningServer {
    let mut parts = stage.parts();
    parts.limits = limits;
    stage.serve(parts).await
}

async fn connections_become(server: &RunningServer, wanted: usize) {
    let reached = async {
        while server.connections() != wanted {
            tokio::task::yield_now().await;
        }
    };
    soon("the expected number of connections", reached).await;
}

#[tokio::test]
async fn a_head_that_does_not_come_to_its_end_costs_its_connection() {
    let stage = Stage::new().await;
    let server = server_with(&stage, Limits { head: SHORT, ..Limits::default() }).await;
    let (mut silent, mut slow) =
        (Client::connect(server.address).await, Client::connect(server.address).await);

    slow.send("GET /livez HTTP/1.1\r\nhost: loc").await;

    assert_eq!(silent.rest().await, "");
    assert!(!slow.rest().await.contains("200 OK"));
    connections_become(&server, 0).await;
    server.stop().await;
}

#[tokio::test]
async fn a_connection_that_lies_idle_is_closed() {
    let stage = Stage::new().await;
    let server = server_with(&stage, Limits { head: SHORT, ..Limits::default() }).await;
    let mut client = Client::connect(server.address).await;

    client.send(PROBE).await;
    let answers = client.rest().await;

    assert!(answers.starts_with("HTTP/1.1 200 OK"), "{answers}");
    connections_become(&server, 0).await;
    server.stop().await;
}

#[tokio::test]
async fn a_body_that_trickles_is_not_read_for_ever() {
    let stage = Stage::new().await;
    let server = server_with(&stage, Limits { head: LONG, body: SHORT, ..Limits::default() }).await;
    let (mut from_server, mut to_server) = TcpStream::connect(server.address).await.unwrap().into_split();

    let head = "POST /twilio/voice HTTP/1.1\r\nhost: localhost\r\nx-twilio-signature: x\r\ncontent-length: 60000\r\n\r\n";
    to_server.write_all(head.as_bytes()).await.unwrap();
    let trickle = async {
        let mut pace = tokio::time::interval(Duration::from_millis(10));
        while to_server.write_all(b"A").await.is_ok() {
            pace.tick().await;
        }
    };
    let mut answer = vec![0; 4096];
    let answered = async { from_server.read(&mut answer).await.unwrap() };
    let length = soon("an answer", async {
        tokio::select! { length = answered => length, () = trickle => panic!("closed without an answer") }
    })
    .await;

    let answer = String::from_utf8_lossy(&answer[..length]).into_owned();
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    server.stop().await;
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let stage = Stage::new().await;
    let server = server_with(&stage, Limits::default()).await;
    let many = "x-many: 1\r\n".repeat(100);
    let long = format!("x-long: {}\r\n", "1".repeat(64 * 1024));

    for headers in [many, long] {
        let mut client = Client::connect(server.address).await;
        // The server may have refused before it has read all of it.
        let _ = client.0.write_all(format!("GET /livez HTTP/1.1\r\n{headers}\r\n").as_bytes()).await;
        let answer = client.rest().await;
        assert!(answer.starts_with("HTTP/1.1 431 ") || answer.is_empty(), "{answer}");
    }
    server.stop().await;
}

#[tokio::test]
async fn who_comes_when_the_house_is_full_waits_until_somebody_goes() {
    let stage = Stage::new().await;
    let server = server_with(&stage, Limits { head: LONG, connections: 2, ..Limits::default() }).await;
    let (mut first, second) = (Client::connect(server.address).await, Client::connect(server.address).await);
    connections_become(&server, 2).await;

    let mut third = Client::connect(server.address).await;
    third.send(PROBE).await;
    for _ in 0..10 {
        first.send(PROBE).await;
        assert!(first.answer().await.starts_with("HTTP/1.1 200 OK"));
    }
    let early = third.0.try_read(&mut [0; 16]);
    drop(second);

    assert_eq!(early.unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    assert!(third.answer().await.starts_with("HTTP/1.1 200 OK"));
    assert_eq!(server.connections(), 2);
    drop((first, third));
    server.stop().await;
}

#[tokio::test]
async fn a_server_that_stops_answers_what_has_begun_to_arrive_and_waits_for_nobody_else() {
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let server = server_with(&stage, Limits { head: Duration::from_secs(10), ..Limits::default() }).await;
    let address = server.address;
    let mut idle = Vec::new();
    for number in 0..500 {
        let mut client = Client::connect(address).await;
        // Half of them have had an answer already, the others never say a word.
        if number % 2 == 0 {
            client.send(PROBE).await;
            assert!(client.answer().await.starts_with("HTTP/1.1 200 OK"));
        }
        idle.push(client);
    }
    let voice = |number: u32| written_out(&stage.agency.voice(&Call::to(&acme.number, number)));
    let mut under_way = Vec::new();
    // Cut in the head, at its end, and in the body.
    for (number, cut) in [(1, 20), (2, voice(2).find("\r\n\r\n").unwrap() + 4), (3, voice(3).len() - 10)] {
        let (text, mut client) = (voice(number), Client::connect(address).await);
        let (now, later) = text.split_at(cut);
        client.send(now).await;
        under_way.push((client, later.to_owned()));
    }
    let mut half_open = Vec::new();
    for _ in 0..5 {
        let mut client = Client::connect(address).await;
        client.send("POST /twilio/voice HT").await;
        half_open.push(client);
    }

    let mut stopping = JoinSet::new();
    stopping.spawn(server.stop());
    soon("the end of the listener", async { while TcpStream::connect(address).await.is_ok() {} }).await;
    for (mut client, rest) in under_way {
        client.send(rest).await;
        let answer = client.rest().await;
        assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.contains("+12145550199"), "{answer}");
    }

    soon("the end of the server", stopping.join_next()).await.unwrap().unwrap();
    assert_eq!(stage.database.count("call_logs").await, 3);
    drop((idle, half_open));
}

#[tokio::test]
async fn a_connection_that_came_in_the_moment_of_the_stop_is_answered() {
    let stage = Stage::new().await;

    for _ in 0..20 {
        let server = server_with(&stage, Limits::default()).await;
        let mut client = Client::connect(server.address).await;
        client.send(PROBE).await;
        let (answer, ()) = tokio::join!(client.rest(), server.stop());

        assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    }
}

#[tokio::test]
async fn a_request_that_never_ends_holds_a_stop_up_for_a_limited_time() {
    let stage = Stage::new().await;
    let limits = Limits { head: LONG, body: LONG, drain: SHORT, ..Limits::default() };
    let server = server_with(&stage, limits).await;
    let mut half_sent = Client::connect(server.address).await;
    half_sent.send("POST /twilio/voice HTTP/1.1\r\ncontent-length: 10\r\n\r\nAcc").await;
    let mut half_open = Client::connect(server.address).await;
    half_open.send("POST /tw").await;
    connections_become(&server, 2).await;

    soon("the end of the server", server.stop()).await;

    assert_eq!(half_open.rest().await, "");
}

//! The line between a server and PostgreSQL: listens on it, cuts it, or lets nothing through.
//!
//! Reads the client's half of the protocol ("Frontend/Backend Protocol" of PostgreSQL's manual) as far as it takes to
//! say which statement was executed. Changes not one byte.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{TestDatabase, cluster};

/// How the line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// Everything goes through.
    Open,
    /// All connections are cut, and new ones are cut at once: the database was stopped.
    Cut,
    /// Connections stand, and nothing goes through: the network lost its way. Those that felt it stay silent for ever.
    Silent,
}

/// A message that a client sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    /// Which connection, counted from 1.
    pub(crate) connection: u32,
    /// The letter of its kind: `P`arse, `B`ind, `E`xecute, `S`ync, `Q`uery, …
    pub(crate) kind: char,
    /// What is parsed, executed or queried, on one line.
    pub(crate) statement: Option<String>,
}

/// One line. It ends with the value.
#[derive(Debug)]
pub(crate) struct Wire {
    address: SocketAddr,
    line: watch::Sender<Line>,
    connections: watch::Sender<usize>,
    heard: Arc<Mutex<Vec<Message>>>,
    accepting: JoinSet<()>,
}

impl Wire {
    pub(crate) async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut wire = Self {
            address,
            line: watch::Sender::new(Line::Open),
            connections: watch::Sender::new(0),
            heard: Arc::default(),
            accepting: JoinSet::new(),
        };
        let accepting =
            accept(listener, wire.line.clone(), wire.connections.clone(), Arc::clone(&wire.heard));
        wire.accepting.spawn(accepting);
        wire
    }

    /// How a server connects to the database over this line.
    pub(crate) fn to(&self, database: &TestDatabase) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .host(&self.address.ip().to_string())
            .port(self.address.port())
            .username("postgres")
            .database(database.name())
            .ssl_mode(PgSslMode::Disable)
    }

    /// From now on the line is like this. A line that is cut is cut when this returns.
    pub(crate) async fn set(&self, line: Line) {
        self.line.send_replace(line);
        if line == Line::Cut {
            self.unused().await;
        }
    }

    /// Waits until no client has a connection any more.
    pub(crate) async fn unused(&self) {
        let mut connections = self.connections.subscribe();
        let unused = connections.wait_for(|connections| *connections == 0);
        let waited = tokio::time::timeout(Duration::from_mins(1), unused).await;
        waited.expect("connections are held for ever").unwrap();
    }

    /// What went over the line since the last time, in order.
    pub(crate) fn take_messages(&self) -> Vec<Message> {
        std::mem::take(&mut self.heard.lock().unwrap())
    }

    /// How many executions of a statement with this text went over the line since the last time.
    pub(crate) fn take_executions_of(&self, part: &str) -> usize {
        let executed = self.take_messages();
        let is_one = |message: &&Message| {
            matches!(message.kind, 'E' | 'Q')
                && message.statement.as_ref().is_some_and(|text| text.contains(part))
        };
        executed.iter().filter(is_one).count()
    }
}

async fn accept(
    listener: TcpListener,
    line: watch::Sender<Line>,
    connections: watch::Sender<usize>,
    heard: Arc<Mutex<Vec<Message>>>,
) {
    let mut lines = JoinSet::new();
    for connection in 1.. {
        let (client, _) = listener.accept().await.unwrap();
        let listener = Listener { connection, heard: Arc::clone(&heard), ..Listener::default() };
        let (line, connections) = (line.subscribe(), connections.clone());
        connections.send_modify(|connections| *connections += 1);
        lines.spawn(async move {
            connect(client, line, listener).await;
            connections.send_modify(|connections| *connections -= 1);
        });
    }
}

async fn connect(client: TcpStream, line: watch::Receiver<Line>, mut listener: Listener) {
    let mut cut = line.clone();
    let server = UnixStream::connect(cluster::socket()).await.unwrap();
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    // Whichever ends first, both sides are closed.
    tokio::select! {
        biased;
        _ = cut.wait_for(|line| *line == Line::Cut) => {}
        _ = carry(from_client, to_server, &line, |bytes| listener.hear(bytes)) => {}
        _ = carry(from_server, to_client, &line, |_| {}) => {}
    }
}

async fn carry(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    line: &watch::Receiver<Line>,
    mut listen: impl FnMut(&[u8]),
) -> io::Result<()> {
    let mut buffer = vec![0; 16 * 1024];
    let mut fell_silent = false;
    loop {
        let length = from.read(&mut buffer).await?;
        fell_silent |= *line.borrow() == Line::Silent;
        if length == 0 {
            return Ok(());
        }
        if !fell_silent {
            listen(&buffer[..length]);
            to.write_all(&buffer[..length]).await?;
        }
    }
}

/// Understands one connection.
#[derive(Default)]
struct Listener {
    connection: u32,
    heard: Arc<Mutex<Vec<Message>>>,
    unread: Vec<u8>,
    /// Whether the first message, which has no letter, went by.
    started: bool,
    statements: HashMap<String, String>,
    portals: HashMap<String, String>,
}

impl Listener {
    fn hear(&mut self, bytes: &[u8]) {
        self.unread.extend_from_slice(bytes);
        loop {
            let letter = usize::from(self.started);
            let Some(length) = self.unread.get(letter..letter + 4) else { return };
            let end = letter + usize::try_from(u32::from_be_bytes(length.try_into().unwrap())).unwrap();
            if self.unread.len() < end {
                return;
            }
            let message: Vec<u8> = self.unread.drain(..end).collect();
            if self.started {
                self.understand(char::from(message[0]), &message[5..]);
            }
            self.started = true;
        }
    }

    fn understand(&mut self, kind: char, body: &[u8]) {
        let mut texts = body.split(|byte| *byte == 0).map(|text| String::from_utf8_lossy(text).into_owned());
        let mut next = || texts.next().unwrap_or_default();
        let statement = match kind {
            'P' => {
                let (name, text) = (next(), on_one_line(&next()));
                self.statements.insert(name, text.clone());
                Some(text)
            }
            'B' => {
                let (portal, name) = (next(), next());
                let text = self.statements.get(&name).cloned();
                self.portals.insert(portal, text.clone().unwrap_or_default());
                text
            }
            'E' => self.portals.get(&next()).cloned(),
            'Q' => Some(on_one_line(&next())),
            _ => None,
        };
        self.heard.lock().unwrap().push(Message { connection: self.connection, kind, statement });
    }
}

fn on_one_line(statement: &str) -> String {
    statement.split_whitespace().collect::<Vec<_>>().join(" ")
}

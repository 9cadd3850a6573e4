//! The line between a server and PostgreSQL: listens on it, takes it down, or lets nothing through.
//!
//! Changes not one byte. It is a socket in a folder of its own, so that nobody else can take its place meanwhile.

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, future, io};

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Mutex, watch};
use tokio::task::JoinSet;

use super::messages::{Listener, Message};
use super::{TestDatabase, cluster};

const PORT: u16 = 5432;

/// More than anybody waits for.
const LATENCY: Duration = Duration::from_secs(5);

/// How the line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// Everything goes through.
    Open,
    /// All connections are cut, and new ones refused: the database was stopped.
    Down,
    /// Connections stand, and nothing goes through: the network lost its way. Those that felt it stay silent for ever.
    Silent,
    /// Everything goes through, each piece five seconds late.
    Slow,
}

/// One line. It ends with the value.
#[derive(Debug)]
pub(crate) struct Wire {
    directory: TempDir,
    line: watch::Sender<Line>,
    connections: watch::Sender<usize>,
    heard: watch::Sender<Vec<Message>>,
    accepting: Mutex<JoinSet<()>>,
}

impl Wire {
    pub(crate) async fn new() -> Self {
        let wire = Self {
            directory: tempfile::tempdir().unwrap(),
            line: watch::Sender::new(Line::Down),
            connections: watch::Sender::new(0),
            heard: watch::Sender::new(Vec::new()),
            accepting: Mutex::new(JoinSet::new()),
        };
        wire.set(Line::Open).await;
        wire
    }

    /// How a server connects to the database over this line.
    pub(crate) fn to(&self, database: &TestDatabase) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .socket(self.directory.path())
            .port(PORT)
            .username("postgres")
            .database(database.name())
            .ssl_mode(PgSslMode::Disable)
    }

    /// The line is like this when the call returns, and stays so.
    pub(crate) async fn set(&self, line: Line) {
        let mut accepting = self.accepting.lock().await;
        self.line.send_replace(line);
        match line {
            Line::Down => {
                accepting.shutdown().await;
                self.unused().await;
            }
            Line::Open | Line::Silent | Line::Slow if accepting.is_empty() => {
                let listener = listen(self.directory.path());
                accepting.spawn(accept(
                    listener,
                    self.line.clone(),
                    self.connections.clone(),
                    self.heard.clone(),
                ));
            }
            Line::Open | Line::Silent | Line::Slow => {}
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
        self.heard.send_replace(Vec::new())
    }

    /// How many executions of a statement with this text went over the line since the last time.
    pub(crate) fn take_executions_of(&self, part: &str) -> usize {
        self.take_messages().iter().filter(|message| message.executes(part)).count()
    }

    /// Waits until a statement with this text is executed.
    pub(crate) async fn execution_of(&self, part: &str) {
        let mut heard = self.heard.subscribe();
        heard.wait_for(|messages| messages.iter().any(|message| message.executes(part))).await.unwrap();
    }
}

/// Where clients of PostgreSQL look for a socket.
fn socket(directory: &Path) -> PathBuf {
    directory.join(format!(".s.PGSQL.{PORT}"))
}

fn listen(directory: &Path) -> UnixListener {
    let socket = socket(directory);
    // The name outlives its listener; whoever connects to it meanwhile is refused.
    if socket.exists() {
        fs::remove_file(&socket).unwrap();
    }
    UnixListener::bind(socket).unwrap()
}

async fn accept(
    listener: UnixListener,
    line: watch::Sender<Line>,
    connections: watch::Sender<usize>,
    heard: watch::Sender<Vec<Message>>,
) {
    let mut lines = JoinSet::new();
    for number in 1.. {
        let (client, _) = listener.accept().await.unwrap();
        let counted = Counted::new(&connections);
        let (line, listener) = (line.subscribe(), Listener::new(number, heard.clone()));
        lines.spawn(async move {
            let _counted = counted;
            connect(client, line, listener).await;
        });
    }
}

/// One connection, as long as it stands.
struct Counted(watch::Sender<usize>);

impl Counted {
    fn new(connections: &watch::Sender<usize>) -> Self {
        connections.send_modify(|connections| *connections += 1);
        Self(connections.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.send_modify(|connections| *connections -= 1);
    }
}

async fn connect(client: UnixStream, line: watch::Receiver<Line>, mut listener: Listener) {
    let server = UnixStream::connect(cluster::socket()).await.unwrap();
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    // Whichever ends first, both sides are closed.
    tokio::select! {
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
        let late = *line.borrow() == Line::Slow;
        if late {
            let _ = tokio::time::timeout(LATENCY, future::pending::<()>()).await;
        }
        if !fell_silent {
            listen(&buffer[..length]);
            to.write_all(&buffer[..length]).await?;
        }
    }
}

//! The server that listens.
//!
//! Promises: a client that sends slowly, or nothing, or too much of a head, costs little and not for long. Told to stop, it
//! answers what has begun to arrive, for a limited time that silent connections can't extend.
//! Doesn't: speak TLS or HTTP/2; both belong to the proxy in front of it.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use axum::Router;
use axum_server::{Handle, Server};
use nix::sys::socket::Backlog;
use tokio::task::JoinHandle;

use super::listener::{Door, DoorAddress, Hinge};

/// More than any client of ours sends; each costs memory on every connection.
const MOST_HEADERS: usize = 64;
/// A connection reads into a buffer of at most this size. The heads of Twilio's requests have about 1 KiB.
const MOST_HEAD_BYTES: usize = 32 * 1024;
/// The runtime hears of bytes a moment after the system has them. A request that has begun to arrive must be known before
/// the connections that lie idle are closed.
const NEWS: Duration = Duration::from_millis(50);
/// Connections that wait in front of the door. The system may allow fewer.
const QUEUE: i32 = 4096;
/// Files that are no client's: the database, the log, the private PostgreSQL's socket.
const FILES_KEPT_FREE: u64 = 128;

/// How much, and for how long, a client may ask of the server.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// From the connection, or the answer before, to the end of a request's head. Also how long a connection may lie idle.
    pub head: Duration,
    /// From the head to the end of the body, however steadily it trickles.
    pub body: Duration,
    /// Connections at once. Further ones wait until one ends.
    pub connections: usize,
    /// What requests under way get once the server stops.
    pub drain: Duration,
    /// What work that outlives its request gets after that.
    pub finish: Duration,
}

impl Default for Limits {
    /// A stop takes 25 s at most: 12 for requests (a report has 6), 11 for writes, 2 for saying goodbye to the database.
    fn default() -> Self {
        Self {
            head: Duration::from_secs(5),
            body: Duration::from_secs(10),
            // Each takes up to 25 KiB while it sends its head.
            connections: 8_000,
            drain: Duration::from_secs(12),
            finish: Duration::from_secs(11),
        }
    }
}

/// Takes the address. Connections wait from now on, and are answered once [`Listening::start`] runs.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    // The standard library's queue is so short that a burst would be told nothing at all for seconds.
    nix::sys::socket::listen(&listener, Backlog::new(QUEUE)?)?;
    Ok(listener)
}

/// A server that answers.
#[derive(Debug)]
pub struct Listening {
    handle: Handle<DoorAddress>,
    hinge: Hinge,
    serving: JoinHandle<io::Result<()>>,
}

impl Listening {
    /// Answers from now on.
    pub fn start(listener: TcpListener, router: Router, limits: &Limits) -> io::Result<Self> {
        let door = Door::new(listener, limits.connections.min(most_files()))?;
        let (handle, hinge) = (Handle::new(), door.hinge());
        let mut server = Server::from_listener(door)
            .handle(handle.clone())
            // Our proxy speaks HTTP/1; what HTTP/2 can be made to cost needs no limits where it isn't spoken.
            .http1_only()
            .first_request_timeout(limits.head)
            .accept_error_handler(|_, error| tracing::error!(%error, "a connection could not be taken"));
        server
            .http_builder()
            .http1()
            .header_read_timeout(limits.head)
            .max_headers(MOST_HEADERS)
            .max_buf_size(MOST_HEAD_BYTES);
        #[expect(clippy::disallowed_methods, reason = "the server itself; `stop` waits for it")]
        let serving = tokio::spawn(server.serve(router.into_make_service_with_connect_info::<SocketAddr>()));
        Ok(Self { handle, hinge, serving })
    }

    /// How many connections there are.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.handle.connection_count()
    }

    /// Takes no more connections, and waits until those there are have their answers; the rest is cut after `patience`.
    /// Idle connections end at once, half-sent heads when their time is over.
    pub async fn stop(self, patience: Duration) {
        let Self { handle, hinge, mut serving } = self;
        tokio::select! {
            () = hinge.close() => {
                tokio::time::sleep(NEWS).await;
                handle.graceful_shutdown(Some(patience));
                // However it ended, it no longer answers.
                let _ = serving.await;
            }
            // It ended by itself, and its door stands open for nobody.
            _ = &mut serving => {}
        }
    }
}

/// How many connections the system's limit on open files has room for. It is raised as far as we may: the usual 1024 are
/// soon gone, and then the database can't be reached either.
fn most_files() -> usize {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else { return usize::MAX };
    let raised = setrlimit(Resource::RLIMIT_NOFILE, hard, hard).is_ok();
    let files = if raised { hard } else { soft };
    usize::try_from(files.saturating_sub(FILES_KEPT_FREE).max(1)).unwrap_or(usize::MAX)
}

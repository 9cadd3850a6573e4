//! The door itself: which connections are let in, and when no more are.
//!
//! Promises: no more connections at once than there is room for, the others wait in the system's queue; a connection that
//! was let in before the door closed is served, however the two raced.
//! Doesn't: speak HTTP, or wait for a request.

use std::future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum_server::{AddrListener, Address};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

/// An address behind a door of ours.
#[derive(Clone, Copy, Debug)]
pub struct DoorAddress(pub SocketAddr);

impl Address for DoorAddress {
    type Stream = Connection;
    type Listener = Door;
}

/// Who is at the other end of a request's connection: what can't be claimed by a header.
impl Connected<DoorAddress> for SocketAddr {
    fn connect_info(peer: DoorAddress) -> Self {
        peer.0
    }
}

/// Lets connections in.
#[derive(Debug)]
pub struct Door {
    post: Mutex<Post>,
    address: SocketAddr,
    room: Arc<Semaphore>,
    hinge: Hinge,
}

/// Who stands at the door.
#[derive(Debug)]
enum Post {
    Open(TcpListener),
    /// Lets in who is there already.
    Closing(std::net::TcpListener),
    Closed,
}

/// Closes a door from elsewhere. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Hinge {
    wish: watch::Sender<Wish>,
    /// Connections that were let in and that nobody has looked at yet.
    unseated: watch::Sender<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    Open,
    Close,
    Closed,
}

impl Door {
    /// A door with room for so many connections at once.
    pub fn new(listener: std::net::TcpListener, most_connections: usize) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let listener = TcpListener::from_std(listener)?;
        Ok(Self {
            post: Mutex::new(Post::Open(listener)),
            address,
            room: Arc::new(Semaphore::new(most_connections.min(Semaphore::MAX_PERMITS))),
            hinge: Hinge { wish: watch::Sender::new(Wish::Open), unseated: watch::Sender::new(0) },
        })
    }

    /// What closes it.
    #[must_use]
    pub fn hinge(&self) -> Hinge {
        self.hinge.clone()
    }

    async fn room(&self) -> OwnedSemaphorePermit {
        match Arc::clone(&self.room).acquire_owned().await {
            Ok(permit) => permit,
            // Nobody closes the semaphore.
            Err(_) => future::pending().await,
        }
    }

    fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(TcpStream, SocketAddr)>> {
        match &*self.post.lock().unwrap_or_else(PoisonError::into_inner) {
            Post::Open(listener) => listener.poll_accept(cx),
            Post::Closing(_) | Post::Closed => Poll::Pending,
        }
    }

    /// Who still waits in front of the door. The runtime learns of a connection a little later than the system has it,
    /// so the system itself is asked.
    fn next_in_front(&self) -> io::Result<(TcpStream, SocketAddr)> {
        let mut post = self.post.lock().unwrap_or_else(PoisonError::into_inner);
        let listener = match std::mem::replace(&mut *post, Post::Closed) {
            Post::Open(listener) => listener.into_std()?,
            Post::Closing(listener) => listener,
            Post::Closed => return Err(io::ErrorKind::NotConnected.into()),
        };
        let (stream, address) = listener.accept()?;
        *post = Post::Closing(listener);
        stream.set_nonblocking(true)?;
        Ok((TcpStream::from_std(stream)?, address))
    }

    /// Gives the address back. Whoever comes now is refused by the system at once, and calls elsewhere.
    async fn close(&self) -> ! {
        *self.post.lock().unwrap_or_else(PoisonError::into_inner) = Post::Closed;
        self.hinge.wish.send_replace(Wish::Closed);
        future::pending().await
    }

    fn let_in(&self, stream: TcpStream, room: OwnedSemaphorePermit) -> Connection {
        // An answer is one small write, which must not wait for a full packet. A socket that refuses works all the same.
        let _ = stream.set_nodelay(true);
        Connection { stream, unseated: Some(Unseated::new(self.hinge.unseated.clone())), _room: room }
    }
}

impl AddrListener<Connection, DoorAddress> for Door {
    async fn bind_to(address: DoorAddress) -> io::Result<Self> {
        Self::new(std::net::TcpListener::bind(address.0)?, Semaphore::MAX_PERMITS)
    }

    async fn accept_stream(&self) -> io::Result<(Connection, DoorAddress)> {
        let room = tokio::select! {
            biased;
            room = self.room() => room,
            () = self.hinge.reached(Wish::Close) => self.close().await,
        };
        // Whoever waits in front of the door when it closes is let in first.
        let (stream, address) = tokio::select! {
            biased;
            accepted = future::poll_fn(|cx| self.poll_accept(cx)) => accepted?,
            () = self.hinge.reached(Wish::Close) => match self.next_in_front() {
                Ok(waiting) => waiting,
                Err(_) => self.close().await,
            },
        };
        Ok((self.let_in(stream, room), DoorAddress(address)))
    }

    fn get_local_addr(&self) -> io::Result<DoorAddress> {
        Ok(DoorAddress(self.address))
    }
}

impl Hinge {
    /// Closes the door, and waits until everybody who came through it was looked at, or is gone.
    pub async fn close(&self) {
        self.wish.send_if_modified(|wish| {
            let open = *wish == Wish::Open;
            if open {
                *wish = Wish::Close;
            }
            open
        });
        self.reached(Wish::Closed).await;
        let mut unseated = self.unseated.subscribe();
        // The sender lives in `self`.
        let _ = unseated.wait_for(|unseated| *unseated == 0).await;
    }

    async fn reached(&self, wish: Wish) {
        let _ = self.wish.subscribe().wait_for(|now| *now == wish).await;
    }
}

/// Counts one connection until its first bytes were looked for.
#[derive(Debug)]
struct Unseated(watch::Sender<usize>);

impl Unseated {
    fn new(unseated: watch::Sender<usize>) -> Self {
        unseated.send_modify(|unseated| *unseated += 1);
        Self(unseated)
    }
}

impl Drop for Unseated {
    fn drop(&mut self) {
        self.0.send_modify(|unseated| *unseated -= 1);
    }
}

/// A connection that was let in. Its room is free again once it is dropped.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    unseated: Option<Unseated>,
    _room: OwnedSemaphorePermit,
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        // What was there at once has been read; hyper closes a connection unread that nothing was read of when a drain
        // begins.
        self.unseated = None;
        read
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

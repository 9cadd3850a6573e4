//! The server that listens.
//!
//! Promises: stops taking connections when told to, and lets the requests under way finish, for a limited time.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use axum::Router;
use axum_server::Handle;

/// A client that takes longer for the head of a request has another purpose.
const HEADER_TIMEOUT: Duration = Duration::from_secs(5);

/// Takes the address. Connections wait from now on, and are answered once [`serve`] runs.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Answers until `handle` is told to shut down.
pub async fn serve(listener: TcpListener, router: Router, handle: Handle<SocketAddr>) -> io::Result<()> {
    let mut server = axum_server::from_tcp(listener)?.handle(handle);
    // axum-server sets a timer, and leaves the header timeout off until it is asked for.
    server.http_builder().http1().header_read_timeout(HEADER_TIMEOUT);
    server.serve(router.into_make_service_with_connect_info::<SocketAddr>()).await
}

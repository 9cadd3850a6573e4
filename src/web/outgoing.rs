//! A request that we make, straight to the host that its URL names.
//!
//! Promises: tells a name that nobody knows from a closed port, a bad certificate and a broken answer; checks certificates
//! against the authorities that it is given. No proxy, no redirection. Whoever drops the answer's body ends the connection.
//! Doesn't: speak HTTP/2, keep a connection, or end by itself: the patience is the caller's.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::uri::Scheme;
use axum::http::{HeaderMap, Method, Request, Response, Uri, header};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// What is asked.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// How.
    pub method: Method,
    /// The whole URL.
    pub url: String,
    /// All headers but `Host`.
    pub headers: HeaderMap,
    /// What is sent along.
    pub body: Bytes,
}

/// Why nothing came back.
#[derive(Debug, thiserror::Error)]
pub enum Unreachable {
    /// It is none, or names no host.
    #[error("the URL can't be called")]
    Url,
    /// The name has no address.
    #[error("the name {0} is not known: {1}")]
    Name(String, io::Error),
    /// No address takes a connection.
    #[error("nobody takes the connection: {0}")]
    Connection(io::Error),
    /// The certificate is not good, or there is no TLS.
    #[error("TLS fails: {0}")]
    Tls(io::Error),
    /// Whoever asked lost their patience.
    #[error("there was no answer within {} s", .0.as_secs())]
    Silence(Duration),
    /// It began to answer, and stopped.
    #[error("the answer broke off: {0}")]
    Broken(String),
}

/// The public authorities that this program carries, whatever the machine has.
#[must_use]
pub fn public_authorities() -> RootCertStore {
    RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() }
}

/// Asks once. The answer's head, its body as it comes, and how long the head took from the first byte of the connection.
pub async fn send(
    roots: RootCertStore,
    asked: Outgoing,
) -> Result<(Response<Incoming>, Duration), Unreachable> {
    let uri: Uri = asked.url.parse().map_err(|_| Unreachable::Url)?;
    let request = request(asked, &uri)?;
    let host = uri.host().ok_or(Unreachable::Url)?;
    let name = host.trim_matches(['[', ']']);
    let is_https = uri.scheme() == Some(&Scheme::HTTPS);
    let port = uri.port_u16().unwrap_or(if is_https { 443 } else { 80 });
    let addresses: Vec<_> = tokio::net::lookup_host((name, port))
        .await
        .map_err(|error| Unreachable::Name(name.to_owned(), error))?
        .collect();
    let began = Instant::now();
    let stream = TcpStream::connect(addresses.as_slice()).await.map_err(Unreachable::Connection)?;
    let response = if is_https {
        let name = ServerName::try_from(name.to_owned()).map_err(|_| Unreachable::Url)?;
        let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        let stream = TlsConnector::from(Arc::new(config)).connect(name, stream);
        speak(stream.await.map_err(Unreachable::Tls)?, request).await?
    } else {
        speak(stream, request).await?
    };
    Ok((response, began.elapsed()))
}

fn request(asked: Outgoing, uri: &Uri) -> Result<Request<Full<Bytes>>, Unreachable> {
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    let authority = uri.authority().ok_or(Unreachable::Url)?.as_str();
    let mut request = Request::builder()
        .method(asked.method)
        .uri(target)
        .header(header::HOST, authority)
        .body(Full::from(asked.body))
        .map_err(|_| Unreachable::Url)?;
    request.headers_mut().extend(asked.headers);
    Ok(request)
}

async fn speak<S>(stream: S, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, Unreachable>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let broken = |error: hyper::Error| Unreachable::Broken(error.to_string());
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    #[expect(
        clippy::disallowed_methods,
        reason = "it ends with the answer's body, or as soon as nobody waits for that; what breaks it breaks the answer"
    )]
    tokio::spawn(connection);
    sender.send_request(request).await.map_err(broken)
}

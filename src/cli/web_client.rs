//! One HTTP exchange, as Twilio would make it: straight to the host that the URL names.
//!
//! Promises: tells a name that nobody knows from a closed port, a bad certificate and silence; checks certificates against
//! the public authorities that this program carries, whatever the machine has. No proxy, no redirection.
//! Doesn't: speak HTTP/2, keep a connection, or read more than a mebibyte.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::uri::Scheme;
use axum::http::{HeaderMap, HeaderName, Method, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// Twilio gives a connection half of that.
const PATIENCE: Duration = Duration::from_secs(10);
const MOST_BYTES: usize = 1024 * 1024;

/// What is asked.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) headers: Vec<(HeaderName, String)>,
    pub(super) body: String,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) took: Duration,
}

/// Why nothing came back.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unreachable {
    #[error("the URL can't be called")]
    Url,
    #[error("the name {0} is not known: {1}")]
    Name(String, io::Error),
    #[error("nobody takes the connection: {0}")]
    Connection(io::Error),
    #[error("TLS fails: {0}")]
    Tls(io::Error),
    #[error("there was no answer within {} s", PATIENCE.as_secs())]
    Silence,
    #[error("the answer broke off: {0}")]
    Broken(String),
}

impl Answer {
    /// A header's text, blank where it is missing.
    pub(super) fn header(&self, name: &HeaderName) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// Asks once.
pub(super) async fn ask(question: &Question) -> Result<Answer, Unreachable> {
    ask_trusting(public_authorities(), question).await
}

async fn ask_trusting(roots: RootCertStore, question: &Question) -> Result<Answer, Unreachable> {
    let exchange = exchange(roots, question);
    tokio::time::timeout(PATIENCE, exchange).await.unwrap_or(Err(Unreachable::Silence))
}

async fn exchange(roots: RootCertStore, question: &Question) -> Result<Answer, Unreachable> {
    let uri: Uri = question.url.parse().map_err(|_| Unreachable::Url)?;
    let request = request(question, &uri)?;
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
    if is_https {
        let name = ServerName::try_from(name.to_owned()).map_err(|_| Unreachable::Url)?;
        let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        let stream = TlsConnector::from(Arc::new(config)).connect(name, stream);
        speak(stream.await.map_err(Unreachable::Tls)?, request, began).await
    } else {
        speak(stream, request, began).await
    }
}

fn request(question: &Question, uri: &Uri) -> Result<Request<Full<Bytes>>, Unreachable> {
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    let authority = uri.authority().ok_or(Unreachable::Url)?.as_str();
    let mut request = Request::builder()
        .method(question.method.clone())
        .uri(target)
        .header(header::HOST, authority)
        .header(header::USER_AGENT, concat!("switchboard-doctor/", env!("CARGO_PKG_VERSION")));
    for (name, value) in &question.headers {
        request = request.header(name, value);
    }
    request.body(Full::from(question.body.clone())).map_err(|_| Unreachable::Url)
}

fn public_authorities() -> RootCertStore {
    RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() }
}

async fn speak<S>(stream: S, request: Request<Full<Bytes>>, began: Instant) -> Result<Answer, Unreachable>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let broken = |error: hyper::Error| Unreachable::Broken(error.to_string());
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    // Once the answer is there the sender is dropped, and with it the connection ends.
    let answer = async move {
        let (head, body) = sender.send_request(request).await.map_err(broken)?.into_parts();
        let took = began.elapsed();
        let body = Limited::new(body, MOST_BYTES).collect().await;
        let body = body.map_err(|error| Unreachable::Broken(error.to_string()))?.to_bytes();
        Ok(Answer { status: head.status, headers: head.headers, body, took })
    };
    // What ends the connection early ends the answer, too.
    tokio::join!(answer, connection).0
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;
    use tokio_rustls::TlsAcceptor;
    use tokio_rustls::rustls::ServerConfig;
    use tokio_rustls::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};

    use super::*;

    const AUTHORITY: &[u8] = include_bytes!("../../tests/vectors/tls/authority.der");
    const CERTIFICATE: &[u8] = include_bytes!("../../tests/vectors/tls/localhost.der");
    const KEY: &[u8] = include_bytes!("../../tests/vectors/tls/localhost.key.der");

    fn authority() -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(AUTHORITY)).unwrap();
        roots
    }

    /// Asks a server with a certificate for `localhost`, under this name.
    async fn asked(name: &str, roots: RootCertStore) -> Result<Answer, Unreachable> {
        let key = PrivatePkcs8KeyDer::from(KEY).into();
        let certificates = vec![CertificateDer::from(CERTIFICATE)];
        let config =
            ServerConfig::builder().with_no_client_auth().with_single_cert(certificates, key).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let serve = async {
            let (stream, _) = listener.accept().await.unwrap();
            let Ok(mut stream) = TlsAcceptor::from(Arc::new(config)).accept(stream).await else { return };
            let mut heard = [0; 4096];
            let bytes = stream.read(&mut heard).await.unwrap();
            assert!(heard[..bytes].starts_with(b"POST /check?a='+%20 HTTP/1.1\r\n"));
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello").await.unwrap();
            stream.shutdown().await.unwrap();
        };
        let question = Question {
            method: Method::POST,
            url: format!("https://{name}:{port}/check?a='+%20"),
            headers: vec![(header::CONTENT_TYPE, "text/plain".to_owned())],
            body: "body".to_owned(),
        };
        tokio::join!(ask_trusting(roots, &question), serve).0
    }

    #[tokio::test]
    async fn an_encrypted_answer_is_read_where_the_certificate_is_good() {
        let answer = asked("localhost", authority()).await.unwrap();

        assert_eq!((answer.status, answer.body.as_ref()), (StatusCode::OK, &b"hello"[..]));
    }

    #[tokio::test]
    async fn a_certificate_of_nobody_known_or_for_another_name_is_refused() {
        let of_nobody_known = asked("localhost", public_authorities()).await.unwrap_err();
        let for_another_name = asked("127.0.0.1", authority()).await.unwrap_err();

        assert!(matches!(of_nobody_known, Unreachable::Tls(_)), "{of_nobody_known}");
        assert!(matches!(for_another_name, Unreachable::Tls(_)), "{for_another_name}");
    }
}

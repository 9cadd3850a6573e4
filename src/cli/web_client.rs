//! One HTTP exchange, as Twilio would make it: straight to the host that the URL names.
//!
//! Promises: what it can't reach it tells as `web/outgoing.rs` does, and silence from the rest; checks certificates against
//! the public authorities that this program carries, whatever the machine has.
//! Doesn't: read more than a mebibyte.

use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use http_body_util::{BodyExt as _, Limited};
use tokio_rustls::rustls::RootCertStore;

use crate::web::outgoing::{self, Outgoing, public_authorities};

pub(super) use crate::web::outgoing::Unreachable;

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
    tokio::time::timeout(PATIENCE, exchange).await.unwrap_or(Err(Unreachable::Silence(PATIENCE)))
}

async fn exchange(roots: RootCertStore, question: &Question) -> Result<Answer, Unreachable> {
    let mut headers: HeaderMap = [(
        header::USER_AGENT,
        HeaderValue::from_static(concat!("switchboard-doctor/", env!("CARGO_PKG_VERSION"))),
    )]
    .into_iter()
    .collect();
    for (name, value) in &question.headers {
        headers.append(name, value.parse().map_err(|_| Unreachable::Url)?);
    }
    let asked = Outgoing {
        method: question.method.clone(),
        url: question.url.clone(),
        headers,
        body: question.body.clone().into(),
    };
    let (response, took) = outgoing::send(roots, asked).await?;
    let (head, body) = response.into_parts();
    let body = Limited::new(body, MOST_BYTES).collect().await;
    let body = body.map_err(|error| Unreachable::Broken(error.to_string()))?.to_bytes();
    Ok(Answer { status: head.status, headers: head.headers, body, took })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

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

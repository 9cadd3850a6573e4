//! One connection to the server, kept alive like Twilio's, and opened again when it is gone.

use std::net::SocketAddr;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{CONTENT_TYPE, HOST, HeaderValue};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::Failure;
use crate::calls::Webhook;

/// After which Twilio gives a voice webhook up.
pub(crate) const PATIENCE: Duration = Duration::from_secs(15);

/// Sends one request at a time.
#[derive(Debug)]
pub(crate) struct Connection {
    target: SocketAddr,
    sender: Option<SendRequest<Full<Bytes>>>,
    /// What moves the bytes; ends with the connection.
    drivers: JoinSet<hyper::Result<()>>,
}

impl Connection {
    /// Connects with the first request.
    pub(crate) fn new(target: SocketAddr) -> Self {
        Self { target, sender: None, drivers: JoinSet::new() }
    }

    /// The answer. After an error the next request goes over a new connection.
    pub(crate) async fn deliver(&mut self, webhook: &Webhook) -> Result<(StatusCode, Bytes), Failure> {
        let answered = tokio::time::timeout(PATIENCE, self.exchange(webhook)).await;
        let answer = answered.map_err(Failure::from).and_then(|answer| answer);
        if answer.is_err() {
            self.sender = None;
        }
        answer
    }

    async fn exchange(&mut self, webhook: &Webhook) -> Result<(StatusCode, Bytes), Failure> {
        let request = Request::post(webhook.path.clone())
            .header(HOST, HeaderValue::from_static("phone.example.com"))
            .header(
                CONTENT_TYPE,
                HeaderValue::from_static("application/x-www-form-urlencoded; charset=UTF-8"),
            )
            .header("X-Twilio-Signature", webhook.signature.clone())
            .body(Full::new(webhook.body.clone()))?;
        let mut sender = match self.sender.take() {
            Some(sender) if !sender.is_closed() => sender,
            Some(_) | None => self.connect().await?,
        };
        sender.ready().await?;
        let response = sender.send_request(request).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        self.sender = Some(sender);
        Ok((status, body))
    }

    async fn connect(&mut self) -> Result<SendRequest<Full<Bytes>>, Failure> {
        let stream = TcpStream::connect(self.target).await?;
        stream.set_nodelay(true)?;
        let (sender, driver) = http1::handshake(TokioIo::new(stream)).await?;
        self.drivers.spawn(driver);
        Ok(sender)
    }
}

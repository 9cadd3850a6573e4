//! A product that answers calls with documents that a test has written, on a port of its own.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use switchboard::simulator::{self, Conversation, Line, PlacedCall, Script, Signer};
use switchboard::twilio::form::FormParameters;
use switchboard::twilio::phone_number::E164PhoneNumber;
use switchboard::twilio::public_url::PublicBaseUrl;
use switchboard::twilio::signature::{self, SignedBody};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::support::Twilio;

pub(super) const PUBLIC_URL: &str = "https://calls.example.com";
const CALLER: &str = "+19725550123";
const DIALLED: &str = "+12145550100";

/// What is answered at a path.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub(super) status: u16,
    pub(super) content_type: Option<&'static str>,
    pub(super) body: String,
}

impl Said {
    /// These verbs.
    pub(super) fn twiml(verbs: &str) -> Self {
        Self { status: 200, content_type: Some("text/xml"), body: format!("<Response>{verbs}</Response>") }
    }

    /// Nothing, for ever.
    pub(super) fn nothing() -> Self {
        Self { status: 0, content_type: None, body: String::new() }
    }

    pub(super) fn status(status: u16) -> Self {
        Self { status, content_type: Some("text/plain"), body: "no".into() }
    }
}

/// What came in, in order.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) path: String,
    pub(super) form: FormParameters,
    pub(super) idempotency_token: String,
}

impl Asked {
    #[track_caller]
    pub(super) fn get(&self, name: &str) -> &str {
        self.form.get(name).unwrap_or_else(|| panic!("{} has no {name}", self.path))
    }
}

#[derive(Debug, Default)]
struct Shop {
    /// The last answer of a path is given again.
    answers: HashMap<String, Vec<Said>>,
    asked: Vec<Asked>,
    forged: usize,
}

impl Shop {
    fn take(&mut self, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Said {
        let form = FormParameters::parse(body).unwrap();
        let url = format!("{PUBLIC_URL}{uri}");
        let expected = signature::sign(Twilio::account(1).token(), &url, SignedBody::Form(&form));
        if headers["x-twilio-signature"] != expected.as_str() {
            self.forged += 1;
        }
        let path = uri.path().to_owned();
        let idempotency_token = headers["i-twilio-idempotency-token"].to_str().unwrap().to_owned();
        self.asked.push(Asked { path: path.clone(), form, idempotency_token });
        match self.answers.get_mut(&path) {
            Some(answers) if answers.len() > 1 => answers.remove(0),
            Some(answers) => answers[0].clone(),
            None if path.ends_with("status") => Said { status: 204, content_type: None, body: String::new() },
            None => Said::status(404),
        }
    }
}

/// Stops with the value.
pub(super) struct Product {
    address: SocketAddr,
    shop: Arc<Mutex<Shop>>,
    server: JoinHandle<()>,
    twilio: Twilio,
}

impl Product {
    /// Answers `/twilio/voice` with these verbs; everything else is unknown, but for callbacks.
    pub(super) async fn saying(verbs: &str) -> Self {
        Self::answering(&[("/twilio/voice", Said::twiml(verbs))]).await
    }

    pub(super) async fn answering(answers: &[(&str, Said)]) -> Self {
        let mut shop = Shop::default();
        for (path, said) in answers {
            shop.answers.entry((*path).to_owned()).or_default().push(said.clone());
        }
        let shop = Arc::new(Mutex::new(shop));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(answer).with_state(Arc::clone(&shop));
        let server = async move { axum::serve(listener, router).await.unwrap() };
        #[expect(clippy::disallowed_methods, reason = "nobody waits for a server that a test drops")]
        let server = tokio::spawn(server);
        Self { address, shop, server, twilio: Twilio::account(1) }
    }

    pub(super) fn line(&self) -> Line {
        let public_url = PublicBaseUrl::parse(PUBLIC_URL).unwrap();
        let signer = Signer::Token(self.twilio.token().clone());
        Line::new(self.address, public_url, self.twilio.sid().clone(), signer).unwrap()
    }

    /// A call, from its beginning to its end.
    pub(super) async fn called(&self, script: &Script) -> Conversation {
        let (line, to) = (self.line(), E164PhoneNumber::parse(DIALLED).unwrap());
        let began = "2026-03-03T17:02:11Z".parse().unwrap();
        let call = PlacedCall::new(&line, CALLER, &to, began).unwrap();
        let conversation = simulator::converse(&line, &call, script).await;
        assert_eq!(self.shop.lock().unwrap().forged, 0, "a request was not signed");
        conversation
    }

    /// All requests so far.
    pub(super) fn asked(&self) -> Vec<Asked> {
        self.shop.lock().unwrap().asked.clone()
    }

    /// The only request to a path.
    #[track_caller]
    pub(super) fn asked_at(&self, path: &str) -> Asked {
        let mut asked = self.asked();
        asked.retain(|asked| asked.path == path);
        assert_eq!(asked.len(), 1, "{path}: {:?}", self.paths());
        asked.remove(0)
    }

    /// Where requests went to, without the number's status callbacks.
    pub(super) fn paths(&self) -> Vec<String> {
        let paths = self.asked().into_iter().map(|asked| asked.path);
        paths.filter(|path| path != "/twilio/voice/status").collect()
    }
}

impl Drop for Product {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn answer(State(shop): State<Arc<Mutex<Shop>>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let said = shop.lock().unwrap().take(&uri, &headers, &body);
    if said.status == 0 {
        return std::future::pending().await;
    }
    let mut response = (StatusCode::from_u16(said.status).unwrap(), said.body).into_response();
    response.headers_mut().remove(header::CONTENT_TYPE);
    if let Some(content_type) = said.content_type {
        response.headers_mut().insert(header::CONTENT_TYPE, content_type.parse().unwrap());
    }
    response
}

/// So many seconds.
pub(super) fn seconds(number: u64) -> Duration {
    Duration::from_secs(number)
}

//! Why a webhook was refused: said in the log, to nobody else, and not for every forgery of a flood.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use axum::http::StatusCode;
use chrono::TimeDelta;
use switchboard::twilio::public_url::PublicBaseUrl;
use tracing_subscriber::fmt::MakeWriter;

use crate::support::{Answer, Call, Stage, TestApp, Twilio, Webhook, inspect};

const NUMBER: &str = "+12145550100";

/// What the server logs while it lives.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// The lines since the last look.
    fn read(&self) -> String {
        String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap()
    }

    fn listen(&self) -> tracing::subscriber::DefaultGuard {
        let subscriber = tracing_subscriber::fmt()
            .with_writer(self.clone())
            .with_ansi(false)
            .with_max_level(tracing::Level::INFO);
        tracing::subscriber::set_default(subscriber.finish())
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        inspect(bytes);
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

async fn scene(public_urls: &[&str]) -> (Stage, TestApp) {
    let mut stage = Stage::new().await;
    stage.public_urls = public_urls.iter().map(|url| PublicBaseUrl::parse(url).unwrap()).collect();
    let acme = stage.firm("acme", NUMBER).await;
    stage.store_account(&Twilio::account(2), Some(&acme)).await;
    let app = stage.open().await;
    (stage, app)
}

/// Refused like any other, and its line in the log.
async fn refused(app: &TestApp, log: &Log, webhook: &Webhook) -> (Answer, String) {
    log.read();
    let answer = app.post(webhook).await;
    assert_eq!((answer.status, answer.text()), (StatusCode::FORBIDDEN, "Forbidden\n"));
    let lines = log.read();
    for secret in [webhook.signature().as_str(), "5550100", "CallStatus"] {
        assert!(!lines.contains(secret), "{secret} stands in {lines}");
    }
    (answer, lines)
}

#[tokio::test]
async fn the_log_line_of_a_refusal_names_the_setting_to_change() {
    let (stage, app) = scene(&["https://phone.example.com"]).await;
    let log = Log::default();
    let _listening = log.listen();
    let webhook = stage.agency.voice(&Call::to(NUMBER, 1));
    let at = |url: &str| webhook.clone().called_at(url);
    let stored = Twilio::account(2);
    let table = [
        (
            at("http://phone.example.com"),
            "Twilio signed http://phone.example.com: set PUBLIC_BASE_URL=http://phone",
        ),
        (
            at("https://calls.example.com").with_host("calls.example.com"),
            "set PUBLIC_BASE_URL=https://calls.example.com",
        ),
        (
            at("https://phone.example.com/app").with_header("X-Forwarded-Prefix", "/app"),
            "set PUBLIC_BASE_URL=https://phone.example.com/app",
        ),
        (at("https://phone.example.com").signed_with(stored.token()), stored.sid().as_str()),
        (at("https://unheard.example.com"), "likeliest first:"),
    ];

    for (webhook, expected) in table {
        stage.clock.move_to(stage.now() + TimeDelta::seconds(1));
        let (_, lines) = refused(&app, &log, &webhook).await;

        assert!(lines.contains(expected), "{lines} does not say {expected}");
    }
}

#[tokio::test]
async fn a_call_signed_with_the_token_of_another_account_says_which() {
    let (stage, app) = scene(&["https://phone.example.com"]).await;
    let log = Log::default();
    let _listening = log.listen();
    let subaccount = Twilio::account(77);
    let webhook = stage
        .agency
        .voice(&Call::to(NUMBER, 1))
        .called_at("https://phone.example.com")
        .with("AccountSid", subaccount.sid().as_str());

    let (_, lines) = refused(&app, &log, &webhook).await;

    let expected = format!("the token that is stored for account {} made", stage.agency.sid());
    assert!(lines.contains(&expected), "{lines}");
}

#[tokio::test]
async fn a_flood_of_forgeries_is_explained_once_a_second() {
    let (stage, app) = scene(&["https://phone.example.com"]).await;
    let log = Log::default();
    let _listening = log.listen();
    let webhook = stage.agency.voice(&Call::to(NUMBER, 1)).called_at("http://phone.example.com");

    let mut explained = 0;
    for _ in 0..50 {
        let (_, lines) = refused(&app, &log, &webhook).await;
        explained += usize::from(lines.contains("set PUBLIC_BASE_URL"));
    }

    assert_eq!(explained, 1);
}

#[tokio::test]
async fn a_signed_check_is_passed_and_writes_nothing() {
    let (stage, app) = scene(&["https://phone.example.com"]).await;
    let sid = stage.agency.sid().to_string();
    let check = stage
        .agency
        .post("/twilio/check", vec![("AccountSid".to_owned(), sid)])
        .called_at("https://phone.example.com");
    let before = stage.database.contents().await;

    let passed = app.post(&check).await;
    let forged = app.post(&check.clone().with_signatures(&["AAAAAAAAAAAAAAAAAAAAAAAAAAA="])).await;

    assert_eq!((passed.status, forged.status), (StatusCode::NO_CONTENT, StatusCode::FORBIDDEN));
    assert!(!passed.header("x-switchboard-check").is_empty());
    assert_eq!(stage.database.contents().await, before);
}

//! What the log says: one line a request, and nothing that is personal or secret.

use std::io;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use switchboard::telemetry::{self, LogFormat};
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use crate::support::{ApiClient, Call, Firm, Line, Stage, TestApp, Twilio, Webhook, Wire, inspect};

/// Everything that this thread logs, as a machine would read it. A test's server runs on the test's own thread.
struct Log {
    written: Arc<Mutex<Vec<u8>>>,
    _guard: DefaultGuard,
}

#[derive(Clone)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl io::Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        inspect(bytes);
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// Of every crate, as much as the filter lets through.
    fn open(filter: &str) -> Self {
        let written = Arc::default();
        let page = Page(Arc::clone(&written));
        let lines = telemetry::lines(LogFormat::Json, move || page.clone());
        let subscriber = tracing_subscriber::registry().with(lines.with_filter(EnvFilter::new(filter)));
        Self { written, _guard: tracing::subscriber::set_default(subscriber) }
    }

    fn text(&self) -> String {
        String::from_utf8(self.written.lock().unwrap().clone()).unwrap()
    }

    /// The lines that end a request.
    fn answered(&self) -> Vec<Value> {
        let lines =
            self.text().lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).collect::<Vec<_>>();
        lines.into_iter().filter(|line| line["message"] == "answered").collect()
    }
}

/// A database that comes and goes, a firm, and a server.
struct Scene {
    wire: Wire,
    stage: Stage,
    acme: Firm,
    app: TestApp,
}

impl Scene {
    async fn new() -> Self {
        let wire = Wire::new().await;
        let stage = Stage::new().await;
        let acme = stage.firm("acme", "+12145550100").await;
        stage.store_account(&Twilio::account(2), Some(&acme)).await;
        let app = TestApp::start(stage.parts_through(wire.to(&stage.database))).await;
        Self { wire, stage, acme, app }
    }

    /// Webhooks of all sorts, with the decision that each one's line shows.
    fn webhooks(&self) -> Vec<(Webhook, &'static str)> {
        let (twilio, call) = (&self.stage.agency, Call::to(&self.acme.number, 1));
        let voice = twilio.voice(&call).with("CallerName", "JENNY TUTONE");
        let query = format!("AccountSid={}&bodySHA256={}", twilio.sid(), "0".repeat(64));
        vec![
            (voice.clone(), "ring"),
            (twilio.voice(&Call { from: "client:jenny".into(), ..Call::to(&self.acme.number, 2) }), "ring"),
            (twilio.voice(&Call { from: "sip:desk@pbx.example.com".into(), ..call.clone() }), "ring"),
            (twilio.voice(&Call::to("+12145550777", 3)), "not_in_service"),
            (twilio.status(&Call::to("+12145550777", 3), "completed", 1), "quarantined"),
            (twilio.dial_result(&self.acme, &call, "busy"), "take_message"),
            (twilio.dial_result(&self.acme, &call, "completed"), "hang_up"),
            (
                twilio.status(&call, "completed", 3).with("RecordingUrl", "https://api.example.com/RE1"),
                "logged",
            ),
            (voice.clone().with_signatures(&[]), "refused"),
            (voice.clone().signed_with(Twilio::account(2).token()), "refused"),
            (voice.clone().with("AccountSid", Twilio::account(2).sid().as_str()), "refused"),
            (Twilio::account(77).voice(&call), "refused"),
            (voice.clone().with_another("AccountSid", "+19725550123"), "refused"),
            (
                voice.clone().with_query(&query).with_body("application/json", r#"{"From":"+19725550123"}"#),
                "refused",
            ),
            (voice.clone().with_another("To", "+12145550199"), "refused"),
            (voice.clone().with("CallSid", "+19725550123"), "refused"),
            (voice.with("CallToken", &"+19725550123".repeat(6_000)), "refused"),
        ]
    }
}

#[tokio::test]
async fn every_request_has_one_line_with_tenant_call_decision_and_duration() {
    let scene = Scene::new().await;
    let log = Log::open("info");
    let webhooks = scene.webhooks();

    let mut answers = Vec::new();
    for (webhook, _) in &webhooks {
        answers.push(scene.app.post(webhook).await);
    }

    let lines = log.answered();
    assert_eq!(lines.len(), webhooks.len(), "{lines:#?}");
    for ((line, answer), (webhook, decision)) in lines.iter().zip(&answers).zip(&webhooks) {
        let span = &line["span"];
        assert_eq!(line["status"], answer.status.as_u16(), "{line}");
        assert!(line["duration_ms"].is_number(), "{line}");
        assert_eq!(span["id"], answer.header("x-request-id"), "{line}");
        assert_eq!((&span["method"], &span["decision"]), (&json!("POST"), &json!(decision)), "{line}");
        match *decision {
            "refused" => assert!(span["reason"].is_string() && span["tenant"].is_null(), "{line}"),
            "not_in_service" | "quarantined" => {
                assert_eq!(
                    (&span["call"], &span["reason"]),
                    (&json!(webhook.value("CallSid")), &json!("unknown_number"))
                );
                assert!(span["tenant"].is_null(), "{line}");
            }
            _ => {
                assert_eq!(
                    (&span["call"], &span["tenant"]),
                    (&json!(webhook.value("CallSid")), &json!("acme"))
                );
                assert!(span["reason"].is_null(), "{line}");
            }
        }
    }
    assert_eq!(lines[5]["span"]["route"], "/twilio/t/{tenant_id}/voice/step/{place}");
}

#[tokio::test]
async fn lines_tell_that_the_database_was_away() {
    let scene = Scene::new().await;
    let (twilio, call) = (&scene.stage.agency, Call::to(&scene.acme.number, 1));
    let log = Log::open("info");

    scene.wire.set(Line::Down).await;
    for webhook in [
        twilio.voice(&call),
        twilio.voice(&Call::to("+12145550777", 2)),
        twilio.status(&call, "completed", 3),
    ] {
        scene.app.post(&webhook).await;
    }

    let decisions: Vec<Value> = log.answered().iter().map(|line| line["span"]["decision"].clone()).collect();
    assert_eq!(decisions, ["ring", "apology", "try_again"]);
    let errors = log.text().lines().filter(|line| line.contains(r#""level":"ERROR""#)).count();
    assert!(errors >= 3, "{}", log.text());
}

#[tokio::test]
async fn a_line_of_the_api_shows_the_tenant_and_no_address() {
    let scene = Scene::new().await;
    let client = scene.stage.client_of(&scene.acme).await;
    let log = Log::open("info");

    client.get(&scene.app, "/api/v1/calls?from=%2B19725550123").await;
    client.get(&scene.app, &format!("/api/v1/calls/{}", Call::to("", 1).sid)).await;
    scene.app.get("/api/v1/calls").await;

    let lines = log.answered();
    let shown: Vec<Value> = lines
        .iter()
        .map(|line| json!([line["span"]["route"], line["span"]["tenant"], line["status"]]))
        .collect();
    let expected = [
        json!(["/api/v1/calls", scene.acme.id, 200]),
        json!(["/api/v1/calls/{call_sid}", scene.acme.id, 404]),
        json!(["/api/v1/calls", null, 401]),
    ];
    assert_eq!(shown, expected);
}

#[tokio::test]
async fn probes_are_not_worth_a_line_unless_somebody_looks_for_them() {
    let scene = Scene::new().await;

    for (filter, expected) in [("info", 0), ("debug", 2)] {
        let log = Log::open(filter);
        for path in ["/livez", "/readyz"] {
            scene.app.get(path).await;
        }
        assert_eq!(log.answered().len(), expected, "{filter}");
    }
}

#[tokio::test]
async fn nobody_writes_into_the_log_by_an_id_of_their_own() {
    let scene = Scene::new().await;
    let log = Log::open("trace");

    let webhook =
        scene.stage.agency.voice(&Call::to(&scene.acme.number, 1)).with_header("X-Request-Id", "mine");
    let answer = scene.app.post(&webhook).await;

    assert_ne!(answer.header("x-request-id"), "mine");
    assert!(!log.text().contains("mine"), "{}", log.text());
}

#[tokio::test]
async fn nothing_personal_and_no_secret_is_logged_even_at_its_most_talkative() {
    let scene = Scene::new().await;
    let key = scene.stage.new_key_of(&scene.acme).await;
    let log = Log::open("trace");

    for line in [Line::Open, Line::Down] {
        scene.wire.set(line).await;
        for (webhook, _) in scene.webhooks() {
            scene.app.post(&webhook).await;
        }
        for authorization in [format!("Bearer {key}"), format!("Bearer {key}x"), format!("Basic {key}")] {
            let client = ApiClient::with_authorization(&authorization);
            for path in [
                "/api/v1/calls?from=+19725550123&limit=9725550123",
                "/api/v1/calls/+19725550123",
                "/+19725550123",
            ] {
                client.get(&scene.app, path).await;
            }
        }
        scene.app.settle().await;
    }

    let logged = log.text();
    let requests = 2 * (scene.webhooks().len() + 9);
    assert_eq!(log.answered().len(), requests, "the log was read while everything happened");
    assert!(logged.contains("answered from memory") && logged.contains("sqlx"), "{logged}");
    let personal = [
        "9725550123",
        "2145550100",
        "2145550199",
        "2145550777",
        "JENNY",
        "client:",
        "jenny",
        "sip:",
        "PLANO",
        "DALLAS",
        "Paulo",
        "CallToken",
        "StirVerstat",
        "RecordingUrl",
        "Thank you",
        "<Response",
        "<Say",
    ];
    let secret = key.rsplit_once('_').unwrap().1;
    let tokens = [&scene.stage.agency, &Twilio::account(2), &Twilio::account(77)]
        .map(|account| account.token().reveal().to_owned());
    let signatures = scene.webhooks().into_iter().map(|(webhook, _)| webhook.signature());
    for word in
        personal.map(str::to_owned).into_iter().chain(tokens).chain(signatures).chain([secret.to_owned()])
    {
        let line = logged.lines().find(|line| line.contains(&word));
        assert_eq!(line, None, "{word} is in the log");
    }
}

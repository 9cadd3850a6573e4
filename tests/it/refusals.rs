//! Whoever is not proved to be Twilio gets nothing, and nothing is written. What is proved, but can't be understood, is
//! told so.

use axum::http::{HeaderName, StatusCode};
use switchboard::twilio::sid::AccountSid;

use crate::support::{Answer, Call, Firm, STATUS, Stage, TestApp, Twilio, VOICE, Webhook};

struct Scene {
    stage: Stage,
    acme: Firm,
    app: TestApp,
}

impl Scene {
    async fn new() -> Self {
        let stage = Stage::new().await;
        let acme = stage.firm("acme", "+12145550100").await;
        stage.store_account(&Twilio::account(2), Some(&acme)).await;
        let app = stage.open().await;
        Self { stage, acme, app }
    }

    fn voice(&self) -> Webhook {
        self.stage.agency.voice(&Call::to(&self.acme.number, 1))
    }

    /// Posts what must be refused; checks that nothing was written and that nobody hears TwiML.
    async fn refused(&self, webhook: &Webhook) -> Answer {
        let before = self.stage.database.contents().await;
        let answer = self.app.post(webhook).await;
        self.app.settle().await;
        assert_eq!(self.stage.database.contents().await, before, "{webhook:?}");
        assert!(!answer.text().contains("<Response"), "{answer:?} to {webhook:?}");
        assert!(!answer.header("content-type").contains("xml"), "{answer:?} to {webhook:?}");
        answer
    }
}

fn json(webhook: &Webhook, query: &str) -> Webhook {
    webhook.clone().with_query(query).with_body("application/json", r#"{"CallSid":"CA1"}"#)
}

/// SHA-256 of the body that [`json`] sends.
const JSON_HASH: &str = "85264246de8d570722726062407cde49dc5bb2c2569c179765b178e3ffe30825";

/// Requests that prove nothing, each for another reason.
fn unproved(genuine: &Webhook, account: &AccountSid) -> Vec<(&'static str, Webhook)> {
    let signature = genuine.signature();
    let stranger = Twilio::account(77);
    let raw = |body: &[u8]| {
        genuine.clone().with_body("application/x-www-form-urlencoded", body).with_signatures(&[&signature])
    };
    let not_utf8 = [genuine.encoded_body(), b"&Digits=%FF".to_vec()].concat();
    vec![
        ("no signature", genuine.clone().with_signatures(&[])),
        ("an empty signature", genuine.clone().with_signatures(&[""])),
        ("a forged signature", genuine.clone().with_signatures(&["AAAAAAAAAAAAAAAAAAAAAAAAAAA="])),
        ("no base64", genuine.clone().with_signatures(&["not base64"])),
        ("two signatures", genuine.clone().with_signatures(&[&signature, &signature])),
        (
            "two signatures in one header",
            genuine.clone().with_signatures(&[&format!("{signature}, {signature}")]),
        ),
        ("another account's token", genuine.clone().signed_with(stranger.token())),
        ("another call's signature", genuine.clone().with("CallSid", "CA0").with_signatures(&[&signature])),
        (
            "an unknown account",
            genuine.clone().with("AccountSid", stranger.sid().as_str()).signed_with(stranger.token()),
        ),
        ("no account", genuine.clone().without("AccountSid")),
        ("a malformed account", genuine.clone().with("AccountSid", "AC1")),
        ("two accounts", genuine.clone().with_another("AccountSid", account.as_str())),
        (
            "two accounts that differ",
            genuine.clone().with_another("AccountSid", Twilio::account(2).sid().as_str()),
        ),
        ("an account in the query as well", genuine.clone().with_query(&format!("AccountSid={account}"))),
        ("a form that is not UTF-8", raw(&not_utf8)),
        ("a query that is not UTF-8", genuine.clone().with_query("x=%FF")),
        ("no content type", genuine.clone().without_content_type()),
        ("JSON without its hash", json(genuine, &format!("AccountSid={account}"))),
        ("JSON with an empty hash", json(genuine, &format!("AccountSid={account}&bodySHA256="))),
        (
            "JSON with a wrong hash",
            json(genuine, &format!("AccountSid={account}&bodySHA256={}", "0".repeat(64))),
        ),
        (
            "JSON with two hashes",
            json(genuine, &format!("AccountSid={account}&bodySHA256={JSON_HASH}&bodySHA256={JSON_HASH}")),
        ),
        ("JSON without an account", json(genuine, &format!("bodySHA256={JSON_HASH}"))),
        ("an empty body", raw(b"")),
    ]
}

#[tokio::test]
async fn what_is_not_proved_is_refused_alike_and_changes_nothing() {
    let scene = Scene::new().await;
    let account = scene.stage.agency.sid();
    let call = Call::to(&scene.acme.number, 1);
    let doors = [
        scene.voice(),
        scene.stage.agency.status(&call, "completed", 3),
        scene.stage.agency.dial_result(&scene.acme, &call, "completed"),
    ];

    let mut refusals = Vec::new();
    for genuine in &doors {
        for (why, webhook) in unproved(genuine, account) {
            let mut answer = scene.refused(&webhook).await;
            answer.headers.remove(HeaderName::from_static("x-request-id"));
            refusals.push((why, answer));
        }
    }

    let (_, first) = &refusals[0];
    assert_eq!((first.status, first.text()), (StatusCode::FORBIDDEN, "Forbidden\n"));
    for (why, answer) in &refusals {
        assert_eq!(
            (answer.status, &answer.headers, &answer.body),
            (first.status, &first.headers, &first.body),
            "{why}"
        );
    }
    for genuine in &doors {
        assert!(scene.app.post(genuine).await.status.is_success(), "the requests themselves are genuine");
    }
}

#[tokio::test]
async fn a_path_that_names_no_tenant_is_as_forbidden_as_any_other_to_strangers() {
    let scene = Scene::new().await;
    let webhook = scene.voice().at("/twilio/t/acme/voice/step/ring-0-pickup");

    let unsigned = scene.refused(&webhook.clone().with_signatures(&[])).await;
    let genuine = scene.refused(&webhook).await;

    assert_eq!((unsigned.status, unsigned.text()), (StatusCode::FORBIDDEN, "Forbidden\n"));
    assert_eq!(genuine.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_before_anything_else() {
    let scene = Scene::new().await;
    let fitting = scene.voice().with("CallToken", "");
    let room = 64 * 1024 - fitting.encoded_body().len();
    let fitting = fitting.with("CallToken", &"x".repeat(room));
    let too_large = fitting.clone().with("CallToken", &"x".repeat(room + 1));

    for webhook in [too_large.clone(), too_large.with_signatures(&[])] {
        let answer = scene.refused(&webhook).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    }

    scene.app.post(&fitting).await.twiml();
}

#[tokio::test]
async fn a_genuine_request_that_is_no_form_is_told_so() {
    let scene = Scene::new().await;
    let account = scene.stage.agency.sid();
    let webhook = json(&scene.voice(), &format!("AccountSid={account}&bodySHA256={JSON_HASH}"));

    let answer = scene.refused(&webhook).await;

    assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn a_genuine_request_that_says_one_thing_twice_is_told_so() {
    let scene = Scene::new().await;

    for name in ["To", "From", "CallSid", "Called", "MessageSid", "Digits"] {
        for second in ["+12145550777", "CA00000000000000000000000000000002"] {
            let twice =
                scene.voice().without(name).with_another(name, "+12145550100").with_another(name, second);
            assert_eq!(scene.refused(&twice).await.status, StatusCode::BAD_REQUEST, "{name}");
        }
    }
}

#[tokio::test]
async fn a_genuine_request_with_hundreds_of_parameters_is_told_so() {
    let scene = Scene::new().await;
    let extra = 256 - scene.voice().parameters.len();
    let most =
        (0..extra).fold(scene.voice(), |webhook, index| webhook.with_another(&format!("x{index}"), ""));
    let too_many = most.clone().with_another("one-more", "");

    assert_eq!(scene.refused(&too_many).await.status, StatusCode::BAD_REQUEST);

    scene.app.post(&most).await.twiml();
}

#[tokio::test]
async fn a_genuine_request_with_a_nul_is_told_so() {
    let scene = Scene::new().await;

    for webhook in [scene.voice().with("CallerName", "a\0b"), scene.voice().with("a\0b", "")] {
        assert_eq!(scene.refused(&webhook).await.status, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn a_genuine_request_without_its_call_is_told_so() {
    let scene = Scene::new().await;
    let call = Call::to(&scene.acme.number, 1);
    let dial_result = scene.stage.agency.dial_result(&scene.acme, &call, "busy");

    for genuine in [scene.voice(), scene.stage.agency.status(&call, "ringing", 0), dial_result] {
        for webhook in [
            genuine.clone().without("CallSid"),
            genuine.clone().with("CallSid", ""),
            genuine.with("CallSid", "CA1"),
        ] {
            assert_eq!(scene.refused(&webhook).await.status, StatusCode::BAD_REQUEST, "{webhook:?}");
        }
    }
}

#[tokio::test]
async fn other_methods_and_paths_lead_nowhere() {
    let scene = Scene::new().await;

    for path in [VOICE, STATUS] {
        let answer = scene.app.get(path).await;
        assert_eq!((answer.status, answer.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "POST"));
    }
    for path in ["/twilio/voice/", "/twilio//voice", "/Twilio/voice", "/twilio/voice/status/x", "/"] {
        let answer = scene.refused(&scene.voice().at(path)).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
}

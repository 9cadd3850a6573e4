//! Twilio could not use our answer, and asks the fallback address.

use axum::http::StatusCode;
use serde_json::json;

use crate::support::{Call, Firm, Line, Stage, TestApp, Twilio, Webhook, Wire};

const FALLBACK: &str = "/twilio/voice/fallback";

fn fallback(twilio: &Twilio, call: &Call) -> Webhook {
    twilio
        .voice(call)
        .at(FALLBACK)
        .with("ErrorCode", "11200")
        .with("ErrorUrl", "https://calls.example.com/twilio/voice")
}

/// What Twilio asks once the answer to the end of a forwarding was of no use.
fn fallback_after_forwarding(twilio: &Twilio, firm: &Firm, call: &Call) -> Webhook {
    let failed = format!("https://calls.example.com/twilio/t/{}/voice/step/ring-0-pickup", firm.id);
    fallback(twilio, call).with("ErrorUrl", &failed)
}

#[tokio::test]
async fn the_caller_hears_what_he_would_have_heard_and_the_error_is_in_the_ledger() {
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let (app, call) = (stage.open().await, Call::to(&acme.number, 1));
    let first = app.post(&stage.agency.voice(&call)).await;

    let instead = app.post(&fallback(&stage.agency, &call)).await;
    let repeated = app.post(&fallback(&stage.agency, &call)).await;
    app.finish().await;

    assert_eq!(instead.twiml(), first.twiml());
    assert_eq!(repeated.twiml(), first.twiml());
    let events = "SELECT payload ->> 'ErrorCode' AS code, payload ->> 'ErrorUrl' AS url
                    FROM switchboard.call_events WHERE kind = 'fallback'";
    let expected = json!({ "code": "11200", "url": "https://calls.example.com/twilio/voice" });
    assert_eq!(stage.database.rows(events).await, [expected]);
}

#[tokio::test]
async fn it_is_answered_without_the_database() {
    for away in [Line::Down, Line::Silent, Line::Slow] {
        let (wire, stage) = (Wire::new().await, Stage::new().await);
        let acme = stage.firm("acme", "+12145550100").await;
        let app = TestApp::start(stage.parts_through(wire.to(&stage.database))).await;

        wire.set(away).await;
        let known = app.post(&fallback(&stage.agency, &Call::to(&acme.number, 1))).await;
        let unknown = app.post(&fallback(&stage.agency, &Call::to("+12145550777", 2))).await;

        assert!(known.twiml().contains("+12145550199"), "{away:?}: {}", known.text());
        assert!(unknown.twiml().contains("at the moment"), "{away:?}: {}", unknown.text());
    }
}

#[tokio::test]
async fn the_same_phone_does_not_ring_again_after_a_forwarding() {
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let app = stage.open().await;

    let answer = app.post(&fallback_after_forwarding(&stage.agency, &acme, &Call::to(&acme.number, 1))).await;

    let heard = answer.twiml();
    assert!(heard.contains("<Record") && !heard.contains("<Dial"), "{heard}");
}

#[tokio::test]
async fn it_asks_for_the_same_proof_as_every_webhook() {
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let clinic = stage.firm("clinic", "+12145550200").await;
    let clinics_account = Twilio::account(2);
    stage.store_account(&clinics_account, Some(&clinic)).await;
    let (app, call) = (stage.open().await, Call::to(&acme.number, 1));

    let forged = app.post(&fallback(&stage.agency, &call).with_signatures(&["x"])).await;
    let foreign = app.post(&fallback(&clinics_account, &call)).await;

    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    assert!(!foreign.twiml().contains("acme"), "{}", foreign.text());
    app.finish().await;
    assert_eq!(stage.database.count("call_logs").await, 0);
}

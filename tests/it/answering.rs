//! A call is answered and logged, whoever calls and however its forwarding ends.

use axum::http::StatusCode;
use serde_json::json;

use crate::support::{Call, Firm, Stage, TestDatabase};

const CALLS: &str =
    "SELECT from_number, to_number, status, direction, outcome, is_missed, started_at, answered_at
                       FROM call_logs ORDER BY call_sid";

/// One element a line. A tenant's id is another one in every run.
fn readable(document: &str, firm: &Firm) -> String {
    document.replace(&firm.id.to_string(), "TENANT").replace("><", ">\n<")
}

async fn decisions(database: &TestDatabase) -> Vec<String> {
    let rows = database
        .rows(
            "SELECT payload ->> 'decision' AS decision FROM switchboard.call_events WHERE kind = 'decision'",
        )
        .await;
    rows.iter().map(|row| row["decision"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_caller_hears_the_greeting_and_is_forwarded() {
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let app = stage.open().await;

    let answer = app.post(&stage.agency.voice(&Call::to(&acme.number, 1))).await;

    insta::assert_snapshot!(readable(answer.twiml(), &acme), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <Response>
    <Say>Thank you for calling acme.</Say>
    <Dial action="https://calls.example.com/twilio/t/TENANT/voice/step/ring-0-pickup" method="POST" timeout="20" timeLimit="3600" answerOnBridge="true">
    <Number statusCallback="https://calls.example.com/twilio/t/TENANT/voice/leg/CA00000000000000000000000000000001/ring-0-pickup#rc=5&amp;rp=5xx,ct,rt" statusCallbackEvent="answered completed">+12145550199</Number>
    </Dial>
    </Response>
    "#);
}

#[tokio::test]
async fn a_caller_of_a_firm_with_nobody_to_ring_can_leave_a_message() {
    let stage = Stage::new().await;
    let acme = stage.firm_without_forwarding("acme", "+12145550100").await;
    let app = stage.open().await;

    let answer = app.post(&stage.agency.voice(&Call::to(&acme.number, 1))).await;

    insta::assert_snapshot!(readable(answer.twiml(), &acme), @r##"
    <?xml version="1.0" encoding="UTF-8"?>
    <Response>
    <Say>Thank you for calling acme.</Say>
    <Say>We are sorry, nobody can take your call right now.</Say>
    <Say>Please leave your name, your phone number, and a short message after the tone. We will call you back.</Say>
    <Record action="https://calls.example.com/twilio/t/TENANT/voice/step/message" method="POST" maxLength="120" timeout="5" finishOnKey="#" recordingStatusCallback="https://calls.example.com/twilio/t/TENANT/voice/recording#rc=5&amp;rp=5xx,ct,rt"/>
    <Say>We did not hear a message.</Say>
    <Say>Goodbye.</Say>
    <Hangup/>
    </Response>
    "##);
    app.finish().await;
    assert_eq!(decisions(&stage.database).await, ["take_message"]);
}

#[tokio::test]
async fn a_call_is_logged_under_the_tenant_of_the_dialled_number() {
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let clinic = stage.firm("clinic", "+12145550200").await;
    stage.number(&clinic, "+12145550201").await;
    let app = stage.open().await;

    for (number, sid) in [("+12145550100", 1), ("+12145550200", 2), ("+12145550201", 3)] {
        app.post(&stage.agency.voice(&Call::to(number, sid))).await.twiml();
    }

    let logged = stage.database.rows("SELECT tenant_id, to_number FROM call_logs ORDER BY call_sid").await;
    let expected = [
        json!({ "tenant_id": acme.id, "to_number": "+12145550100" }),
        json!({ "tenant_id": clinic.id, "to_number": "+12145550200" }),
        json!({ "tenant_id": clinic.id, "to_number": "+12145550201" }),
    ];
    assert_eq!(logged, expected);
}

#[tokio::test]
async fn everything_that_twilio_sent_is_in_the_ledger() {
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let app = stage.open().await;
    let webhook = stage.agency.voice(&Call::to(&acme.number, 1)).with("SomethingNew", "from next year");

    app.post(&webhook).await.twiml();

    let event = stage
        .database
        .row("SELECT kind, status, occurred_at, received_at, payload FROM switchboard.call_events WHERE kind = 'incoming'")
        .await;
    let sent: serde_json::Map<_, _> =
        webhook.parameters.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    assert!(sent.len() > 26, "{} parameters", sent.len());
    let now = "2026-03-03T17:02:11+00:00";
    let expected = json!({ "kind": "incoming", "status": "ringing", "occurred_at": now, "received_at": now, "payload": sent });
    assert_eq!(event, expected);
}

#[tokio::test]
async fn what_was_decided_is_recorded_once_after_the_answer() {
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let app = stage.open().await;
    let webhook = stage.agency.voice(&Call::to(&acme.number, 1));

    let first = app.post(&webhook).await;
    app.settle().await;
    let again = app.post(&webhook).await;
    let once_more = app.post(&webhook).await;

    app.finish().await;
    assert_eq!(decisions(&stage.database).await, ["ring"]);
    assert_eq!(stage.database.count("switchboard.call_events").await, 2);
    assert_eq!((again.twiml(), once_more.twiml()), (first.twiml(), first.twiml()));
}

#[tokio::test]
async fn callers_without_a_number_are_logged_too() {
    let callers =
        ["anonymous", "+266696687", "", "sip:desk@pbx.example.com;transport=tls", "client:jenny", "88202"];
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let app = stage.open().await;

    for (sid, caller) in (1..).zip(callers) {
        let call = Call::to(&acme.number, sid).from(caller);
        let answer = app.post(&stage.agency.voice(&call)).await;
        assert!(answer.twiml().contains("<Dial"), "{caller}: {}", answer.text());
    }

    let logged = stage.database.rows(CALLS).await;
    // A blank is no name: nothing is known of that caller.
    let from: Vec<_> = logged.iter().map(|row| row["from_number"].as_str().unwrap_or_default()).collect();
    assert_eq!(from, callers);
}

#[tokio::test]
async fn a_call_without_a_from_is_logged_too() {
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let app = stage.open().await;

    let answer = app.post(&stage.agency.voice(&Call::to(&acme.number, 1)).without("From")).await;

    assert!(answer.twiml().contains("<Dial"), "{}", answer.text());
    assert_eq!(stage.database.row(CALLS).await["from_number"], json!(null));
}

#[tokio::test]
async fn only_callers_without_a_number_of_the_network_show_the_dialled_one() {
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let app = stage.open().await;
    let shows_dialled = r#"callerId="+12145550100""#;

    for (sid, caller) in (1..).zip(["client:jenny", "sip:desk@pbx.example.com"]) {
        let answer = app.post(&stage.agency.voice(&Call::to(&acme.number, sid).from(caller))).await;
        assert!(answer.twiml().contains(shows_dialled), "{caller}: {}", answer.text());
    }
    for (sid, caller) in (3..).zip(["+19725550123", "anonymous"]) {
        let answer = app.post(&stage.agency.voice(&Call::to(&acme.number, sid).from(caller))).await;
        assert!(!answer.twiml().contains("callerId"), "{caller}: {}", answer.text());
    }
}

#[tokio::test]
async fn the_result_of_a_forwarding_is_logged_and_answered() {
    let results = [
        ("completed", "answered", "<Hangup/>"),
        ("busy", "missed", "<Record"),
        ("no-answer", "missed", "<Record"),
        ("failed", "missed", "<Record"),
        ("canceled", "missed", "<Record"),
        ("a word of next year", "missed", "<Record"),
    ];
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let app = stage.open().await;

    for (sid, (dial_status, outcome, heard)) in (1..).zip(results) {
        let call = Call::to(&acme.number, sid);
        app.post(&stage.agency.voice(&call)).await.twiml();
        let answer = app.post(&stage.agency.dial_result(&acme, &call, dial_status)).await;

        assert!(answer.twiml().contains(heard), "{dial_status}: {}", answer.text());
        app.post(&stage.agency.status(&call, "completed", 3)).await;
        let row = stage.database.row(&format!("{CALLS} DESC LIMIT 1")).await;
        assert_eq!(row["outcome"], outcome, "{dial_status}");
        assert_eq!(row["is_missed"], outcome == "missed", "{dial_status}");
    }
}

#[tokio::test]
async fn an_answered_forwarding_says_when_a_person_picked_up() {
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let app = stage.open().await;
    let call = Call::to(&acme.number, 1);
    app.post(&stage.agency.voice(&call)).await.twiml();

    stage.clock.move_to("2026-03-03T17:03:11Z".parse().unwrap());
    app.post(&stage.agency.dial_result(&acme, &call, "completed")).await.twiml();

    let row = stage.database.row(CALLS).await;
    assert_eq!(row["started_at"], "2026-03-03T17:02:11+00:00");
    assert_eq!(row["answered_at"], "2026-03-03T17:02:54+00:00", "17 s of talk before the result came");
    assert_eq!(row["status"], "in-progress");
}

#[tokio::test]
async fn the_end_of_a_call_completes_its_row() {
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let app = stage.open().await;
    let call = Call::to(&acme.number, 1);
    app.post(&stage.agency.voice(&call)).await.twiml();

    let answer = app.post(&stage.agency.status(&call, "completed", 3)).await;

    assert_eq!((answer.status, answer.text()), (StatusCode::NO_CONTENT, ""));
    let row = stage.database.row("SELECT status, duration, ended_at FROM call_logs").await;
    let expected = json!({ "status": "completed", "duration": 42, "ended_at": "2026-03-03T17:02:14+00:00" });
    assert_eq!(row, expected);
}

#[tokio::test]
async fn an_outgoing_call_is_logged_under_the_tenant_that_calls() {
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let clinic = stage.firm("clinic", "+12145550200").await;
    let app = stage.open().await;
    let call = Call::to(&clinic.number, 1).from(&acme.number);

    app.post(&stage.agency.status(&call, "completed", 3).with("Direction", "outbound-api")).await;

    let row = stage.database.row("SELECT tenant_id, direction FROM call_logs").await;
    assert_eq!(row, json!({ "tenant_id": acme.id, "direction": "outbound-api" }));
}

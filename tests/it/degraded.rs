//! PostgreSQL goes away: callers hear what they heard before, and everybody else learns when to come back.
//!
//! Nothing here measures time. A database that says nothing is given up by the server's own patience; where that had no
//! end, the test would have none either.

use axum::http::StatusCode;
use serde_json::json;
use switchboard::tenancy::database::PoolSizes;

use crate::support::{Call, Line, OneFirm, Stage, TestApp, Twilio, Wire};

const APOLOGY: &str = "at the moment. Please call again in a few minutes.";
/// The ways in which a database is not there.
const AWAY: [Line; 3] = [Line::Down, Line::Silent, Line::Slow];

#[tokio::test]
async fn a_caller_hears_the_last_known_greeting_and_is_forwarded() {
    for away in AWAY {
        let scene = OneFirm::new().await;
        let before = scene.app.post(&scene.stage.agency.voice(&scene.call(1))).await;

        scene.wire.set(away).await;
        let during = scene.app.post(&scene.stage.agency.voice(&scene.call(2))).await;

        let forwards_to = scene.acme.forward_number.as_deref().unwrap();
        assert!(before.twiml().contains(forwards_to), "{}", before.text());
        let as_before = before.twiml().replace(&scene.call(1).sid, &scene.call(2).sid);
        assert_eq!(during.twiml(), as_before, "{away:?}");
    }
}

#[tokio::test]
async fn what_is_known_was_read_at_the_start_already() {
    let scene = OneFirm::new().await;

    scene.wire.set(Line::Down).await;
    let answer = scene.app.post(&scene.stage.agency.voice(&scene.call(1))).await;

    assert!(answer.twiml().contains("Thank you for calling acme."), "{}", answer.text());
    assert!(answer.text().contains("+12145550199"), "{}", answer.text());
}

#[tokio::test]
async fn what_is_known_is_what_the_database_said_last() {
    let scene = OneFirm::new().await;
    scene.stage.database.run("UPDATE tenants SET greeting_message = 'Happy New Year!'").await;
    scene.app.post(&scene.stage.agency.voice(&scene.call(1))).await.twiml();

    scene.wire.set(Line::Down).await;
    let answer = scene.app.post(&scene.stage.agency.voice(&scene.call(2))).await;

    assert!(answer.twiml().contains("Happy New Year!"), "{}", answer.text());
}

#[tokio::test]
async fn a_number_that_was_taken_away_is_forgotten() {
    let scene = OneFirm::new().await;
    scene.stage.database.run("UPDATE tenants SET is_active = false").await;
    scene.app.post(&scene.stage.agency.voice(&scene.call(1))).await.twiml();

    scene.wire.set(Line::Down).await;
    let answer = scene.app.post(&scene.stage.agency.voice(&scene.call(2))).await;

    assert!(answer.twiml().contains("We are sorry"), "{}", answer.text());
    assert!(!answer.text().contains("acme"), "{}", answer.text());
}

#[tokio::test]
async fn the_caller_of_an_unknown_number_hears_an_apology() {
    for away in AWAY {
        let scene = OneFirm::new().await;

        scene.wire.set(away).await;
        let answer = scene.app.post(&scene.stage.agency.voice(&Call::to("+12145550777", 1))).await;

        assert!(answer.twiml().contains(APOLOGY), "{away:?}: {}", answer.text());
    }
}

#[tokio::test]
async fn another_tenants_account_hears_nothing_of_this_tenant_from_memory() {
    let wire = Wire::new().await;
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let clinic = stage.firm("clinic", "+12145550200").await;
    let clinics_account = Twilio::account(2);
    stage.store_account(&clinics_account, Some(&clinic)).await;
    let app = TestApp::start(stage.parts_through(wire.to(&stage.database))).await;

    wire.set(Line::Down).await;
    let foreign = app.post(&clinics_account.voice(&Call::to(&acme.number, 1))).await;
    let own = app.post(&clinics_account.voice(&Call::to(&clinic.number, 2))).await;

    assert!(foreign.twiml().contains(APOLOGY), "{}", foreign.text());
    assert!(!foreign.text().contains("acme"), "{}", foreign.text());
    assert!(own.twiml().contains("Thank you for calling clinic."), "{}", own.text());
}

#[tokio::test]
async fn the_result_of_a_forwarding_is_answered_all_the_same() {
    for away in AWAY {
        let scene = OneFirm::new().await;

        scene.wire.set(away).await;
        let busy = scene.stage.agency.dial_result(&scene.acme, &scene.call(1), "busy");
        let answer = scene.app.post(&busy).await;

        assert!(answer.twiml().contains("<Record"), "{away:?}: {}", answer.text());
    }
}

#[tokio::test]
async fn an_emergency_that_nobody_takes_up_is_counted_all_the_same() {
    for away in AWAY {
        let scene = OneFirm::new().await;
        let ladder = format!("/twilio/t/{}/voice/step/ladder-0", scene.acme.id);

        scene.wire.set(away).await;
        let nobody = scene.stage.agency.dial_result(&scene.acme, &scene.call(1), "no-answer").at(&ladder);
        scene.app.post(&nobody).await.twiml();

        let figures = scene.app.doors().calls.figures.render();
        assert!(figures.contains("switchboard_alarms_total 1"), "{away:?}: {figures}");
    }
}

#[tokio::test]
async fn twilio_is_asked_to_repeat_a_status_callback() {
    for away in AWAY {
        let scene = OneFirm::new().await;

        scene.wire.set(away).await;
        let answer = scene.app.post(&scene.stage.agency.status(&scene.call(1), "completed", 3)).await;

        assert_eq!((answer.status, answer.text()), (StatusCode::SERVICE_UNAVAILABLE, ""), "{away:?}");
    }
}

#[tokio::test]
async fn what_is_not_proved_is_refused_as_ever() {
    for away in AWAY {
        let scene = OneFirm::new().await;
        let genuine = scene.stage.agency.voice(&scene.call(1));

        scene.wire.set(away).await;
        let forged = scene.app.post(&genuine.clone().with_signatures(&[])).await;
        let stranger = scene.app.post(&Twilio::account(77).voice(&scene.call(1))).await;

        assert_eq!(forged.status, StatusCode::FORBIDDEN, "{away:?}");
        assert_eq!(stranger.status, StatusCode::FORBIDDEN, "{away:?}");
    }
}

#[tokio::test]
async fn an_api_client_is_told_when_to_come_back() {
    for away in AWAY {
        let scene = OneFirm::new().await;
        let client = scene.stage.client_of(&scene.acme).await;
        assert_eq!(client.get(&scene.app, "/api/v1/calls").await.status, StatusCode::OK);

        scene.wire.set(away).await;
        let answer = client.get(&scene.app, "/api/v1/calls").await;

        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{away:?}: {answer:?}");
        assert_eq!(answer.problem()["type"], "urn:switchboard:problem:unavailable");
        assert_eq!(answer.header("retry-after"), "5");
    }
}

#[tokio::test]
async fn probes_keep_the_server_in_service() {
    for away in AWAY {
        let scene = OneFirm::new().await;

        scene.wire.set(away).await;
        let (live, ready, health) =
            (scene.app.get("/livez").await, scene.app.get("/readyz").await, scene.app.get("/health").await);

        assert_eq!((live.status, live.json()), (StatusCode::OK, json!({ "status": "alive" })), "{away:?}");
        assert_eq!(
            (ready.status, ready.json()),
            (StatusCode::OK, json!({ "status": "degraded" })),
            "{away:?}"
        );
        assert_eq!(health.json()["database"], "away", "{away:?}");
        assert_eq!(health.json()["degraded_since"], "2026-03-03T17:02:11Z", "{away:?}");
    }
}

#[tokio::test]
async fn once_the_database_is_back_calls_are_logged_again() {
    for away in AWAY {
        let scene = OneFirm::new().await;
        let client = scene.stage.client_of(&scene.acme).await;
        scene.wire.set(away).await;
        scene.app.post(&scene.stage.agency.voice(&scene.call(1))).await.twiml();
        assert_eq!(client.get(&scene.app, "/api/v1/calls").await.status, StatusCode::SERVICE_UNAVAILABLE);

        scene.outage_is_over().await;
        scene.app.catch_up().await;
        scene.app.post(&scene.stage.agency.voice(&scene.call(2))).await.twiml();
        let completed = scene.app.post(&scene.stage.agency.status(&scene.call(2), "completed", 3)).await;
        let calls = client.get(&scene.app, "/api/v1/calls?status=completed").await;

        assert_eq!(completed.status, StatusCode::NO_CONTENT, "{away:?}");
        assert_eq!(calls.json()["data"][0]["call_sid"], scene.call(2).sid, "{away:?}");
    }
}

#[tokio::test]
async fn a_call_right_after_a_restart_of_the_database_is_logged() {
    let scene = OneFirm::new().await;
    let client = scene.stage.client_of(&scene.acme).await;
    scene.app.post(&scene.stage.agency.voice(&scene.call(1))).await.twiml();
    scene.app.settle().await;

    scene.wire.set(Line::Down).await;
    scene.wire.set(Line::Open).await;
    scene.app.post(&scene.stage.agency.voice(&scene.call(2))).await.twiml();
    let calls = client.get(&scene.app, "/api/v1/calls").await;

    assert_eq!(calls.json()["data"].as_array().unwrap().len(), 2);
    scene.app.finish().await;
    assert_eq!(decisions(&scene.stage).await, 2);
}

#[tokio::test]
async fn a_call_right_after_an_administrator_ended_all_connections_is_logged() {
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let app = stage.open().await;
    app.post(&stage.agency.voice(&Call::to(&acme.number, 1))).await.twiml();
    app.settle().await;

    let ended = stage
        .database
        .rows(
            "SELECT pg_terminate_backend(pid, 10000) AS ended FROM pg_stat_activity
              WHERE datname = current_database() AND application_name = 'switchboard'",
        )
        .await;
    app.post(&stage.agency.voice(&Call::to(&acme.number, 2))).await.twiml();

    assert!(ended.len() > 1 && ended.iter().all(|row| row["ended"] == json!(true)), "{ended:?}");
    app.finish().await;
    assert_eq!(stage.database.count("call_logs").await, 2);
    assert_eq!(decisions(&stage).await, 2);
}

#[tokio::test]
async fn connections_that_fell_silent_are_given_up_for_new_ones() {
    let wire = Wire::new().await;
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let client = stage.client_of(&acme).await;
    let mut parts = stage.parts_through(wire.to(&stage.database));
    parts.pools = PoolSizes { webhooks: 1, reports: 1 };
    let app = TestApp::start(parts).await;

    wire.set(Line::Silent).await;
    assert_eq!(app.get("/readyz").await.json()["status"], "degraded");
    assert_eq!(client.get(&app, "/api/v1/calls").await.status, StatusCode::SERVICE_UNAVAILABLE);
    wire.unused().await;
    wire.set(Line::Open).await;
    app.post(&stage.agency.voice(&Call::to(&acme.number, 1))).await.twiml();

    assert_eq!(client.get(&app, "/api/v1/calls").await.json()["data"].as_array().unwrap().len(), 1);
}

async fn decisions(stage: &Stage) -> i64 {
    stage.database.count("switchboard.call_events WHERE kind = 'decision'").await
}

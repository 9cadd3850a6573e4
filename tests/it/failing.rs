//! PostgreSQL is there, and fails or dawdles: no caller hears of it, and nothing that was begun is lost.

use axum::http::StatusCode;
use serde_json::Value;
use sqlx::{Connection as _, PgConnection};

use crate::support::{Call, Firm, Stage, TestApp};

struct Scene {
    stage: Stage,
    acme: Firm,
    app: TestApp,
}

impl Scene {
    async fn new() -> Self {
        let stage = Stage::new().await;
        let acme = stage.firm("acme", "+12145550100").await;
        let app = stage.open().await;
        Self { stage, acme, app }
    }

    fn call(&self, number: u32) -> Call {
        Call::to(&self.acme.number, number)
    }

    /// Lets nobody write a call until the connection is closed.
    async fn blocked(&self) -> PgConnection {
        let mut blocking = self.stage.database.connect().await;
        sqlx::raw_sql("BEGIN; LOCK TABLE call_logs IN EXCLUSIVE MODE").execute(&mut blocking).await.unwrap();
        blocking
    }
}

#[tokio::test]
async fn a_statement_that_fails_is_no_matter_for_the_caller() {
    let scene = Scene::new().await;
    let client = scene.stage.client_of(&scene.acme).await;
    let twilio = &scene.stage.agency;
    scene.stage.database.run("ALTER TABLE call_logs RENAME TO gone").await;

    let voice = scene.app.post(&twilio.voice(&scene.call(1))).await;
    let dial_result = scene.app.post(&twilio.dial_result(&scene.acme, &scene.call(1), "completed")).await;
    let status = scene.app.post(&twilio.status(&scene.call(1), "completed", 3)).await;
    let api = client.get(&scene.app, "/api/v1/calls").await;

    assert!(voice.twiml().contains("+12145550199"), "{}", voice.text());
    assert!(dial_result.twiml().contains("<Response><Hangup/></Response>"), "{}", dial_result.text());
    assert_eq!((status.status, status.text()), (StatusCode::SERVICE_UNAVAILABLE, ""));
    assert_eq!(api.status, StatusCode::INTERNAL_SERVER_ERROR);
    let mut problem = api.problem();
    problem["request_id"] = Value::Null;
    insta::assert_snapshot!(serde_json::to_string_pretty(&problem).unwrap(), @r#"
    {
      "type": "urn:switchboard:problem:internal",
      "title": "Internal error",
      "status": 500,
      "detail": "Something went wrong on our side. The log has the cause under this request's id.",
      "request_id": null
    }
    "#);
}

#[tokio::test]
async fn a_call_that_is_written_too_slowly_is_answered_meanwhile_and_logged_in_the_end() {
    let scene = Scene::new().await;
    let blocking = scene.blocked().await;

    let answer = scene.app.post(&scene.stage.agency.voice(&scene.call(1))).await;
    let before = scene.stage.database.count("call_logs").await;
    blocking.close().await.unwrap();
    scene.app.finish().await;

    assert!(answer.twiml().contains("+12145550199"), "{}", answer.text());
    assert_eq!(before, 0);
    let row = scene.stage.database.row("SELECT call_sid, status FROM call_logs").await;
    assert_eq!((&row["call_sid"], &row["status"]), (&Call::to("", 1).sid.into(), &"ringing".into()));
}

#[tokio::test]
async fn a_status_that_is_written_too_slowly_is_asked_for_again_and_counted_once() {
    let scene = Scene::new().await;
    let status = scene.stage.agency.status(&scene.call(1), "completed", 3);
    let blocking = scene.blocked().await;

    let first = scene.app.post(&status).await;
    blocking.close().await.unwrap();
    let again = scene.app.post(&status).await;
    scene.app.finish().await;

    assert_eq!(first.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(again.status, StatusCode::NO_CONTENT);
    assert_eq!(scene.stage.database.count("switchboard.call_events").await, 1);
}

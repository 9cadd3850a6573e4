//! How the server says it is. What it says while the database is away is told in `degraded`.

use axum::http::StatusCode;
use chrono::TimeDelta;
use serde_json::json;
use switchboard::schema;

use crate::support::{Stage, TestApp, Wire};

#[tokio::test]
async fn a_server_that_is_well_says_so() {
    let stage = Stage::new().await;
    let app = stage.open().await;

    for (path, word) in [("/livez", "alive"), ("/readyz", "ready")] {
        let answer = app.get(path).await;
        assert_eq!((answer.status, answer.json()), (StatusCode::OK, json!({ "status": word })), "{path}");
    }
    let report = app.get("/health").await;
    let expected = json!({
        "status": "ready", "version": env!("CARGO_PKG_VERSION"), "schema_version": schema::latest_version(), "database": "answers",
        "degraded_since": null, "breaker": "closed", "waiting_events": 0,
    });
    assert_eq!((report.status, report.json()), (StatusCode::OK, expected));
}

#[tokio::test]
async fn a_server_that_is_about_to_stop_gets_no_more_callers_and_answers_those_it_has() {
    let stage = Stage::new().await;
    let server = stage.serve(stage.parts()).await;
    let url = |path: &str| format!("http://{}{path}", server.address);
    let client = reqwest::Client::new();

    let before = client.get(url("/readyz")).send().await.unwrap();
    server.app.doors.health.drain();
    let ready = client.get(url("/readyz")).send().await.unwrap();
    let live = client.get(url("/livez")).send().await.unwrap();

    assert_eq!(before.status(), 200);
    assert_eq!(ready.status(), 503);
    assert_eq!(ready.text().await.unwrap(), r#"{"status":"draining"}"#);
    assert_eq!(live.status(), 200);
    drop(client);
    server.stop().await;
}

#[tokio::test]
async fn however_often_it_is_asked_it_asks_the_database_every_five_seconds() {
    let wire = Wire::new().await;
    let stage = Stage::new().await;
    let app = TestApp::start(stage.parts_through(wire.to(&stage.database))).await;
    wire.take_messages();

    for round in 0..3 {
        for path in ["/readyz", "/health", "/readyz", "/livez", "/readyz"] {
            assert_eq!(app.get(path).await.status, StatusCode::OK);
        }
        assert_eq!(wire.take_executions_of("SELECT 1"), 1, "in round {round}");
        stage.clock.move_to(stage.now() + TimeDelta::seconds(5));
    }
}

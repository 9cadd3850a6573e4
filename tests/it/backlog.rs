//! What could not be written at once is written later: the log of an outage has no hole.

use std::sync::Arc;

use serde_json::json;
use tokio::task::JoinSet;

use crate::support::{Line, OneFirm};

impl OneFirm {
    async fn caller_is_answered(&self, number: u32) {
        self.app.post(&self.stage.agency.voice(&self.call(number))).await.twiml();
    }

    /// Each event of the ledger: its call, its kind, what was decided.
    async fn ledger(&self) -> Vec<serde_json::Value> {
        let ledger = "SELECT call_sid, kind, payload -> 'decision' AS decision
                        FROM switchboard.call_events ORDER BY call_sid, received_at, kind DESC";
        self.stage.database.rows(ledger).await
    }
}

#[tokio::test]
async fn a_call_that_was_answered_from_memory_is_logged_once_the_database_is_back() {
    let scene = OneFirm::new().await;
    let began = scene.stage.now();

    scene.wire.set(Line::Down).await;
    scene.caller_is_answered(1).await;
    scene.outage_is_over().await;
    scene.app.catch_up().await;

    let sid = scene.call(1).sid;
    assert_eq!(
        scene.ledger().await,
        [
            json!({ "call_sid": sid, "kind": "incoming", "decision": null }),
            json!({ "call_sid": sid, "kind": "decision", "decision": "ring" }),
        ]
    );
    let logged = format!("call_logs WHERE started_at = '{}'", began.to_rfc3339());
    assert_eq!(scene.stage.database.count(&logged).await, 1, "the call was logged for another time");
}

#[tokio::test]
async fn the_result_of_a_forwarding_is_logged_once_the_database_is_back() {
    let scene = OneFirm::new().await;
    scene.caller_is_answered(1).await;
    scene.app.settle().await;

    scene.wire.set(Line::Down).await;
    let busy = scene.stage.agency.dial_result(&scene.acme, &scene.call(1), "busy");
    scene.app.post(&busy).await.twiml();
    scene.outage_is_over().await;
    scene.app.catch_up().await;

    let result = "switchboard.call_events WHERE kind = 'dial_result' AND place = 'ring-0-pickup'";
    assert_eq!(scene.stage.database.count(result).await, 1);
}

#[tokio::test]
async fn a_server_that_stops_writes_what_has_waited() {
    let scene = OneFirm::while_time_passes().await;

    scene.wire.set(Line::Down).await;
    for number in 1..=5 {
        scene.caller_is_answered(number).await;
    }
    scene.wire.set(Line::Open).await;
    scene.app.finish().await;

    assert_eq!(scene.stage.database.count("call_logs").await, 5);
    assert_eq!(scene.stage.database.count("switchboard.call_events WHERE kind = 'decision'").await, 5);
}

#[tokio::test]
async fn health_says_how_many_events_wait() {
    let scene = OneFirm::new().await;

    scene.wire.set(Line::Down).await;
    scene.caller_is_answered(1).await;
    scene.caller_is_answered(2).await;
    let during = scene.app.get("/health").await.json();
    scene.outage_is_over().await;
    scene.app.catch_up().await;
    let afterwards = scene.app.get("/health").await.json();

    assert_eq!((&during["waiting_events"], &afterwards["waiting_events"]), (&json!(2), &json!(0)));
}

#[tokio::test]
async fn an_event_that_has_to_wait_does_not_keep_others_waiting() {
    let scene = OneFirm::new().await;
    scene.caller_is_answered(1).await;
    scene.app.settle().await;
    let mut holder = scene.stage.database.connect().await;
    sqlx::raw_sql("BEGIN; SELECT FROM call_logs FOR UPDATE").execute(&mut holder).await.unwrap();

    let busy = |number| scene.stage.agency.dial_result(&scene.acme, &scene.call(number), "busy");
    scene.app.post(&busy(1)).await.twiml();
    for number in 2..=4 {
        scene.caller_is_answered(number).await;
    }
    scene.app.record_decisions().await;
    sqlx::raw_sql("COMMIT").execute(&mut holder).await.unwrap();
    scene.app.catch_up().await;

    let decisions = |after| format!("switchboard.call_events WHERE event_key = 'decision/{after}'");
    assert_eq!(scene.stage.database.count(&decisions("incoming")).await, 4);
    assert_eq!(scene.stage.database.count(&decisions("ring-0-pickup")).await, 1);
}

#[tokio::test]
async fn what_waits_has_room_for_eight_megabytes_and_callers_are_answered_beyond_it() {
    let scene = OneFirm::new().await;
    let long = "x".repeat(62 * 1024);
    let room = 8 * 1024 * 1024 / long.len();

    scene.wire.set(Line::Down).await;
    for number in 1..=u32::try_from(room).unwrap() + 5 {
        let call = scene.stage.agency.voice(&scene.call(number)).with("SpeechResult", &long);
        scene.app.post(&call).await.twiml();
    }
    let waiting = scene.app.get("/health").await.json()["waiting_events"].as_u64().unwrap();
    scene.outage_is_over().await;
    scene.app.catch_up().await;

    assert!(
        (room - 5..=room).contains(&usize::try_from(waiting).unwrap()),
        "{waiting}, with room for {room}"
    );
    assert_eq!(scene.stage.database.count("call_logs").await, i64::try_from(waiting).unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burst_that_queues_for_the_database_loses_no_call() {
    // The breaker needs a time that passes: a machine with too much to do may look like an outage for a second.
    let scene = Arc::new(OneFirm::while_time_passes().await);
    let calls = 1_500;

    let mut callers = JoinSet::new();
    for number in 0..calls {
        let scene = Arc::clone(&scene);
        callers.spawn(async move {
            let voice = scene.stage.agency.voice(&scene.call(number));
            scene.app.post(&voice).await.twiml().to_owned()
        });
    }
    let answers = callers.join_all().await;
    scene.app.finish_tasks().await;
    scene.app.catch_up().await;

    assert!(answers.iter().all(|answer| answer.contains("+12145550199")), "{answers:?}");
    assert_eq!(scene.stage.database.count("call_logs").await, i64::from(calls));
    let decisions = "switchboard.call_events WHERE kind = 'decision'";
    assert_eq!(scene.stage.database.count(decisions).await, i64::from(calls));
}

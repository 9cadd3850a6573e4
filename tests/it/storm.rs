//! Two servers on one database, and every webhook a hundred times at once.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::http::StatusCode;
use sqlx::Connection as _;
use tokio::task::JoinSet;

use crate::support::{Call, Dice, Firm, STATUS, Stage, TestApp, Webhook};

const CALLS: u32 = 40;
const COPIES: usize = 100;
/// Requests under way at each server: twice as many as it has connections for them.
const AT_ONCE: usize = 8;

fn webhooks(stage: &Stage, firms: &[Firm]) -> Vec<Arc<Webhook>> {
    let of_call = |number: u32| {
        let firm = &firms[usize::try_from(number).unwrap() % firms.len()];
        let (twilio, call) = (&stage.agency, Call::to(&firm.number, number));
        [
            twilio.voice(&call),
            twilio.status(&call, "ringing", 0),
            twilio.status(&call, "in-progress", 1),
            twilio.dial_result(firm, &call, "completed"),
            twilio.status(&call, "completed", 2),
        ]
    };
    (0..CALLS).flat_map(of_call).map(Webhook::signed_once).map(Arc::new).collect()
}

/// All copies, a few calls after the other: the webhooks of three calls come at the same time, a hundred times each.
fn deck(webhooks: &[Arc<Webhook>], dice: &mut Dice) -> Vec<Arc<Webhook>> {
    let copies_of = |few: &[Arc<Webhook>]| {
        let mut copies: Vec<Arc<Webhook>> =
            few.iter().flat_map(|webhook| vec![Arc::clone(webhook); COPIES]).collect();
        dice.shuffle(&mut copies);
        copies
    };
    webhooks.chunks(15).flat_map(copies_of).collect()
}

async fn play(app: Arc<TestApp>, deck: Arc<Mutex<Vec<Arc<Webhook>>>>) {
    loop {
        let Some(webhook) = deck.lock().unwrap().pop() else { return };
        let answer = app.post(&webhook).await;
        if webhook.path() == STATUS {
            // On a machine with too much to do, some are asked to come again; there are copies enough.
            assert!(answer.status == 204 || answer.status == 503, "{answer:?}");
        } else {
            let heard = answer.twiml();
            assert!(heard.contains("<Dial") || heard.contains("<Response><Hangup/></Response>"), "{heard}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_copies_of_each_webhook_at_two_servers_are_one_event_each() {
    let mut dice = Dice::new();
    let stage = Stage::new().await;
    let firms = [stage.firm("acme", "+12145550100").await, stage.firm("clinic", "+12145550200").await];
    let servers = [Arc::new(stage.open().await), Arc::new(stage.open().await)];
    let webhooks = webhooks(&stage, &firms);
    let deck = Arc::new(Mutex::new(deck(&webhooks, &mut dice)));
    assert_eq!(deck.lock().unwrap().len(), 20_000);

    let mut players = JoinSet::new();
    for server in &servers {
        for _ in 0..AT_ONCE {
            players.spawn(play(Arc::clone(server), Arc::clone(&deck)));
        }
    }
    players.join_all().await;

    for server in servers {
        Arc::into_inner(server).unwrap().finish().await;
    }
    let database = &stage.database;
    assert_eq!(database.count("call_logs").await, i64::from(CALLS));
    assert_eq!(database.count("switchboard.call_events WHERE kind <> 'decision'").await, 200);
    let decided_twice = "(SELECT FROM switchboard.call_events WHERE kind = 'decision'
                          GROUP BY tenant_id, call_sid, place HAVING count(*) > 1) twice";
    assert_eq!(database.count(decided_twice).await, 0);
    let as_they_should_be = "call_logs WHERE status = 'completed' AND duration = 42 AND outcome = 'answered'
                             AND ended_at = '2026-03-03T17:02:13Z'";
    assert_eq!(database.count(as_they_should_be).await, i64::from(CALLS));
    assert_eq!(database.count("switchboard.unrouted_calls").await, 0);
}

/// Waits until so many connections wait for a lock. Each question lets the others go on.
async fn waiting(stage: &Stage, count: i64) {
    let waiting = "pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let asking = async { while stage.database.count(waiting).await < count {} };
    tokio::time::timeout(Duration::from_mins(1), asking).await.expect("nobody waits");
}

#[tokio::test]
async fn of_two_events_at_the_same_instant_both_count() {
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let app = stage.open().await;
    let call = Call::to(&acme.number, 1);
    app.post(&stage.agency.voice(&call)).await.twiml();
    app.settle().await;
    let mut holding = stage.database.connect().await;
    sqlx::raw_sql("BEGIN; SELECT FROM call_logs FOR NO KEY UPDATE").execute(&mut holding).await.unwrap();

    let (completed, late) =
        (stage.agency.status(&call, "completed", 3), stage.agency.status(&call, "ringing", 0));
    let first = app.post(&completed);
    let second = async {
        waiting(&stage, 1).await;
        app.post(&late).await
    };
    let release = async {
        waiting(&stage, 2).await;
        holding.close().await.unwrap();
    };
    tokio::join!(first, second, release);

    app.finish().await;
    assert_eq!(stage.database.row("SELECT status FROM call_logs").await["status"], "completed");
    assert_eq!(stage.database.count("switchboard.call_events WHERE kind = 'status'").await, 2);
}

#[tokio::test]
async fn a_burst_of_calls_waits_for_connections_and_loses_none() {
    const BURST: u32 = 200;
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let app = Arc::new(stage.open().await);

    let mut sent = JoinSet::new();
    for call in 0..BURST {
        let (app, webhook) = (Arc::clone(&app), stage.agency.voice(&Call::to(&acme.number, call)));
        sent.spawn(async move { app.post(&webhook).await.status });
    }
    let answers = sent.join_all().await;

    Arc::into_inner(app).unwrap().finish().await;
    assert!(answers.iter().all(|status| *status == StatusCode::OK), "{answers:?}");
    assert_eq!(stage.database.count("call_logs").await, i64::from(BURST));
}

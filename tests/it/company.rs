//! Events that wait for a connection at the same time are written together, and each gets its own answer.

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::json;
use switchboard::tenancy::database::PoolSizes;
use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;

use crate::support::{Answer, Call, Firm, Stage, TestApp, Twilio, Webhook, Wire};

const INGEST: &str = "switchboard.ingest_call_event";
const CLINICS_OWN: u32 = 2;

struct Scene {
    wire: Wire,
    stage: Stage,
    acme: Firm,
    clinic: Firm,
    app: Arc<TestApp>,
    callers: TaskTracker,
}

impl Scene {
    /// A server with a single connection for events, which knows an account of the clinic's own.
    async fn new() -> Self {
        let wire = Wire::new().await;
        let stage = Stage::new().await;
        let acme = stage.firm("acme", "+12145550100").await;
        let clinic = stage.firm("clinic", "+12145550200").await;
        stage.store_account(&Twilio::account(CLINICS_OWN), Some(&clinic)).await;
        let mut parts = stage.parts_through(wire.to(&stage.database));
        parts.pools = PoolSizes { webhooks: 1, reports: 1 };
        let app = Arc::new(TestApp::start(parts).await);
        Self { wire, stage, acme, clinic, app, callers: TaskTracker::new() }
    }

    fn acmes(&self, number: u32) -> Call {
        Call::to(&self.acme.number, number)
    }

    /// Sends the webhooks while call 1 has the connection, and lets that one come to its end once all of them wait. Returns
    /// their answers, and how many statements wrote their events.
    async fn sent_together(&self, webhooks: Vec<Webhook>) -> (Vec<Answer>, usize) {
        let mut holding = self.stage.database.connect().await;
        sqlx::raw_sql("BEGIN; LOCK TABLE call_logs IN EXCLUSIVE MODE").execute(&mut holding).await.unwrap();
        let first = self.sent(self.stage.agency.voice(&self.acmes(1)));
        self.wire.execution_of(INGEST).await;
        self.wire.take_messages();

        let sent: Vec<_> = webhooks.into_iter().map(|webhook| self.sent(webhook)).collect();
        // While PostgreSQL answers, each goes as far as it can.
        sqlx::raw_sql("COMMIT").execute(&mut holding).await.unwrap();
        first.await.unwrap().twiml();
        let mut answers = Vec::new();
        for answer in sent {
            answers.push(answer.await.unwrap());
        }
        self.app.settle().await;
        (answers, self.wire.take_executions_of(INGEST))
    }

    fn sent(&self, webhook: Webhook) -> JoinHandle<Answer> {
        let app = Arc::clone(&self.app);
        self.callers.spawn(async move { app.post(&webhook).await })
    }
}

#[tokio::test]
async fn events_of_several_firms_go_in_one_statement_each_to_its_own() {
    let scene = Scene::new().await;
    let (twilio, clinics_own) = (&scene.stage.agency, Twilio::account(CLINICS_OWN));
    let (second, third) = (scene.acmes(2), Call::to(&scene.clinic.number, 3));

    let (answers, statements) = scene
        .sent_together(vec![
            twilio.status(&third, "completed", 3),
            twilio.voice(&Call::to("+12145550777", 4)),
            twilio.voice(&third),
            twilio.voice(&second),
            clinics_own.voice(&scene.acmes(5)),
            twilio.voice(&second),
        ])
        .await;

    assert_eq!(statements, 1);
    assert_eq!(answers[0].status, StatusCode::NO_CONTENT);
    let heard = [
        (1, "not in service"),
        (2, "+12145550299"),
        (3, "+12145550199"),
        (4, "not in service"),
        (5, "+12145550199"),
    ];
    for (place, words) in heard {
        assert!(answers[place].twiml().contains(words), "{place}: {}", answers[place].text());
    }
    let ledger = "SELECT slug, right(call_sid, 1) AS call, string_agg(kind, ' ' ORDER BY kind) AS heard
                    FROM switchboard.call_events JOIN tenants t ON t.id = tenant_id GROUP BY slug, call_sid ORDER BY call_sid";
    assert_eq!(
        scene.stage.database.rows(ledger).await,
        [
            json!({ "slug": "acme", "call": "1", "heard": "decision incoming" }),
            json!({ "slug": "acme", "call": "2", "heard": "decision incoming" }),
            json!({ "slug": "clinic", "call": "3", "heard": "decision incoming status" }),
        ]
    );
    let calls = "SELECT slug, status, to_number FROM call_logs c JOIN tenants t ON t.id = tenant_id ORDER BY call_sid";
    assert_eq!(
        scene.stage.database.rows(calls).await,
        [
            json!({ "slug": "acme", "status": "ringing", "to_number": scene.acme.number }),
            json!({ "slug": "acme", "status": "ringing", "to_number": scene.acme.number }),
            json!({ "slug": "clinic", "status": "completed", "to_number": scene.clinic.number }),
        ]
    );
    let reasons =
        "SELECT right(call_sid, 1) AS call, reason FROM switchboard.unrouted_calls ORDER BY call_sid";
    assert_eq!(
        scene.stage.database.rows(reasons).await,
        [
            json!({ "call": "4", "reason": "unknown_number" }),
            json!({ "call": "5", "reason": "wrong_account" })
        ]
    );
}

#[tokio::test]
async fn an_event_that_the_database_refuses_harms_no_other() {
    let scene = Scene::new().await;
    let twilio = &scene.stage.agency;
    let refused = scene.acmes(3);
    let no_such_call = format!("ALTER TABLE call_logs ADD CHECK (call_sid <> '{}')", refused.sid);
    scene.stage.database.run(&no_such_call).await;

    let (answers, statements) = scene
        .sent_together(vec![
            twilio.status(&scene.acmes(2), "completed", 3),
            twilio.status(&refused, "completed", 3),
            twilio.status(&scene.acmes(4), "completed", 3),
        ])
        .await;

    assert_eq!(statements, 1 + 3, "together, then each by itself");
    let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [StatusCode::NO_CONTENT, StatusCode::SERVICE_UNAVAILABLE, StatusCode::NO_CONTENT]);
    assert_eq!(scene.stage.database.count("call_logs WHERE status = 'completed'").await, 2);
}

#[tokio::test]
async fn what_finds_no_room_goes_with_the_next() {
    let scene = Scene::new().await;
    let calls = (2..=11).map(|number| scene.stage.agency.voice(&scene.acmes(number))).collect();

    let (answers, statements) = scene.sent_together(calls).await;

    assert_eq!((answers.len(), statements), (10, 2));
    assert_eq!(scene.stage.database.count("call_logs").await, 11);
    assert!(answers.iter().all(|answer| answer.twiml().contains("+12145550199")), "{answers:?}");
}

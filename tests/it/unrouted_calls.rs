//! A call waits in quarantine until an operator says whose it was; then it is in that tenant's log, once, with everything.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::support::{Answer, Call, TwoFirms};

const UNROUTED: &str = "/api/v1/unrouted-calls";
const STRAY: &str = "+12145550777";

impl TwoFirms {
    /// Two firms, and a call to a number of neither that ran to its end.
    async fn with_a_stray_call() -> Self {
        let scene = Self::new().await;
        scene.ring(1).await;
        let call = Call::to(STRAY, 1);
        scene.app.post(&scene.stage.agency.status(&call, "completed", 3)).await;
        scene
    }

    async fn ring(&self, call: u32) -> Answer {
        self.app.post(&self.stage.agency.voice(&Call::to(STRAY, call))).await
    }

    async fn waiting(&self) -> Vec<Value> {
        self.operator.get(&self.app, UNROUTED).await.json()["data"].as_array().unwrap().clone()
    }

    async fn id(&self) -> String {
        self.waiting().await[0]["id"].as_str().unwrap().to_owned()
    }

    async fn adopt(&self, id: &str, body: &Value) -> Answer {
        self.operator.post(&self.app, &format!("{UNROUTED}/{id}/adopt"), body).await
    }
}

#[tokio::test]
async fn a_call_in_quarantine_is_listed_and_shown_with_all_that_was_heard() {
    let scene = TwoFirms::with_a_stray_call().await;

    let waiting = scene.waiting().await;
    let shown = scene.operator.get(&scene.app, &format!("{UNROUTED}/{}", scene.id().await)).await.json();

    let call = Call::to(STRAY, 1);
    let expected = json!({
        "id": shown["id"], "account_sid": scene.stage.agency.sid(), "call_sid": call.sid, "reason": "unknown_number",
        "called_number": STRAY, "from_number": call.from, "received_at": "2026-03-03T17:02:11Z",
        "adopted_by": null, "adopted_at": null,
    });
    assert_eq!(waiting, [expected]);
    let kinds: Vec<_> =
        shown["events"].as_array().unwrap().iter().map(|event| event["kind"].clone()).collect();
    assert_eq!(kinds, ["incoming", "status"]);
}

#[tokio::test]
async fn an_adopted_call_is_in_its_tenants_log_as_if_it_had_come_there() {
    let scene = TwoFirms::with_a_stray_call().await;
    let usual = Call::to(&scene.acme.number, 2);
    scene.app.post(&scene.stage.agency.voice(&usual)).await;
    scene.app.post(&scene.stage.agency.status(&usual, "completed", 3)).await;

    let adopted = scene.adopt(&scene.id().await, &json!({ "tenant": "acme" })).await;

    assert_eq!(adopted.status, StatusCode::OK, "{adopted:?}");
    scene.app.settle().await;
    let client = scene.stage.client_of(&scene.acme).await;
    let path = format!("/api/v1/calls/{}", Call::to(STRAY, 1).sid);
    let mut call = client.get(&scene.app, &path).await.json();
    let mut usual = client.get(&scene.app, &format!("/api/v1/calls/{}", usual.sid)).await.json();
    assert_eq!(call["events"].as_array().unwrap().len(), 2);
    for name in ["id", "call_sid", "to_number", "events"] {
        call[name].take();
        usual[name].take();
    }
    assert_eq!(call, usual);
    assert_eq!(scene.waiting().await, Vec::<Value>::new());
    let done = scene.operator.get(&scene.app, &format!("{UNROUTED}?state=adopted")).await.json();
    assert_eq!(done["data"][0]["adopted_by"], "acme");
    assert!(scene.ring(3).await.twiml().contains("not in service"), "the number was not given");
}

#[tokio::test]
async fn a_call_is_adopted_once_however_often_it_is_asked_for() {
    let scene = TwoFirms::with_a_stray_call().await;
    let id = scene.id().await;
    let (path, body) = (format!("{UNROUTED}/{id}/adopt"), json!({ "tenant": "acme" }));

    let (first, second) = tokio::join!(
        scene.operator.post(&scene.app, &path, &body),
        scene.operator.post(&scene.app, &path, &body)
    );
    let third = scene.adopt(&id, &body).await;

    assert_eq!((first.json(), third.json()), (second.json(), second.json()));
    assert_eq!(scene.stage.database.count("call_logs").await, 1);
    assert_eq!(scene.stage.database.count("switchboard.call_events").await, 2);
}

#[tokio::test]
async fn what_is_heard_after_the_adoption_comes_with_the_next_one() {
    let scene = TwoFirms::with_a_stray_call().await;
    let id = scene.id().await;
    scene.adopt(&id, &json!({ "tenant": "acme" })).await;
    scene.app.post(&scene.stage.agency.status(&Call::to(STRAY, 1), "ringing", 0)).await;

    scene.adopt(&id, &json!({ "tenant": "acme" })).await;

    assert_eq!(scene.stage.database.count("switchboard.call_events").await, 3);
    let call = scene.stage.database.row("SELECT status FROM call_logs").await;
    assert_eq!(call["status"], "completed", "a late event reopened the call");
}

#[tokio::test]
async fn another_tenant_does_not_get_a_call_that_is_adopted() {
    let scene = TwoFirms::with_a_stray_call().await;
    let id = scene.id().await;
    scene.adopt(&id, &json!({ "tenant": "acme" })).await;

    let other = scene.adopt(&id, &json!({ "tenant": "clinic", "with_number": "give" })).await;

    assert_eq!(other.status, StatusCode::CONFLICT);
    let owner = scene.stage.database.row("SELECT tenant_id FROM call_logs").await;
    assert_eq!(owner["tenant_id"], json!(scene.acme.id));
}

#[tokio::test]
async fn the_number_is_given_with_the_call_if_wished() {
    let scene = TwoFirms::with_a_stray_call().await;
    let id = scene.id().await;
    let body = json!({ "tenant": "clinic", "with_number": "give" });

    for _ in 0..2 {
        assert_eq!(scene.adopt(&id, &body).await.status, StatusCode::OK);
    }

    assert!(scene.ring(2).await.twiml().contains("Thank you for calling clinic."));
}

#[tokio::test]
async fn where_the_number_can_not_be_given_the_call_is_not_adopted_either() {
    let scene = TwoFirms::with_a_stray_call().await;
    scene.stage.number(&scene.acme, STRAY).await;
    let id = scene.id().await;

    let refused = scene.adopt(&id, &json!({ "tenant": "clinic", "with_number": "give" })).await;

    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert_eq!(refused.problem()["errors"][0]["field"], "with_number");
    assert_eq!(scene.stage.database.count("call_logs").await, 0);
    assert_eq!(scene.waiting().await.len(), 1);
}

#[tokio::test]
async fn a_call_that_is_not_there_and_a_body_that_names_nobody_are_refused() {
    let scene = TwoFirms::with_a_stray_call().await;

    for id in ["1", "018f0000-0000-7000-8000-000000000000"] {
        assert_eq!(scene.adopt(id, &json!({ "tenant": "acme" })).await.status, StatusCode::NOT_FOUND, "{id}");
        assert_eq!(
            scene.operator.get(&scene.app, &format!("{UNROUTED}/{id}")).await.status,
            StatusCode::NOT_FOUND
        );
    }
    for body in [json!({}), json!({ "tenant": "nobody" }), json!({ "tenant": "acme", "with_number": true })] {
        let answer = scene.adopt(&scene.id().await, &body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
    }
    let tenant = scene.stage.client_of(&scene.clinic).await;
    assert_eq!(tenant.get(&scene.app, UNROUTED).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_quarantine_is_listed_newest_first_page_by_page() {
    let scene = TwoFirms::with_a_stray_call().await;
    for call in 2..=5 {
        scene.stage.clock.move_to(scene.stage.now() + chrono::TimeDelta::seconds(1));
        scene.ring(call).await;
    }

    let mut path = format!("{UNROUTED}?limit=2");
    let mut sids = Vec::new();
    loop {
        let page = scene.operator.get(&scene.app, &path).await.json();
        sids.extend(page["data"].as_array().unwrap().iter().map(|call| call["call_sid"].clone()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("{UNROUTED}?limit=2&cursor={cursor}");
    }

    let expected: Vec<Value> = (1..=5).rev().map(|call| json!(Call::to(STRAY, call).sid)).collect();
    assert_eq!(sids, expected);
}

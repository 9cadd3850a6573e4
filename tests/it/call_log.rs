//! The call log over HTTP: what a firm's own program reads.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Answer, ApiClient, Call, Firm, Stage, TestApp};

struct Scene {
    stage: Stage,
    acme: Firm,
    app: TestApp,
    client: ApiClient,
}

impl Scene {
    async fn new() -> Self {
        let stage = Stage::new().await;
        let acme = stage.firm("acme", "+12145550100").await;
        let client = stage.client_of(&acme).await;
        let app = stage.open().await;
        Self { stage, acme, app, client }
    }

    fn call(&self, number: u32) -> Call {
        Call::to(&self.acme.number, number)
    }

    /// A call comes in, a minute after the one before.
    async fn ring(&self, call: &Call) {
        self.stage.clock.move_to(self.stage.now() + TimeDelta::minutes(1));
        self.app.post(&self.stage.agency.voice(call)).await.twiml();
    }

    async fn get(&self, path: &str) -> Answer {
        self.client.get(&self.app, path).await
    }
}

/// Which calls a page holds, by their numbers.
#[track_caller]
fn numbers(page: &Answer) -> Vec<u32> {
    assert_eq!(page.status, 200, "{page:?}");
    let sid = |call: &Value| call["call_sid"].as_str().unwrap().trim_start_matches("CA").to_owned();
    page.json()["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|call| u32::from_str_radix(&sid(call), 16).unwrap())
        .collect()
}

#[tokio::test]
async fn a_call_is_shown_with_all_that_is_known_of_it() {
    let scene = Scene::new().await;
    let call = scene.call(1);
    scene.ring(&call).await;
    scene.app.post(&scene.stage.agency.status(&call, "completed", 2)).await;
    scene.app.settle().await;

    let list = scene.get("/api/v1/calls").await;
    let one = scene.get(&format!("/api/v1/calls/{}", call.sid)).await;

    assert_eq!(list.header("content-type"), "application/json");
    let mut listed = list.json();
    assert_eq!(listed["next_cursor"], json!(null));
    let id = listed["data"][0]["id"].take();
    let expected = json!({
        "id": null, "call_sid": call.sid, "parent_call_sid": null, "from_number": "+19725550123",
        "to_number": "+12145550100", "caller_name": null, "direction": "inbound", "status": "completed",
        "outcome": "missed", "duration_seconds": 42, "is_missed": true, "is_after_hours": false, "transcript": null,
        "started_at": "2026-03-03T17:02:13Z", "answered_at": null, "answered_by": null, "alarmed_at": null, "ended_at": "2026-03-03T17:02:13Z", "created_at": "2026-03-03T17:03:11Z",
        "updated_at": "2026-03-03T17:03:11Z",
    });
    assert_eq!(listed["data"], json!([expected]));

    let mut shown = one.json();
    let events = shown["events"].take();
    assert_eq!(shown["id"], id);
    let line = |event: &Value| {
        json!([event["kind"], event["status"], event["sequence_number"], event["occurred_at"]])
    };
    let lines: Vec<Value> = events.as_array().unwrap().iter().map(line).collect();
    let expected = [
        json!(["status", "completed", 2, "2026-03-03T17:02:13Z"]),
        json!(["decision", null, null, "2026-03-03T17:03:11Z"]),
        json!(["incoming", "ringing", null, "2026-03-03T17:03:11Z"]),
    ];
    assert_eq!(lines, expected);
    let decided = json!({
        "decision": "ring", "patience": 10, "hours": "no hours are set, so it is always open", "said": ["greeting"],
        "leads_to": "ring-0-pickup", "rings": [{ "number": "+12145550199" }],
    });
    assert_eq!(events[1]["payload"], decided);
    assert_eq!(events[2]["payload"]["CallerCity"], "PLANO");
}

#[tokio::test]
async fn pages_run_from_the_newest_call_to_the_oldest() {
    let scene = Scene::new().await;
    for number in 1..=7 {
        scene.ring(&scene.call(number)).await;
    }

    let first = scene.get("/api/v1/calls?limit=3").await;
    // What comes in meanwhile moves nothing.
    scene.ring(&scene.call(8)).await;
    let cursor = first.json()["next_cursor"].as_str().unwrap().to_owned();
    let second = scene.get(&format!("/api/v1/calls?limit=3&cursor={cursor}")).await;
    let cursor = second.json()["next_cursor"].as_str().unwrap().to_owned();
    let third = scene.get(&format!("/api/v1/calls?limit=3&cursor={cursor}")).await;

    assert_eq!((numbers(&first), numbers(&second), numbers(&third)), (vec![7, 6, 5], vec![4, 3, 2], vec![1]));
    assert_eq!(third.json()["next_cursor"], json!(null));
}

#[tokio::test]
async fn calls_of_one_instant_are_neither_lost_nor_shown_twice() {
    let scene = Scene::new().await;
    for number in 1..=5 {
        scene.app.post(&scene.stage.agency.voice(&scene.call(number))).await.twiml();
    }

    let (mut seen, mut path) = (Vec::new(), "/api/v1/calls?limit=2".to_owned());
    loop {
        let page = scene.get(&path).await;
        seen.extend(numbers(&page));
        let Some(cursor) = page.json()["next_cursor"].as_str().map(str::to_owned) else { break };
        path = format!("/api/v1/calls?limit=2&cursor={cursor}");
    }

    seen.sort_unstable();
    assert_eq!(seen, [1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn a_page_holds_fifty_calls_unless_told_otherwise() {
    let scene = Scene::new().await;
    for number in 1..=51 {
        scene.app.post(&scene.stage.agency.voice(&scene.call(number))).await.twiml();
    }

    assert_eq!(numbers(&scene.get("/api/v1/calls").await).len(), 50);
    assert_eq!(numbers(&scene.get("/api/v1/calls?limit=1").await).len(), 1);
    assert_eq!(numbers(&scene.get("/api/v1/calls?limit=200").await).len(), 51);
}

#[tokio::test]
async fn filters_narrow_the_list() {
    let scene = Scene::new().await;
    scene.stage.number(&scene.acme, "+12145550101").await;
    scene.ring(&scene.call(1)).await;
    scene.ring(&scene.call(2).from("anonymous")).await;
    scene.ring(&Call::to("+12145550101", 3).from("client:jenny")).await;
    scene.app.post(&scene.stage.agency.status(&scene.call(2), "completed", 0)).await;
    let table = [
        ("status=completed", vec![2]),
        ("status=ringing", vec![3, 1]),
        ("status=busy", vec![]),
        ("outcome=missed", vec![2]),
        ("outcome=answered", vec![]),
        ("from=%2B19725550123", vec![1]),
        ("from=+19725550123", vec![1]),
        ("from=(972)%20555-0123", vec![1]),
        ("from=anonymous", vec![2]),
        ("from=client:jenny", vec![3]),
        ("to=%2B12145550101", vec![3]),
        ("to=214-555-0100", vec![1, 2]),
        ("since=2026-03-03T17:04:11Z", vec![3]),
        ("until=2026-03-03T17:05:11Z", vec![1, 2]),
        ("since=2026-03-03T11:03:11-06:00&until=2026-03-03T17:03:12Z", vec![1]),
        ("since=2026-03-03T18:03:11+01:00&until=2026-03-03T17:03:12Z", vec![1]),
        ("status=ringing&to=%2B12145550100", vec![1]),
    ];

    for (query, expected) in table {
        let page = scene.get(&format!("/api/v1/calls?{query}")).await;
        assert_eq!(numbers(&page), expected, "{query}");
    }
}

#[tokio::test]
async fn a_filter_and_a_cursor_go_together() {
    let scene = Scene::new().await;
    for number in 1..=6 {
        let caller = if number % 2 == 0 { "anonymous" } else { "+19725550123" };
        scene.ring(&scene.call(number).from(caller)).await;
    }

    let first = scene.get("/api/v1/calls?from=anonymous&limit=2").await;
    let cursor = first.json()["next_cursor"].as_str().unwrap().to_owned();
    let second = scene.get(&format!("/api/v1/calls?from=anonymous&limit=2&cursor={cursor}")).await;

    assert_eq!((numbers(&first), numbers(&second)), (vec![6, 4], vec![2]));
}

#[tokio::test]
async fn a_number_that_is_no_text_is_refused_and_a_path_that_is_none_is_not_found() {
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let app = stage.open().await;
    let client = stage.client_of(&acme).await;

    for path in ["/api/v1/calls?from=a%00b", "/api/v1/calls?to=%ff"] {
        let answer = client.get(&app, path).await;
        assert_eq!(answer.problem()["status"], 400, "{path}");
    }
    assert_eq!(client.get(&app, "/api/v1/calls/%ff").await.problem()["status"], 404);
}

#[tokio::test]
async fn a_tenants_key_that_names_a_tenant_is_refused() {
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let app = stage.open().await;

    let answer = stage.client_of(&acme).await.get(&app, "/api/v1/calls?tenant=bella").await;

    assert_eq!(answer.problem()["errors"][0]["field"], "tenant");
}

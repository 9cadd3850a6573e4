//! An agency sets up its firms over the API, changes them and switches them off.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::support::{Answer, ApiClient, Call, Stage, TestApp};

struct Scene {
    stage: Stage,
    operator: ApiClient,
    app: TestApp,
}

impl Scene {
    async fn new() -> Self {
        let stage = Stage::new().await;
        let operator = stage.operators_client().await;
        let app = stage.open().await;
        Self { stage, operator, app }
    }

    async fn create(&self, body: &Value) -> Answer {
        self.operator.post(&self.app, "/api/v1/tenants", body).await
    }

    /// A tenant, changed.
    async fn change(&self, slug: &str, body: &Value) -> Answer {
        self.operator.patch(&self.app, &format!("/api/v1/tenants/{slug}"), body).await
    }
}

fn faulty_fields(answer: &Answer) -> Vec<String> {
    let problem = answer.problem();
    let errors = problem["errors"].as_array().unwrap().clone();
    errors.iter().map(|error| error["field"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_tenant_is_made_shown_and_changed() {
    let scene = Scene::new().await;

    let made = scene
        .create(&json!({ "slug": "acme", "company_name": " Acme HVAC ", "forward_number": "(214) 555-0199" }))
        .await;

    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    let tenant = made.json();
    let expected = json!({
        "id": tenant["id"], "slug": "acme", "company_name": "Acme HVAC", "timezone": "America/Chicago",
        "greeting_message": null, "forward_number": "+12145550199", "is_active": true,
        "accepts_unknown_numbers": false, "created_at": "2026-03-03T17:02:11Z", "updated_at": "2026-03-03T17:02:11Z",
    });
    assert_eq!(tenant, expected);

    let changed = scene
        .change("acme", &json!({ "timezone": "Europe/London", "forward_number": "020 7946 0958", "greeting_message": "Hello." }))
        .await;

    assert_eq!(changed.status, StatusCode::OK, "{changed:?}");
    assert_eq!(changed.json()["forward_number"], "+442079460958", "a number is meant where the firm is");
    assert_eq!(changed.json()["company_name"], "Acme HVAC");
    let shown = scene.operator.get(&scene.app, "/api/v1/tenants/acme").await;
    assert_eq!(shown.json(), changed.json());
    let cleared = scene.change("acme", &json!({ "greeting_message": null, "forward_number": null })).await;
    assert_eq!(
        (&cleared.json()["greeting_message"], &cleared.json()["forward_number"]),
        (&json!(null), &json!(null))
    );
}

#[tokio::test]
async fn a_tenant_that_is_switched_off_hears_no_calls_until_it_is_switched_on() {
    let scene = Scene::new().await;
    let acme = scene.stage.firm("acme", "+12145550100").await;
    let client = scene.stage.client_of(&acme).await;

    let off = scene.change("acme", &json!({ "is_active": false })).await;

    assert_eq!(off.json()["is_active"], false);
    let answer = scene.app.post(&scene.stage.agency.voice(&Call::to(&acme.number, 1))).await;
    assert!(!answer.twiml().contains("acme"), "{}", answer.text());
    assert_eq!(client.get(&scene.app, "/api/v1/calls").await.status, StatusCode::UNAUTHORIZED);
    scene.change("acme", &json!({ "is_active": true })).await;
    let answer = scene.app.post(&scene.stage.agency.voice(&Call::to(&acme.number, 2))).await;
    assert!(answer.twiml().contains("acme"), "{}", answer.text());
}

#[tokio::test]
async fn tenants_are_listed_by_slug_page_by_page() {
    let scene = Scene::new().await;
    for slug in ["delta", "alpha", "charlie", "bravo", "echo"] {
        scene.create(&json!({ "slug": slug, "company_name": slug })).await;
    }

    let mut path = "/api/v1/tenants?limit=2".to_owned();
    let mut pages = Vec::new();
    loop {
        let page = scene.operator.get(&scene.app, &path).await.json();
        let slugs: Vec<String> = page["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|tenant| tenant["slug"].as_str().unwrap().to_owned())
            .collect();
        pages.push(slugs);
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/api/v1/tenants?limit=2&cursor={cursor}");
    }

    assert_eq!(pages, [vec!["alpha", "bravo"], vec!["charlie", "delta"], vec!["echo"]]);
}

#[tokio::test]
async fn a_slug_that_is_in_use_is_a_conflict() {
    let scene = Scene::new().await;
    let body = json!({ "slug": "acme", "company_name": "Acme" });
    scene.create(&body).await;

    let again = scene.create(&body).await;

    assert_eq!(again.status, StatusCode::CONFLICT);
    assert_eq!(faulty_fields(&again), ["slug"]);
    assert_eq!(scene.stage.database.count("tenants").await, 1);
}

#[tokio::test]
async fn all_that_is_wrong_with_a_tenant_is_told_at_once_and_nothing_is_written() {
    let scene = Scene::new().await;

    let created = scene
        .create(&json!({ "slug": "Acme!", "timezone": "Mars/Olympus", "forward_number": "123", "greeting": "Hi", "is_active": false }))
        .await;

    assert_eq!(created.status, StatusCode::BAD_REQUEST);
    assert_eq!(
        faulty_fields(&created),
        ["slug", "company_name", "timezone", "forward_number", "greeting", "is_active"]
    );
    assert_eq!(scene.stage.database.count("tenants").await, 0);
    scene.create(&json!({ "slug": "acme", "company_name": "Acme" })).await;
    let changed =
        scene.change("acme", &json!({ "slug": "other", "company_name": null, "is_active": "no" })).await;
    assert_eq!(faulty_fields(&changed), ["company_name", "is_active", "slug"]);
}

#[tokio::test]
async fn a_tenant_that_is_not_there_is_not_found() {
    let scene = Scene::new().await;

    for slug in ["nobody", "No-Slug", "%00", "a%20b"] {
        let path = format!("/api/v1/tenants/{slug}");
        let shown = scene.operator.get(&scene.app, &path).await;
        let changed = scene.operator.patch(&scene.app, &path, &json!({ "company_name": "X" })).await;
        assert_eq!((shown.status, changed.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND), "{slug}");
    }
}

#[tokio::test]
async fn what_spans_tenants_is_for_operators_alone() {
    let scene = Scene::new().await;
    let acme = scene.stage.firm("acme", "+12145550100").await;
    let tenant = scene.stage.client_of(&acme).await;
    let stranger = ApiClient::with_key("sbo_000000000000_AAAA");
    let before = scene.stage.database.contents().await;

    for path in ["/api/v1/tenants", "/api/v1/tenants/acme", "/api/v1/numbers", "/api/v1/accounts"] {
        let refused = tenant.get(&scene.app, path).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(refused.problem()["type"], "urn:switchboard:problem:forbidden");
        assert_eq!(stranger.get(&scene.app, path).await.status, StatusCode::UNAUTHORIZED, "{path}");
    }
    let changed = tenant.patch(&scene.app, "/api/v1/tenants/acme", &json!({ "company_name": "Mine" })).await;
    assert_eq!(changed.status, StatusCode::FORBIDDEN);
    scene.app.settle().await;
    scene.stage.database.run("UPDATE switchboard.api_keys SET last_used_at = NULL").await;
    assert_eq!(scene.stage.database.contents().await, before);
}

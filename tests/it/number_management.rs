//! Numbers are given, labelled, moved and taken over the API; calls follow at once.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::support::{Call, Firm, Line, Stage, TestApp, TwoFirms, Wire};

const NUMBERS: &str = "/api/v1/numbers";

impl TwoFirms {
    /// Which firm's greeting a caller of this number hears.
    async fn answers(&self, number: &str, call: u32) -> Option<&str> {
        let answer = self.app.post(&self.stage.agency.voice(&Call::to(number, call))).await;
        let greets = |firm: &&Firm| answer.twiml().contains(&format!("Thank you for calling {}.", firm.slug));
        [&self.acme, &self.clinic].into_iter().find(greets).map(|firm| firm.slug.as_str())
    }

    async fn listed(&self, query: &str) -> Vec<(Value, Value, Value)> {
        let page = self.operator.get(&self.app, &format!("{NUMBERS}{query}")).await.json();
        let row = |n: &Value| (n["phone_number"].clone(), n["tenant"].clone(), n["is_primary"].clone());
        page["data"].as_array().unwrap().iter().map(row).collect()
    }
}

fn row(number: &str, tenant: &str, is_primary: impl Into<Value>) -> (Value, Value, Value) {
    (json!(number), json!(tenant), is_primary.into())
}

#[tokio::test]
async fn a_number_is_given_in_any_form_and_its_calls_are_answered() {
    let scene = TwoFirms::new().await;
    let body = json!({ "tenant": "acme", "phone_number": "(214) 555-0300", "label": "ad line" });

    let made = scene.operator.post(&scene.app, NUMBERS, &body).await;

    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    let expected = json!({
        "phone_number": "+12145550300", "tenant": "acme", "label": "ad line", "is_primary": false,
        "created_at": "2026-03-03T17:02:11Z",
    });
    assert_eq!(made.json(), expected);
    assert_eq!(scene.answers("+12145550300", 1).await, Some("acme"));
    assert_eq!(scene.operator.get(&scene.app, &format!("{NUMBERS}/+12145550300")).await.json(), expected);
}

#[tokio::test]
async fn a_number_of_somebody_is_a_conflict_whoever_it_is() {
    let scene = TwoFirms::new().await;

    for tenant in ["acme", "clinic"] {
        let body = json!({ "tenant": tenant, "phone_number": "+12145550100" });
        let answer = scene.operator.post(&scene.app, NUMBERS, &body).await;
        assert_eq!(answer.status, StatusCode::CONFLICT, "{tenant}");
        assert_eq!(answer.problem()["errors"][0]["field"], "phone_number");
    }
    assert_eq!(scene.answers("+12145550100", 1).await, Some("acme"));
}

#[tokio::test]
async fn a_body_without_its_tenant_or_number_names_both() {
    let scene = TwoFirms::new().await;

    for (body, fields) in [
        (json!({}), vec!["phone_number", "tenant"]),
        (json!({ "tenant": "nobody", "phone_number": "12" }), vec!["tenant", "phone_number"]),
        (json!({ "tenant": null, "phone_number": "+12145550300", "labels": "x" }), vec!["tenant", "labels"]),
    ] {
        let answer = scene.operator.post(&scene.app, NUMBERS, &body).await;
        let problem = answer.problem();
        let named: Vec<_> =
            problem["errors"].as_array().unwrap().iter().map(|e| e["field"].clone()).collect();
        assert_eq!(
            (answer.status, named),
            (StatusCode::BAD_REQUEST, fields.into_iter().map(Value::from).collect())
        );
    }
}

#[tokio::test]
async fn a_moved_number_is_answered_by_its_new_tenant_and_its_old_calls_stay() {
    let scene = TwoFirms::new().await;
    scene.answers(&scene.acme.number, 1).await;
    let path = format!("{NUMBERS}/{}", scene.acme.number);

    let moved =
        scene.operator.patch(&scene.app, &path, &json!({ "tenant": "clinic", "label": "from acme" })).await;

    assert_eq!((moved.status, &moved.json()["label"]), (StatusCode::OK, &json!("from acme")), "{moved:?}");
    assert_eq!(scene.answers(&scene.acme.number, 2).await, Some("clinic"));
    let owners = scene.stage.database.rows("SELECT tenant_id FROM call_logs ORDER BY call_sid").await;
    assert_eq!(owners, [json!({ "tenant_id": scene.acme.id }), json!({ "tenant_id": scene.clinic.id })]);
    assert_eq!(
        scene.listed("").await,
        [row("+12145550100", "clinic", false), row("+12145550200", "clinic", true)]
    );
}

#[tokio::test]
async fn a_number_that_is_taken_away_leads_to_nobody_and_the_next_one_becomes_primary() {
    let scene = TwoFirms::new().await;
    scene.stage.number(&scene.acme, "+12145550101").await;
    let path = format!("{NUMBERS}/{}", scene.acme.number);

    let removed = scene.operator.delete(&scene.app, &path).await;

    assert_eq!(removed.status, StatusCode::NO_CONTENT, "{removed:?}");
    assert_eq!(scene.answers(&scene.acme.number, 1).await, None);
    assert_eq!(scene.listed("?tenant=acme").await, [row("+12145550101", "acme", true)]);
    for again in [
        scene.operator.delete(&scene.app, &path).await,
        scene.operator.get(&scene.app, &path).await,
        scene.operator.patch(&scene.app, &path, &json!({ "label": "x" })).await,
        scene.operator.get(&scene.app, &format!("{NUMBERS}?tenant=nobody")).await,
    ] {
        assert_eq!(again.status, StatusCode::NOT_FOUND, "{again:?}");
    }
}

#[tokio::test]
async fn without_the_database_a_moved_number_is_still_answered_by_its_new_tenant() {
    let wire = Wire::new().await;
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    stage.firm("clinic", "+12145550200").await;
    let operator = stage.operators_client().await;
    let app = TestApp::start(stage.parts_through(wire.to(&stage.database))).await;
    let path = format!("{NUMBERS}/{}", acme.number);
    operator.patch(&app, &path, &json!({ "tenant": "clinic" })).await;
    app.settle().await;

    wire.set(Line::Down).await;

    let answer = app.post(&stage.agency.voice(&Call::to(&acme.number, 1))).await;
    assert!(answer.twiml().contains("clinic"), "{}", answer.text());
}

#[tokio::test]
async fn numbers_are_listed_page_by_page() {
    let scene = TwoFirms::new().await;
    scene.stage.number(&scene.acme, "+12145550150").await;

    let first = scene.operator.get(&scene.app, &format!("{NUMBERS}?limit=2")).await.json();
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = scene.listed(&format!("?limit=2&cursor={cursor}")).await;

    assert_eq!(first["data"].as_array().unwrap().len(), 2);
    assert_eq!(rest, [row("+12145550200", "clinic", true)]);
}

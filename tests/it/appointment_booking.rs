//! Visits are booked, listed and cancelled over the API; a time that is taken is said to be.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::support::{Answer, ApiClient, Call, Firm, Stage, TestApp};

const APPOINTMENTS: &str = "/api/v1/appointments";

struct Scene {
    stage: Stage,
    acme: Firm,
    clinic: Firm,
    /// Of acme.
    client: ApiClient,
    app: TestApp,
}

impl Scene {
    async fn new() -> Self {
        let stage = Stage::new().await;
        let acme = stage.firm("acme", "+12145550100").await;
        let clinic = stage.firm("clinic", "+12145550200").await;
        let client = stage.client_of(&acme).await;
        let app = stage.open().await;
        Self { stage, acme, clinic, client, app }
    }

    async fn book(&self, visit: &Value) -> Answer {
        self.client.post(&self.app, APPOINTMENTS, visit).await
    }

    async fn names(&self, query: &str) -> Vec<String> {
        let page = self.client.get(&self.app, &format!("{APPOINTMENTS}{query}")).await.json();
        let name = |visit: &Value| visit["customer_name"].as_str().unwrap().to_owned();
        page["data"].as_array().unwrap().iter().map(name).collect()
    }

    async fn cancel(&self, id: &Value) -> Answer {
        let path = format!("{APPOINTMENTS}/{}/cancel", id.as_str().unwrap());
        self.client.post(&self.app, &path, &json!({})).await
    }
}

/// A visit on the day after, from one hour to another.
fn visit(name: &str, from: u32, to: u32) -> Value {
    json!({
        "customer_name": name,
        "starts_at": format!("2026-03-04T{from:02}:00:00Z"),
        "ends_at": format!("2026-03-04T{to:02}:00:00Z"),
    })
}

fn with(mut visit: Value, field: &str, value: &str) -> Value {
    visit[field] = json!(value);
    visit
}

#[tokio::test]
async fn a_visit_is_booked_from_a_call_and_shown() {
    let scene = Scene::new().await;
    scene.app.post(&scene.stage.agency.voice(&Call::to(&scene.acme.number, 1))).await;
    let calls = scene.client.get(&scene.app, "/api/v1/calls").await.json();
    let call = calls["data"][0]["id"].as_str().unwrap();
    let mut wanted = with(visit("Ada", 9, 10), "call_log_id", call);
    wanted["customer_phone"] = json!("(972) 555-0123");
    wanted["starts_at"] = json!("2026-03-04T10:00:00+01:00");

    let booked = scene.book(&wanted).await;

    assert_eq!(booked.status, StatusCode::CREATED, "{booked:?}");
    let id = booked.json()["id"].clone();
    let expected = json!({
        "id": id, "call_log_id": call, "customer_name": "Ada", "customer_phone": "+19725550123",
        "customer_email": null, "customer_address": null, "service_type": null, "problem_description": null,
        "resource": "default", "starts_at": "2026-03-04T09:00:00Z", "ends_at": "2026-03-04T10:00:00Z",
        "status": "pending", "created_at": "2026-03-03T17:02:11Z", "updated_at": "2026-03-03T17:02:11Z",
    });
    assert_eq!(booked.json(), expected);
    let shown = scene.client.get(&scene.app, &format!("{APPOINTMENTS}/{}", id.as_str().unwrap())).await;
    assert_eq!(shown.json(), expected);
}

#[tokio::test]
async fn a_time_that_is_taken_is_a_conflict_that_names_what_takes_it() {
    let scene = Scene::new().await;
    for (name, from, to) in [("Ada", 9, 10), ("Bea", 10, 11), ("Cleo", 14, 15)] {
        assert_eq!(scene.book(&visit(name, from, to)).await.status, StatusCode::CREATED, "{name}");
    }

    let refused = scene.book(&visit("Dora", 9, 12)).await;

    assert_eq!(refused.status, StatusCode::CONFLICT);
    let expected = json!([{
        "field": "starts_at",
        "detail": "The time is taken for default: 2026-03-04T09:00:00Z to 2026-03-04T10:00:00Z, \
                   2026-03-04T10:00:00Z to 2026-03-04T11:00:00Z.",
    }]);
    assert_eq!(refused.problem()["errors"], expected);
    assert!(!refused.text().contains("Ada"), "whose the time is, is nobody's business");
    assert_eq!(
        scene.book(&with(visit("Dora", 9, 12), "resource", "van 2")).await.status,
        StatusCode::CREATED
    );
}

#[tokio::test]
async fn of_many_who_want_the_same_time_at_once_one_gets_it() {
    let scene = Scene::new().await;
    let wanted = visit("Ada", 9, 10);

    let (a, b, c) = tokio::join!(scene.book(&wanted), scene.book(&wanted), scene.book(&wanted));

    let mut told = [a.status, b.status, c.status];
    told.sort();
    assert_eq!(told, [StatusCode::CREATED, StatusCode::CONFLICT, StatusCode::CONFLICT]);
    assert_eq!(scene.stage.database.count("appointments").await, 1);
}

#[tokio::test]
async fn a_cancelled_visit_frees_its_time() {
    let scene = Scene::new().await;
    let id = scene.book(&visit("Ada", 9, 10)).await.json()["id"].clone();

    let (first, again) = (scene.cancel(&id).await, scene.cancel(&id).await);

    assert_eq!((first.status, &first.json()["status"]), (StatusCode::OK, &json!("cancelled")), "{first:?}");
    assert_eq!(again.json(), first.json());
    assert_eq!(scene.book(&visit("Bea", 9, 10)).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_visit_that_is_over_can_not_be_cancelled() {
    let scene = Scene::new().await;
    let id = scene.book(&visit("Ada", 9, 10)).await.json()["id"].clone();

    for status in ["completed", "no_show"] {
        scene.stage.database.run(&format!("UPDATE appointments SET status = '{status}'")).await;
        let refused = scene.cancel(&id).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{status}");
        assert!(refused.text().contains(status), "{}", refused.text());
    }
}

#[tokio::test]
async fn visits_are_listed_by_their_beginning_within_what_is_asked() {
    let scene = Scene::new().await;
    for (name, from, to) in [("Cleo", 14, 15), ("Ada", 9, 10), ("Bea", 10, 11)] {
        scene.book(&visit(name, from, to)).await;
    }
    let dora = scene.book(&visit("Dora", 16, 17)).await.json()["id"].clone();
    scene.cancel(&dora).await;

    assert_eq!(scene.names("").await, ["Ada", "Bea", "Cleo", "Dora"]);
    assert_eq!(scene.names("?status=pending").await, ["Ada", "Bea", "Cleo"]);
    assert_eq!(scene.names("?since=2026-03-04T10:00:00Z&until=2026-03-04T16:00:00Z").await, ["Bea", "Cleo"]);
    let first = scene.client.get(&scene.app, &format!("{APPOINTMENTS}?limit=3")).await.json();
    let cursor = first["next_cursor"].as_str().unwrap();
    assert_eq!(scene.names(&format!("?limit=3&cursor={cursor}")).await, ["Dora"]);
    let unknown = scene.client.get(&scene.app, &format!("{APPOINTMENTS}?status=done&sicne=x")).await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_tenant_sees_and_touches_no_visit_of_another() {
    let scene = Scene::new().await;
    scene.app.post(&scene.stage.agency.voice(&Call::to(&scene.clinic.number, 1))).await;
    let clinics = scene.stage.client_of(&scene.clinic).await;
    let clinics_call = clinics.get(&scene.app, "/api/v1/calls").await.json()["data"][0]["id"].clone();
    let id = clinics.post(&scene.app, APPOINTMENTS, &visit("Ada", 9, 10)).await.json()["id"].clone();

    assert_eq!(scene.names("").await, Vec::<String>::new());
    let path = format!("{APPOINTMENTS}/{}", id.as_str().unwrap());
    assert_eq!(scene.client.get(&scene.app, &path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(scene.cancel(&id).await.status, StatusCode::NOT_FOUND);
    let foreign_call = with(visit("Bea", 9, 10), "call_log_id", clinics_call.as_str().unwrap());
    let refused = scene.book(&foreign_call).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert_eq!(refused.problem()["errors"][0]["field"], "call_log_id");
    assert_eq!(
        scene.book(&visit("Bea", 9, 10)).await.status,
        StatusCode::CREATED,
        "another tenant's time is free"
    );
}

#[tokio::test]
async fn an_operator_books_for_the_tenant_that_is_named() {
    let scene = Scene::new().await;
    let operator = scene.stage.operators_client().await;

    let booked =
        operator.post(&scene.app, &format!("{APPOINTMENTS}?tenant=acme"), &visit("Ada", 9, 10)).await;
    let unnamed = operator.post(&scene.app, APPOINTMENTS, &visit("Bea", 10, 11)).await;

    assert_eq!((booked.status, unnamed.status), (StatusCode::CREATED, StatusCode::BAD_REQUEST));
    assert_eq!(scene.names("").await, ["Ada"]);
}

#[tokio::test]
async fn all_that_is_wrong_with_a_visit_is_told_at_once() {
    let scene = Scene::new().await;
    let wrong = json!({
        "customer_phone": "12", "customer_email": "ada", "starts_at": "tomorrow", "ends_at": "2026-03-04T09:00:00Z",
        "status": "completed", "call_log_id": "CA1", "price": 3,
    });

    let refused = scene.book(&wrong).await;
    let backwards = scene.book(&visit("Ada", 10, 10)).await;

    let fields = |answer: &Answer| -> Vec<Value> {
        answer.problem()["errors"].as_array().unwrap().iter().map(|error| error["field"].clone()).collect()
    };
    let expected =
        ["customer_name", "customer_phone", "customer_email", "starts_at", "status", "call_log_id", "price"];
    assert_eq!(
        (refused.status, fields(&refused)),
        (StatusCode::BAD_REQUEST, expected.map(Value::from).to_vec())
    );
    assert_eq!((backwards.status, fields(&backwards)), (StatusCode::BAD_REQUEST, vec![json!("ends_at")]));
}

//! A program that got no answer asks again with the same `Idempotency-Key`: it is done once, and told the same.

use axum::http::{Method, StatusCode, header};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Answer, ApiClient, Call, Twilio, TwoFirms};

const TENANTS: &str = "/api/v1/tenants";
const APPOINTMENTS: &str = "/api/v1/appointments";

impl TwoFirms {
    async fn send(&self, client: &ApiClient, path: &str, keys: &[&str], body: &Value) -> Answer {
        let mut request = client.request(Method::POST, path).header(header::CONTENT_TYPE, "application/json");
        for key in keys {
            request = request.header("Idempotency-Key", *key);
        }
        self.app.send(request.body(body.to_string().into()).unwrap()).await
    }

    async fn create(&self, key: &str, body: &Value) -> Answer {
        self.send(&self.operator, TENANTS, &[key], body).await
    }
}

fn tenant(slug: &str) -> Value {
    json!({ "slug": slug, "company_name": slug })
}

fn visit(hour: u32) -> Value {
    json!({
        "customer_name": "Ada",
        "starts_at": format!("2026-03-04T{hour:02}:00:00Z"),
        "ends_at": format!("2026-03-04T{:02}:00:00Z", hour + 1),
    })
}

#[track_caller]
fn assert_same(first: &Answer, second: &Answer) {
    assert!(first.status.is_success(), "{first:?}");
    assert_eq!((first.status, &first.body), (second.status, &second.body));
    assert_eq!(first.header("content-type"), second.header("content-type"));
}

#[tokio::test]
async fn every_post_is_done_once_and_answered_the_same_way() {
    let scene = TwoFirms::new().await;
    scene.app.post(&scene.stage.agency.voice(&Call::to("+12145550777", 1))).await;
    let unrouted = scene.operator.get(&scene.app, "/api/v1/unrouted-calls").await.json();
    let adopt = format!("/api/v1/unrouted-calls/{}/adopt", unrouted["data"][0]["id"].as_str().unwrap());
    let client = scene.stage.client_of(&scene.acme).await;
    let booked = client.post(&scene.app, APPOINTMENTS, &visit(9)).await.json();
    let cancel = format!("{APPOINTMENTS}/{}/cancel", booked["id"].as_str().unwrap());
    let account = Twilio::account(2);
    let posts = [
        (&scene.operator, TENANTS, tenant("birch")),
        (&scene.operator, "/api/v1/numbers", json!({ "tenant": "acme", "phone_number": "+12145550300" })),
        (
            &scene.operator,
            "/api/v1/accounts",
            json!({ "account_sid": account.sid(), "auth_token": account.token().reveal() }),
        ),
        (&scene.operator, adopt.as_str(), json!({ "tenant": "acme" })),
        (&client, APPOINTMENTS, visit(12)),
        (&client, cancel.as_str(), json!({})),
    ];

    for (client, path, body) in posts {
        let first = scene.send(client, path, &[path], &body).await;
        scene.app.settle().await;
        let after_the_first = scene.stage.database.contents().await;
        scene.stage.clock.move_to(scene.stage.now() + TimeDelta::seconds(1));
        let second = scene.send(client, path, &[path], &body).await;

        assert_same(&first, &second);
        assert_eq!(scene.stage.database.contents().await, after_the_first, "{path}");
    }
}

#[tokio::test]
async fn of_many_at_once_one_is_done_and_all_are_answered_the_same_way() {
    let scene = TwoFirms::new().await;
    let client = scene.stage.client_of(&scene.acme).await;
    let (birch, visit) = (tenant("birch"), visit(9));
    let create = || scene.create("k", &birch);
    let book = || scene.send(&client, APPOINTMENTS, &["k"], &visit);

    let tenants = tokio::join!(create(), create(), create());
    let visits = tokio::join!(book(), book(), book());

    for (first, second, third) in [tenants, visits] {
        assert_same(&first, &second);
        assert_same(&first, &third);
    }
    assert_eq!(scene.stage.database.count("tenants WHERE slug = 'birch'").await, 1);
    assert_eq!(scene.stage.database.count("appointments").await, 1);
}

#[tokio::test]
async fn the_same_key_for_another_request_is_refused() {
    let scene = TwoFirms::new().await;
    let client = scene.stage.client_of(&scene.acme).await;
    scene.create("k", &tenant("birch")).await;
    scene.send(&client, APPOINTMENTS, &["k"], &visit(9)).await;

    let other_tenant = scene.create("k", &tenant("cedar")).await;
    let other_time = scene.send(&client, APPOINTMENTS, &["k"], &visit(12)).await;

    for refused in [other_tenant, other_time] {
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{refused:?}");
        assert_eq!(refused.problem()["type"], "urn:switchboard:problem:idempotency-key-reused");
    }
    assert_eq!(scene.stage.database.count("tenants").await, 3);
    assert_eq!(scene.stage.database.count("appointments").await, 1);
}

#[tokio::test]
async fn two_who_choose_the_same_key_do_not_meet() {
    let scene = TwoFirms::new().await;
    let (acme, clinic) =
        (scene.stage.client_of(&scene.acme).await, scene.stage.client_of(&scene.clinic).await);

    let booked = [
        scene.send(&acme, APPOINTMENTS, &["k"], &visit(9)).await,
        scene.send(&clinic, APPOINTMENTS, &["k"], &visit(9)).await,
        scene.create("k", &tenant("birch")).await,
    ];

    assert!(booked.iter().all(|answer| answer.status == StatusCode::CREATED), "{booked:?}");
    assert_ne!(booked[0].body, booked[1].body);
}

#[tokio::test]
async fn a_refusal_is_not_kept() {
    let scene = TwoFirms::new().await;
    let client = scene.stage.client_of(&scene.acme).await;
    let taken = client.post(&scene.app, APPOINTMENTS, &visit(9)).await.json();
    assert_eq!(scene.send(&client, APPOINTMENTS, &["k"], &visit(9)).await.status, StatusCode::CONFLICT);
    client
        .post(&scene.app, &format!("{APPOINTMENTS}/{}/cancel", taken["id"].as_str().unwrap()), &json!({}))
        .await;

    let again = scene.send(&client, APPOINTMENTS, &["k"], &visit(9)).await;

    assert_eq!(again.status, StatusCode::CREATED, "{again:?}");
}

#[tokio::test]
async fn a_key_is_forgotten_after_a_day() {
    let scene = TwoFirms::new().await;
    let client = scene.stage.client_of(&scene.acme).await;
    scene.create("k", &tenant("birch")).await;
    scene.send(&client, APPOINTMENTS, &["k"], &visit(9)).await;

    scene.stage.clock.move_to(scene.stage.now() + TimeDelta::hours(24) - TimeDelta::seconds(1));
    assert_eq!(scene.create("k", &tenant("birch")).await.status, StatusCode::CREATED);
    assert_eq!(scene.send(&client, APPOINTMENTS, &["k"], &visit(9)).await.status, StatusCode::CREATED);
    scene.stage.clock.move_to(scene.stage.now() + TimeDelta::seconds(1));
    assert_eq!(scene.create("k", &tenant("birch")).await.status, StatusCode::CONFLICT);
    assert_eq!(scene.send(&client, APPOINTMENTS, &["k"], &visit(9)).await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn what_is_no_key_is_refused_and_not_ignored() {
    let scene = TwoFirms::new().await;
    let long = "k".repeat(256);

    for keys in [&[""][..], &["k", "k"], &[long.as_str()], &["schlüssel"], &["a\tb"]] {
        let refused = scene.send(&scene.operator, TENANTS, keys, &tenant("birch")).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{keys:?}");
    }
    let longest = scene.create(&"k".repeat(255), &tenant("birch")).await;
    assert_eq!(longest.status, StatusCode::CREATED);
}

//! What a body must be, before anybody looks at its fields.

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use serde_json::Value;

use crate::support::{Answer, ApiClient, Stage, TestApp};

async fn send(app: &TestApp, client: &ApiClient, content_type: &str, body: impl Into<Body>) -> Answer {
    let request = client.request(Method::POST, "/api/v1/tenants").header(header::CONTENT_TYPE, content_type);
    app.send(request.body(body.into()).unwrap()).await
}

fn told(answer: &Answer) -> (StatusCode, Value) {
    (answer.status, answer.problem()["type"].clone())
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_a_problem_of_its_own() {
    let stage = Stage::new().await;
    let operator = stage.operators_client().await;
    let app = stage.open().await;
    let json = "application/json; charset=utf-8";
    let invalid = (StatusCode::BAD_REQUEST, Value::from("urn:switchboard:problem:invalid-body"));
    let unsupported =
        (StatusCode::UNSUPPORTED_MEDIA_TYPE, Value::from("urn:switchboard:problem:unsupported-media-type"));

    for body in ["", "{", "[]", "null", "\"slug\"", "{\"slug\": \"a\"} x", "\u{feff}{}"] {
        assert_eq!(told(&send(&app, &operator, json, body).await), invalid, "{body}");
    }
    assert_eq!(told(&send(&app, &operator, json, vec![b'"', 0xff]).await), invalid);
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp"] {
        assert_eq!(told(&send(&app, &operator, content_type, "{}").await), unsupported, "{content_type}");
    }
    assert_eq!(stage.database.count("tenants").await, 0);
}

#[tokio::test]
async fn a_body_may_have_256_kib_and_not_a_byte_more() {
    let stage = Stage::new().await;
    let operator = stage.operators_client().await;
    let app = stage.open().await;
    let of = |bytes: usize| format!("{{\"x\": \"{}\"}}", "a".repeat(bytes - 9));

    let largest = send(&app, &operator, "application/json", of(256 * 1024)).await;
    let larger = send(&app, &operator, "application/json", of(256 * 1024 + 1)).await;

    assert_eq!(largest.status, StatusCode::BAD_REQUEST);
    assert_eq!(
        told(&larger),
        (StatusCode::PAYLOAD_TOO_LARGE, Value::from("urn:switchboard:problem:too-large"))
    );
}

#[tokio::test]
async fn nobody_without_a_key_learns_what_a_body_must_be() {
    let stage = Stage::new().await;
    let app = stage.open().await;

    let answer = send(&app, &ApiClient::with_key("x"), "text/plain", "x").await;

    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

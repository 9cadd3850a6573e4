//! Who may read what over the API, and what everybody else is told.

use axum::http::StatusCode;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Answer, ApiClient, Call, Firm, Stage, TestApp};

/// Two firms with a call each: the first firm's call has the number 1, the second's 2.
struct Scene {
    stage: Stage,
    acme: Firm,
    clinic: Firm,
    app: TestApp,
}

impl Scene {
    async fn new() -> Self {
        let stage = Stage::new().await;
        let acme = stage.firm("acme", "+12145550100").await;
        let clinic = stage.firm("clinic", "+12145550200").await;
        let app = stage.open().await;
        for (number, firm) in (1..).zip([&acme, &clinic]) {
            app.post(&stage.agency.voice(&Call::to(&firm.number, number))).await.twiml();
        }
        Self { stage, acme, clinic, app }
    }
}

fn call_path(number: u32) -> String {
    format!("/api/v1/calls/{}", Call::to("", number).sid)
}

/// The tenants' call SIDs on a page.
fn sids(page: &Answer) -> Vec<String> {
    assert_eq!(page.status, 200, "{page:?}");
    let data = page.json()["data"].as_array().unwrap().clone();
    data.iter().map(|call| call["call_sid"].as_str().unwrap().to_owned()).collect()
}

/// A problem without the one thing in which two of a kind differ.
fn problem(answer: &Answer) -> (StatusCode, Value) {
    let mut problem = answer.problem();
    assert!(problem["request_id"].take().is_string());
    (answer.status, problem)
}

fn readable(problem: &Value) -> String {
    serde_json::to_string_pretty(problem).unwrap()
}

#[tokio::test]
async fn a_tenants_key_reads_that_tenants_calls_alone() {
    let scene = Scene::new().await;

    for (number, firm) in (1..).zip([&scene.acme, &scene.clinic]) {
        let client = scene.stage.client_of(firm).await;
        let own = Call::to("", number).sid;
        assert_eq!(sids(&client.get(&scene.app, "/api/v1/calls").await), [own]);
        // Naming a tenant makes nobody its operator.
        let named = client.get(&scene.app, "/api/v1/calls?tenant=acme").await;
        assert_eq!(problem(&named).0, StatusCode::BAD_REQUEST);
        assert_eq!(client.get(&scene.app, &call_path(number)).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_foreign_call_looks_like_one_that_does_not_exist() {
    let scene = Scene::new().await;
    let client = scene.stage.client_of(&scene.acme).await;

    let foreign = client.get(&scene.app, &call_path(2)).await;
    let missing = client.get(&scene.app, &call_path(3)).await;
    let malformed = client.get(&scene.app, "/api/v1/calls/1").await;

    assert_eq!(problem(&foreign).0, StatusCode::NOT_FOUND);
    assert_eq!(problem(&foreign), problem(&missing));
    assert_eq!(problem(&foreign), problem(&malformed));
    assert_eq!(foreign.body.len(), missing.body.len());
    insta::assert_snapshot!(readable(&problem(&foreign).1), @r#"
    {
      "type": "urn:switchboard:problem:not-found",
      "title": "Not found",
      "status": 404,
      "detail": "There is nothing here that you may see.",
      "request_id": null
    }
    "#);
}

#[tokio::test]
async fn an_operators_key_reads_the_calls_of_the_tenant_that_it_names() {
    let scene = Scene::new().await;
    let operator = scene.stage.operators_client().await;

    for (number, slug) in (1..).zip(["acme", "clinic"]) {
        let list = operator.get(&scene.app, &format!("/api/v1/calls?tenant={slug}")).await;
        assert_eq!(sids(&list), [Call::to("", number).sid]);
        let own = operator.get(&scene.app, &format!("{}?tenant={slug}", call_path(number))).await;
        assert_eq!(own.status, StatusCode::OK);
        let foreign = operator.get(&scene.app, &format!("{}?tenant={slug}", call_path(3 - number))).await;
        assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    }
    let nobodys = operator.get(&scene.app, "/api/v1/calls?tenant=nobody").await;
    assert_eq!(nobodys.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_operator_who_names_no_tenant_is_asked_for_one() {
    let scene = Scene::new().await;
    let operator = scene.stage.operators_client().await;

    let answer = operator.get(&scene.app, "/api/v1/calls").await;

    let (status, problem) = problem(&answer);
    assert_eq!(status, StatusCode::BAD_REQUEST);
    insta::assert_snapshot!(readable(&problem), @r#"
    {
      "type": "urn:switchboard:problem:invalid-parameters",
      "title": "Invalid parameters",
      "status": 400,
      "detail": "Some parameters can't be understood. Nothing was done.",
      "errors": [
        {
          "field": "tenant",
          "detail": "An operator key needs ?tenant=SLUG to say whose data is meant."
        }
      ],
      "request_id": null
    }
    "#);
}

#[tokio::test]
async fn whoever_shows_no_good_key_is_told_nothing_else() {
    let scene = Scene::new().await;
    let key = scene.stage.new_key_of(&scene.acme).await;
    let cut_short = key.split_at(key.len() - 1).0;
    let (prefix, _) = key.rsplit_once('_').unwrap();
    let headers = [
        String::new(),
        "Bearer".into(),
        "Bearer ".into(),
        format!("Basic {key}"),
        key.clone(),
        format!("Bearer {cut_short}"),
        format!("Bearer {key}x"),
        format!("Bearer {}", key.to_uppercase()),
        format!("Bearer {prefix}_"),
        format!("Bearer {prefix}"),
        "Bearer sbt_000000000000_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".into(),
        "Bearer sbt__".into(),
        "Bearer ' OR true --".into(),
    ];

    let without = scene.app.get("/api/v1/calls").await;
    for header in headers {
        let answer = ApiClient::with_authorization(&header).get(&scene.app, "/api/v1/calls").await;
        assert_eq!(problem(&answer), problem(&without), "{header}");
    }

    assert_eq!(without.status, StatusCode::UNAUTHORIZED);
    assert_eq!(without.header("www-authenticate"), "Bearer");
    insta::assert_snapshot!(readable(&problem(&without).1), @r#"
    {
      "type": "urn:switchboard:problem:unauthorized",
      "title": "Unauthorized",
      "status": 401,
      "detail": "Send a valid key as `Authorization: Bearer KEY`. `switchboard key create` makes one.",
      "request_id": null
    }
    "#);
    assert_eq!(sids(&ApiClient::with_key(&key).get(&scene.app, "/api/v1/calls").await).len(), 1);
}

#[tokio::test]
async fn a_key_stops_working_when_it_expires_is_revoked_or_its_tenant_is_switched_off() {
    let endings = [
        "UPDATE switchboard.api_keys SET expires_at = '2026-03-03T17:02:11Z'",
        "UPDATE switchboard.api_keys SET revoked_at = '2026-03-03T17:02:11Z'",
        "UPDATE tenants SET is_active = false",
    ];
    for ending in endings {
        let scene = Scene::new().await;
        let client = scene.stage.client_of(&scene.acme).await;
        assert_eq!(client.get(&scene.app, "/api/v1/calls").await.status, StatusCode::OK);

        scene.stage.database.run(ending).await;

        assert_eq!(
            client.get(&scene.app, "/api/v1/calls").await.status,
            StatusCode::UNAUTHORIZED,
            "{ending}"
        );
    }
}

#[tokio::test]
async fn a_keys_last_use_is_noted_once_a_minute() {
    let scene = Scene::new().await;
    let client = scene.stage.client_of(&scene.acme).await;
    let last_used = || async {
        scene.app.settle().await;
        scene.stage.database.row("SELECT last_used_at FROM switchboard.api_keys").await["last_used_at"]
            .clone()
    };
    assert_eq!(last_used().await, json!(null));

    client.get(&scene.app, "/api/v1/calls").await;
    assert_eq!(last_used().await, "2026-03-03T17:02:11+00:00");
    scene.stage.clock.move_to(scene.stage.now() + TimeDelta::seconds(59));
    client.get(&scene.app, "/api/v1/calls").await;
    assert_eq!(last_used().await, "2026-03-03T17:02:11+00:00");
    scene.stage.clock.move_to(scene.stage.now() + TimeDelta::seconds(1));
    client.get(&scene.app, "/api/v1/calls").await;
    assert_eq!(last_used().await, "2026-03-03T17:03:11+00:00");
}

#[tokio::test]
async fn all_mistakes_are_named_at_once() {
    let scene = Scene::new().await;
    let client = scene.stage.client_of(&scene.acme).await;

    let answer = client
        .get(
            &scene.app,
            "/api/v1/calls?status=done&since=yesterday&until=2026-13-01T00:00:00Z&limit=201&cursor=abc",
        )
        .await;

    let (status, problem) = problem(&answer);
    assert_eq!(status, StatusCode::BAD_REQUEST);
    insta::assert_snapshot!(readable(&problem), @r#"
    {
      "type": "urn:switchboard:problem:invalid-parameters",
      "title": "Invalid parameters",
      "status": 400,
      "detail": "Some parameters can't be understood. Nothing was done.",
      "errors": [
        {
          "field": "status",
          "detail": "Must be one of: queued, initiated, ringing, in-progress, completed, busy, no-answer, failed, canceled."
        },
        {
          "field": "since",
          "detail": "Must be an RFC 3339 time such as 2026-11-25T14:00:00Z."
        },
        {
          "field": "until",
          "detail": "Must be an RFC 3339 time such as 2026-11-25T14:00:00Z."
        },
        {
          "field": "cursor",
          "detail": "this is no cursor of ours; take `next_cursor` of the page before, unchanged"
        },
        {
          "field": "limit",
          "detail": "Must be a whole number from 1 to 200."
        }
      ],
      "request_id": null
    }
    "#);
}

#[tokio::test]
async fn a_filter_that_nobody_knows_is_refused_and_not_ignored() {
    let scene = Scene::new().await;
    let client = scene.stage.client_of(&scene.acme).await;

    for query in [
        "stauts=completed",
        "status=busy&status=completed",
        "limit=0",
        "limit=-1",
        "limit=",
        "limit=ten",
        "cursor=",
    ] {
        let answer = client.get(&scene.app, &format!("/api/v1/calls?{query}")).await;
        assert_eq!(problem(&answer).0, StatusCode::BAD_REQUEST, "{query}");
    }
}

#[tokio::test]
async fn an_address_that_does_not_exist_is_a_problem_too() {
    let scene = Scene::new().await;
    let client = scene.stage.client_of(&scene.acme).await;

    let answer = client.get(&scene.app, "/api/v1/nothing").await;

    assert_eq!(problem(&answer).0, StatusCode::NOT_FOUND);
}

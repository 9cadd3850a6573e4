//! Twilio accounts are stored and their tokens replaced over the API; a token never comes out again.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::support::{Call, Firm, Stage, TestApp, Twilio, TwoFirms};

const ACCOUNTS: &str = "/api/v1/accounts";

impl TwoFirms {
    async fn rings(&self, account: &Twilio, firm: &Firm, call: u32) -> StatusCode {
        self.app.post(&account.voice(&Call::to(&firm.number, call))).await.status
    }

    async fn change(&self, account: &Twilio, body: &Value) -> StatusCode {
        self.operator.patch(&self.app, &format!("{ACCOUNTS}/{}", account.sid()), body).await.status
    }
}

fn body(account: &Twilio) -> Value {
    json!({ "account_sid": account.sid(), "auth_token": account.token().reveal() })
}

#[tokio::test]
async fn a_stored_account_calls_at_once_and_shows_no_token() {
    let scene = TwoFirms::new().await;
    let account = Twilio::account(2);
    let mut with_tenant = body(&account);
    with_tenant["tenant"] = json!("acme");

    let made = scene.operator.post(&scene.app, ACCOUNTS, &with_tenant).await;

    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    let expected = json!({
        "account_sid": account.sid(), "tenant": "acme", "has_secondary": false,
        "created_at": "2026-03-03T17:02:11Z", "updated_at": "2026-03-03T17:02:11Z",
    });
    assert_eq!(made.json(), expected);
    assert_eq!(scene.rings(&account, &scene.acme, 1).await, StatusCode::OK);
    let list = scene.operator.get(&scene.app, ACCOUNTS).await;
    assert_eq!(list.json(), json!({ "data": [expected], "next_cursor": null }));
    assert!(!list.text().contains(account.token().reveal()));
    let stored = format!("{:?}", scene.stage.database.contents().await);
    assert!(!stored.contains(account.token().reveal()), "a token lies in clear");
}

#[tokio::test]
async fn tokens_are_rotated_without_a_refused_call() {
    let scene = TwoFirms::new().await;
    let old = Twilio::account(2);
    let new = old.with_new_token();
    scene.operator.post(&scene.app, ACCOUNTS, &body(&old)).await;

    let second = json!({ "secondary_auth_token": new.token().reveal() });
    assert_eq!(scene.change(&old, &second).await, StatusCode::OK);
    assert_eq!(scene.rings(&old, &scene.acme, 1).await, StatusCode::OK);
    assert_eq!(scene.rings(&new, &scene.clinic, 2).await, StatusCode::OK);

    let promoted = json!({ "auth_token": new.token().reveal(), "secondary_auth_token": null });
    assert_eq!(scene.change(&old, &promoted).await, StatusCode::OK);
    assert_eq!(scene.rings(&new, &scene.acme, 3).await, StatusCode::OK);
    assert_eq!(scene.rings(&old, &scene.acme, 4).await, StatusCode::FORBIDDEN);
    let shown = scene.operator.get(&scene.app, &format!("{ACCOUNTS}/{}", old.sid())).await.json();
    assert_eq!((&shown["tenant"], &shown["has_secondary"]), (&json!(null), &json!(false)));
}

#[tokio::test]
async fn an_account_that_is_stored_is_a_conflict_and_keeps_its_token_and_tenant() {
    let scene = TwoFirms::new().await;
    let account = Twilio::account(2);
    scene.stage.store_account(&account, Some(&scene.acme)).await;

    let again = scene.operator.post(&scene.app, ACCOUNTS, &body(&account.with_new_token())).await;

    assert_eq!(again.status, StatusCode::CONFLICT);
    assert_eq!(again.problem()["errors"][0]["field"], "account_sid");
    assert_eq!(scene.rings(&account, &scene.acme, 1).await, StatusCode::OK);
    assert_eq!(scene.change(&account, &json!({ "tenant": "clinic" })).await, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn what_is_no_account_is_refused_without_repeating_it() {
    let scene = TwoFirms::new().await;
    let secret = Twilio::account(3).token().reveal().to_owned();

    let swapped = json!({ "account_sid": secret, "auth_token": " ", "tenant": "nobody" });
    let answer = scene.operator.post(&scene.app, ACCOUNTS, &swapped).await;

    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.problem()["errors"].as_array().unwrap().len(), 3, "{answer:?}");
    assert!(!answer.text().contains(&secret));
    let missing = scene.change(&Twilio::account(4), &json!({ "auth_token": secret })).await;
    assert_eq!(missing, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_server_without_a_key_stores_no_token() {
    let stage = Stage::new().await;
    let operator = stage.operators_client().await;
    let mut parts = stage.parts();
    parts.key_ring = None;
    let app = TestApp::start(parts).await;

    let answer = operator.post(&app, ACCOUNTS, &body(&Twilio::account(2))).await;

    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.text().contains("SWITCHBOARD_ENCRYPTION_KEYS"), "{}", answer.text());
    assert_eq!(stage.database.count("switchboard.twilio_accounts").await, 0);
}

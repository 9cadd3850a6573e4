//! Tokens come and go while the server runs: what signs, and what it costs to find out.

use axum::http::StatusCode;
use chrono::TimeDelta;
use switchboard::tenancy::directory::TokenSlot;

use crate::support::{Call, Firm, Stage, TestApp, Twilio, Wire};

/// The statement that reads accounts.
const LOOK_UP: &str = "find_twilio_accounts";

async fn status_of(app: &TestApp, account: &Twilio, firm: &Firm, call: u32) -> StatusCode {
    app.post(&account.voice(&Call::to(&firm.number, call))).await.status
}

#[tokio::test]
async fn both_tokens_of_an_account_sign_while_one_is_rotated() {
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let stored = Twilio::account(2);
    stage.store_account(&stored, Some(&acme)).await;
    stage.store_token(&stored.with_new_token(), Some(&acme), TokenSlot::Secondary).await;
    let mut parts = stage.parts();
    let agency = parts.environment_account.as_mut().unwrap();
    agency.tokens.push(stage.agency.with_new_token().token().clone());
    let app = TestApp::start(parts).await;

    for (call, account) in (1..).zip([&stored, &stage.agency]) {
        assert_eq!(status_of(&app, account, &acme, call).await, StatusCode::OK);
        assert_eq!(status_of(&app, &account.with_new_token(), &acme, call).await, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_token_changed_in_the_database_signs_after_five_seconds() {
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let old = Twilio::account(2);
    let new = old.with_new_token();
    stage.store_account(&old, Some(&acme)).await;
    let app = stage.open().await;

    stage.store_account(&new, Some(&acme)).await;

    assert_eq!(status_of(&app, &new, &acme, 1).await, StatusCode::FORBIDDEN);
    stage.clock.move_to(stage.now() + TimeDelta::milliseconds(4_999));
    assert_eq!(status_of(&app, &new, &acme, 1).await, StatusCode::FORBIDDEN);
    stage.clock.move_to(stage.now() + TimeDelta::milliseconds(1));
    assert_eq!(status_of(&app, &new, &acme, 1).await, StatusCode::OK);
    assert_eq!(status_of(&app, &old, &acme, 2).await, StatusCode::FORBIDDEN, "the old one is gone");
}

#[tokio::test]
async fn forgeries_of_a_known_account_cost_one_look_up_in_five_seconds() {
    let wire = Wire::new().await;
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let account = Twilio::account(2);
    stage.store_account(&account, Some(&acme)).await;
    let app = TestApp::start(stage.parts_through(wire.to(&stage.database))).await;
    let forger = account.with_new_token();
    assert_eq!(wire.take_executions_of(LOOK_UP), 1, "at start");

    for _ in 0..3 {
        stage.clock.move_to(stage.now() + TimeDelta::seconds(5));
        for call in 1..20 {
            assert_eq!(status_of(&app, &forger, &acme, call).await, StatusCode::FORBIDDEN);
        }
        assert_eq!(wire.take_executions_of(LOOK_UP), 1);
    }
    for call in 1..20 {
        assert_eq!(status_of(&app, &account, &acme, call).await, StatusCode::OK);
        assert_eq!(status_of(&app, &stage.agency.with_new_token(), &acme, call).await, StatusCode::FORBIDDEN);
    }
    assert_eq!(
        wire.take_executions_of(LOOK_UP),
        0,
        "neither what is genuine nor the account of the environment"
    );
}

#[tokio::test]
async fn all_unknown_accounts_together_cost_one_look_up_a_second_and_leave_nothing() {
    let wire = Wire::new().await;
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let app = TestApp::start(stage.parts_through(wire.to(&stage.database))).await;
    wire.take_messages();
    let known = app.known_accounts();

    for second in 0..3 {
        for stranger in 100..120 {
            let stranger = Twilio::account(second * 1_000 + stranger);
            assert_eq!(status_of(&app, &stranger, &acme, 1).await, StatusCode::FORBIDDEN);
        }
        assert_eq!(wire.take_executions_of(LOOK_UP), 1, "in second {second}");
        stage.clock.move_to(stage.now() + TimeDelta::seconds(1));
    }

    assert_eq!(app.known_accounts(), known);
}

#[tokio::test]
async fn an_account_stored_while_the_server_runs_signs_within_a_second() {
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let app = stage.open().await;
    let newcomer = Twilio::account(2);
    assert_eq!(status_of(&app, &newcomer, &acme, 1).await, StatusCode::FORBIDDEN);

    stage.store_account(&newcomer, Some(&acme)).await;

    assert_eq!(
        status_of(&app, &newcomer, &acme, 1).await,
        StatusCode::FORBIDDEN,
        "this second's look-up is spent"
    );
    stage.clock.move_to(stage.now() + TimeDelta::seconds(1));
    assert_eq!(status_of(&app, &newcomer, &acme, 1).await, StatusCode::OK);
}

#[tokio::test]
async fn an_account_that_was_taken_away_reaches_nobody_even_while_memory_knows_it() {
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let account = Twilio::account(2);
    stage.store_account(&account, Some(&acme)).await;
    let app = stage.open().await;

    stage.database.run("DELETE FROM switchboard.twilio_accounts").await;
    let answer = app.post(&account.voice(&Call::to(&acme.number, 1))).await;

    assert!(answer.twiml().contains("not in service"), "{}", answer.text());
    assert_eq!(stage.database.count("call_logs").await, 0);
    let reason = stage.database.row("SELECT reason FROM switchboard.unrouted_calls").await;
    assert_eq!(reason["reason"], "wrong_account");
}

#[tokio::test]
async fn tokens_are_not_stored_in_clear() {
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let account = Twilio::account(2);

    stage.store_account(&account, Some(&acme)).await;
    stage.store_token(&account.with_new_token(), Some(&acme), TokenSlot::Secondary).await;

    let stored = format!("{:?}", stage.database.contents().await);
    assert!(stored.contains(account.sid().as_str()));
    for token in [account.token(), account.with_new_token().token()] {
        assert!(!stored.contains(token.reveal()));
    }
}

//! A call that belongs to nobody: the caller hears something kind, and it waits in quarantine, under no tenant.

use serde_json::json;

use crate::support::{Call, Stage, TestDatabase, Twilio};

const APOLOGY: &str = "the number you have called is not in service";

/// The only call in quarantine, and how often something was heard of it. Nothing is under any tenant.
async fn quarantined(database: &TestDatabase) -> (serde_json::Value, i64) {
    assert_eq!(database.count("call_logs").await, 0);
    assert_eq!(database.count("switchboard.call_events").await, 0);
    let call = database
        .row("SELECT account_sid, call_sid, reason, called_number, from_number, adopted_by FROM switchboard.unrouted_calls")
        .await;
    (call, database.count("switchboard.unrouted_call_events").await)
}

#[tokio::test]
async fn a_call_to_a_number_of_nobody_is_in_quarantine_once_with_all_that_follows() {
    let stage = Stage::new().await;
    stage.firm("acme", "+12145550100").await;
    stage.firm("clinic", "+12145550200").await;
    let app = stage.open().await;
    let call = Call::to("+12145550777", 1);
    let (voice, completed) = (stage.agency.voice(&call), stage.agency.status(&call, "completed", 3));

    for webhook in [&voice, &voice, &voice] {
        let answer = app.post(webhook).await;
        assert!(answer.twiml().contains(APOLOGY), "{}", answer.text());
    }
    for webhook in [&completed, &completed, &stage.agency.status(&call, "ringing", 0)] {
        assert_eq!(app.post(webhook).await.status, 204);
    }

    app.finish().await;
    let expected = json!({
        "account_sid": stage.agency.sid(), "call_sid": call.sid, "reason": "unknown_number",
        "called_number": "+12145550777", "from_number": call.from, "adopted_by": null,
    });
    assert_eq!(quarantined(&stage.database).await, (expected, 3));
}

#[tokio::test]
async fn a_tenants_own_account_reaches_that_tenant_alone() {
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let clinic = stage.firm("clinic", "+12145550200").await;
    let clinics_account = Twilio::account(2);
    stage.store_account(&clinics_account, Some(&clinic)).await;
    let app = stage.open().await;

    let foreign = app.post(&clinics_account.voice(&Call::to(&acme.number, 1))).await;

    assert!(foreign.twiml().contains(APOLOGY), "{}", foreign.text());
    let (call, events) = quarantined(&stage.database).await;
    assert_eq!((call["reason"].as_str(), events), (Some("wrong_account"), 1));

    let own = app.post(&clinics_account.voice(&Call::to(&clinic.number, 2))).await;

    assert!(own.twiml().contains("Thank you for calling clinic."), "{}", own.text());
}

#[tokio::test]
async fn a_foreign_account_can_not_end_a_tenants_call() {
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let clinic = stage.firm("clinic", "+12145550200").await;
    let clinics_account = Twilio::account(2);
    stage.store_account(&clinics_account, Some(&clinic)).await;
    let app = stage.open().await;
    let call = Call::to(&acme.number, 1);
    app.post(&stage.agency.voice(&call)).await.twiml();
    app.settle().await;
    let before = stage.database.rows("SELECT * FROM call_logs").await;

    let answer = app.post(&clinics_account.dial_result(&acme, &call, "completed")).await;
    let status = app.post(&clinics_account.status(&call, "completed", 3)).await;

    assert!(!answer.twiml().contains("acme"), "{}", answer.text());
    assert_eq!(status.status, 204);
    app.finish().await;
    assert_eq!(stage.database.rows("SELECT * FROM call_logs").await, before);
    assert_eq!(stage.database.count("switchboard.unrouted_call_events").await, 2);
}

#[tokio::test]
async fn the_agencys_stored_account_reaches_every_tenant() {
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let clinic = stage.firm("clinic", "+12145550200").await;
    let second_account = Twilio::account(2);
    stage.store_account(&second_account, None).await;
    let app = stage.open().await;

    for (sid, firm) in (1..).zip([&acme, &clinic]) {
        let answer = app.post(&second_account.voice(&Call::to(&firm.number, sid))).await;
        assert!(answer.twiml().contains(&format!("Thank you for calling {}.", firm.slug)));
    }
}

#[tokio::test]
async fn a_call_to_an_inactive_tenant_is_in_quarantine() {
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    stage.database.run("UPDATE tenants SET is_active = false").await;
    let app = stage.open().await;

    let answer = app.post(&stage.agency.voice(&Call::to(&acme.number, 1))).await;

    assert!(answer.twiml().contains(APOLOGY), "{}", answer.text());
    let (call, events) = quarantined(&stage.database).await;
    assert_eq!((call["reason"].as_str(), events), (Some("inactive_tenant"), 1));
}

#[tokio::test]
async fn a_request_that_names_no_number_is_in_quarantine() {
    let stage = Stage::new().await;
    stage.firm("acme", "+12145550100").await;
    let app = stage.open().await;
    let webhook = stage.agency.voice(&Call::to("", 1)).without("To").without("Called");

    let answer = app.post(&webhook).await;

    assert!(answer.twiml().contains(APOLOGY), "{}", answer.text());
    let (call, _) = quarantined(&stage.database).await;
    assert_eq!((&call["reason"], &call["called_number"]), (&json!("unknown_number"), &json!(null)));
}

#[tokio::test]
async fn the_only_tenant_may_take_calls_to_unknown_numbers() {
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    stage.database.run("UPDATE tenants SET accepts_unknown_numbers = true").await;
    let app = stage.open().await;

    let answer = app.post(&stage.agency.voice(&Call::to("+12145550777", 1))).await;

    assert!(answer.twiml().contains("Thank you for calling acme."), "{}", answer.text());
    let row = stage.database.row("SELECT tenant_id, to_number FROM call_logs").await;
    assert_eq!(row, json!({ "tenant_id": acme.id, "to_number": "+12145550777" }));
}

#[tokio::test]
async fn with_a_second_tenant_unknown_numbers_belong_to_nobody_again() {
    let stage = Stage::new().await;
    stage.firm("acme", "+12145550100").await;
    stage.database.run("UPDATE tenants SET accepts_unknown_numbers = true").await;
    stage.firm("clinic", "+12145550200").await;
    let app = stage.open().await;

    let answer = app.post(&stage.agency.voice(&Call::to("+12145550777", 1))).await;

    assert!(answer.twiml().contains(APOLOGY), "{}", answer.text());
    let (call, _) = quarantined(&stage.database).await;
    assert_eq!(call["reason"], "unknown_number");
}

#[tokio::test]
async fn a_number_of_an_inactive_tenant_goes_to_nobody_else() {
    let stage = Stage::new().await;
    stage.firm("acme", "+12145550100").await;
    let clinic = stage.firm("clinic", "+12145550200").await;
    stage
        .database
        .run(
            "UPDATE tenants SET is_active = false WHERE slug = 'clinic';
             UPDATE tenants SET accepts_unknown_numbers = true WHERE slug = 'acme'",
        )
        .await;
    let app = stage.open().await;

    let answer = app.post(&stage.agency.voice(&Call::to(&clinic.number, 1))).await;

    assert!(answer.twiml().contains(APOLOGY), "{}", answer.text());
    let (call, _) = quarantined(&stage.database).await;
    assert_eq!(call["reason"], "inactive_tenant");
}

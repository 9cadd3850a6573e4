//! What an INSERT must name, and no more: older programs and scripts know a few columns only.

use serde_json::json;

use crate::isolation::sqlstate;
use crate::support::TestDatabase;

const ACME: &str = "INSERT INTO tenants (slug, company_name) VALUES ('acme', 'Acme')";
const CALL: &str = "INSERT INTO call_logs (tenant_id, call_sid) SELECT id, 'CA1' FROM tenants";
const VISIT: &str = "INSERT INTO appointments (tenant_id, customer_name, starts_at, ends_at)
                     SELECT id, 'Ada', '2026-03-03 09:00Z', '2026-03-03 10:00Z' FROM tenants";

#[tokio::test]
async fn a_tenant_needs_a_slug_and_a_name() {
    let database = TestDatabase::new().await;

    database.run(ACME).await;

    let tenant = database.row("SELECT * FROM tenants").await;
    assert_eq!(tenant["is_active"], true);
    assert_eq!(tenant["accepts_unknown_numbers"], false);
    assert_eq!(tenant["enable_recording"], false);
    assert_eq!(tenant["timezone"], "America/Chicago");
    assert_eq!(tenant["emergency_keywords"], json!([]));
}

#[tokio::test]
async fn a_call_needs_a_tenant_and_its_sid() {
    let database = TestDatabase::new().await;

    database.run(&format!("{ACME}; {CALL}")).await;

    let call = database.row("SELECT * FROM call_logs").await;
    assert_eq!(call["status"], "queued");
    assert_eq!(call["direction"], "inbound");
    assert_eq!(call["is_missed"], false);
}

#[tokio::test]
async fn a_visit_needs_a_tenant_a_customer_and_its_time() {
    let database = TestDatabase::new().await;

    database.run(&format!("{ACME}; {VISIT}")).await;

    let visit = database.row("SELECT * FROM appointments").await;
    assert_eq!(visit["status"], "pending");
    assert_eq!(visit["resource"], "default");
    assert_eq!(visit["overlap_waived"], false);
    assert_eq!(visit["call_log_id"], json!(null));
}

#[tokio::test]
async fn an_owner_has_as_many_tenants_as_he_likes_and_a_slug_is_taken_once() {
    let database = TestDatabase::new().await;
    database
        .run("INSERT INTO tenants (slug, company_name, owner_email) VALUES ('a', 'A', 'x@y.z'), ('b', 'B', 'x@y.z')")
        .await;

    let again = sqlx::raw_sql("INSERT INTO tenants (slug, company_name) VALUES ('a', 'Another')")
        .execute(&mut database.connect().await)
        .await
        .unwrap_err();

    assert_eq!(sqlstate(&again), "23505");
    assert_eq!(again.as_database_error().unwrap().constraint(), Some("tenants_slug_key"));
}

#[tokio::test]
async fn words_that_no_state_has_are_refused() {
    let database = TestDatabase::new().await;
    database.run(&format!("{ACME}; {CALL}; {VISIT}")).await;
    let mut connection = database.connect().await;

    for nonsense in [
        "UPDATE call_logs SET status = 'answered'",
        "UPDATE call_logs SET direction = 'sideways'",
        "UPDATE call_logs SET outcome = 'fine'",
        "UPDATE call_logs SET duration = -1",
        "UPDATE appointments SET status = 'canceled'",
        "UPDATE tenants SET monthly_call_limit = -1",
        "INSERT INTO switchboard.tenant_phone_numbers (phone_number, tenant_id) SELECT '214 555 0100', id FROM tenants",
    ] {
        let refused = sqlx::raw_sql(nonsense).execute(&mut connection).await.unwrap_err();

        assert_eq!(sqlstate(&refused), "23514", "{nonsense}");
    }
}

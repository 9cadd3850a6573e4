//! `switchboard hours explain` on a tenant's row.

use serde_json::Value;

use crate::support::{Said, Stage};

/// The command on the firm of this stage.
async fn explain(stage: &Stage, arguments: &[&str]) -> Said {
    stage.database.switchboard(&[&["hours", "explain", "--tenant", "acme"], arguments].concat(), &[]).await
}

async fn stage_with(business_hours: &str) -> Stage {
    let stage = Stage::new().await;
    stage.firm("acme", "+12145550100").await;
    stage.firm("other", "+12145550200").await;
    stage
        .database
        .run(&format!("UPDATE tenants SET business_hours = {business_hours} WHERE slug = 'acme'"))
        .await;
    stage
}

#[tokio::test]
async fn the_hours_in_the_tenants_row_are_told_in_its_local_time() {
    let week = r#"'{"week": {"saturday": [{"from": "22:00", "to": "06:00"}]}}'"#;
    let stage = stage_with(week).await;

    let output = explain(&stage, &["--at", "2026-11-01T01:30"]).await;

    let text = output.stdout;
    assert_eq!(output.exit, Some(0), "{text}");
    assert!(text.starts_with("Sun 1 Nov 2026 01:30 comes twice: the clocks are put back.\n"), "{text}");
    assert_eq!(text.matches("open until Sun 1 Nov 2026 06:00 CST\n").count(), 2, "{text}");
}

#[tokio::test]
async fn hours_of_an_older_program_are_read() {
    let stage =
        stage_with(r#"'{"mon": {"open": "8:00 AM", "close": "5:00 PM"}, "sun": {"open": "closed"}}'"#).await;

    let output = explain(&stage, &["--at", "2026-11-01T12:00", "--json"]).await;

    let rows: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(
        (&rows[0]["open"], &rows[0]["because"]),
        (&Value::Bool(false), &Value::from("Sunday has no hours"))
    );
    assert_eq!(rows[0]["until_local"], "2026-11-02T08:00:00-06:00");
}

#[tokio::test]
async fn without_hours_and_without_a_time_it_is_open_now() {
    let stage = stage_with("NULL").await;

    let output = explain(&stage, &[]).await;

    let text = output.stdout;
    assert!(text.ends_with("no hours are set, so it is always open\n"), "{text}");
}

#[tokio::test]
async fn hours_that_cannot_be_are_told_with_the_field_at_fault() {
    let stage = stage_with(r#"'{"mon": {"open": "25:00", "close": "17:00"}}'"#).await;

    let output = explain(&stage, &[]).await;

    let told = output.stderr;
    assert_eq!(output.exit, Some(1), "{told}");
    assert!(told.contains("the hours of acme can't be read: mon.open: `25:00` is no time of day"), "{told}");
}

#[tokio::test]
async fn a_tenant_that_is_not_there_is_a_failure() {
    let stage = Stage::new().await;

    let output = explain(&stage, &[]).await;

    let told = output.stderr;
    assert_eq!(output.exit, Some(1), "{told}");
    assert!(told.contains("there is no tenant acme"), "{told}");
}

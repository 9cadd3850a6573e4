//! A call is answered and logged.

use crate::support::{Call, Stage};

#[tokio::test]
async fn a_signed_call_is_greeted_forwarded_and_logged_under_its_tenant() {
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    let app = stage.open().await;
    let call = Call::to(&acme.number, 1);

    let answer = app.post(&stage.agency.voice(&call)).await;

    assert!(answer.twiml().contains("Thank you for calling acme."));
    app.finish().await;
    let row = stage.database.row("SELECT tenant_id, call_sid, status FROM call_logs").await;
    assert_eq!(row["tenant_id"], acme.id.to_string());
    assert_eq!(row["call_sid"], call.sid.as_str());
}

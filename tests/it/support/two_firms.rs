//! Where many stories begin: two firms with a number each, an operator, and a server.

use super::{ApiClient, Firm, Stage, TestApp};

/// Stories add what they do with it.
#[derive(Debug)]
pub(crate) struct TwoFirms {
    pub(crate) stage: Stage,
    pub(crate) acme: Firm,
    pub(crate) clinic: Firm,
    pub(crate) operator: ApiClient,
    pub(crate) app: TestApp,
}

impl TwoFirms {
    pub(crate) async fn new() -> Self {
        let stage = Stage::new().await;
        let acme = stage.firm("acme", "+12145550100").await;
        let clinic = stage.firm("clinic", "+12145550200").await;
        let operator = stage.operators_client().await;
        let app = stage.open().await;
        Self { stage, acme, clinic, operator, app }
    }
}

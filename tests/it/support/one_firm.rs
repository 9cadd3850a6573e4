//! Where stories of faults begin: a firm, a server, and the line between the server and its database.

use chrono::TimeDelta;
use switchboard::clock::Clock;

use super::{Call, Firm, Line, Stage, TestApp, Wire};

/// Stories add what they do with it.
#[derive(Debug)]
pub(crate) struct OneFirm {
    pub(crate) wire: Wire,
    pub(crate) stage: Stage,
    pub(crate) acme: Firm,
    pub(crate) app: TestApp,
}

impl OneFirm {
    /// A server that has started and heard nothing yet; its time stands still until a story moves it.
    pub(crate) async fn new() -> Self {
        let stage = Stage::new().await;
        let clock = stage.clock.clone();
        Self::at(stage, clock).await
    }

    /// The same at a time that passes.
    pub(crate) async fn while_time_passes() -> Self {
        Self::at(Stage::new().await, Clock::System).await
    }

    async fn at(stage: Stage, clock: Clock) -> Self {
        let wire = Wire::new().await;
        let acme = stage.firm("acme", "+12145550100").await;
        let mut parts = stage.parts_through(wire.to(&stage.database));
        parts.clock = clock;
        let app = TestApp::start(parts).await;
        Self { wire, stage, acme, app }
    }

    pub(crate) fn call(&self, number: u32) -> Call {
        Call::to(&self.acme.number, number)
    }

    /// The database can be reached again, and the breaker's pause is over.
    pub(crate) async fn outage_is_over(&self) {
        self.wire.set(Line::Open).await;
        self.a_second_passes();
    }

    pub(crate) fn a_second_passes(&self) {
        self.stage.clock.move_to(self.stage.now() + TimeDelta::seconds(1));
    }
}

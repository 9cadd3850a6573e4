//! Calls whose end Twilio never told are closed.

use chrono::TimeDelta;
use serde_json::{Value, json};
use switchboard::calls::sweep;

use crate::support::{Call, Mood, PlayedTwilio, Stage, TestApp};

const ROW: &str = "SELECT status, outcome, duration, ended_at FROM call_logs";

struct Scene {
    stage: Stage,
    twilio: PlayedTwilio,
    app: TestApp,
    call: Call,
}

impl Scene {
    /// A call that came in, and of which nothing was heard since.
    async fn new() -> Self {
        let mut stage = Stage::new().await;
        let twilio = PlayedTwilio::start(&stage.agency);
        stage.twilio_api = Some(twilio.url.clone());
        let acme = stage.firm("acme", "+12145550100").await;
        let app = stage.open().await;
        let call = Call::to(&acme.number, 1);
        app.post(&stage.agency.voice(&call)).await.twiml();
        app.settle().await;
        Self { stage, twilio, app, call }
    }

    async fn swept_after(&self, passed: TimeDelta) -> usize {
        self.stage.clock.move_to(self.stage.now() + passed);
        let doors = &self.app.doors();
        sweep::round(&doors.calls, &doors.twilio_api).await.unwrap()
    }

    fn twilio_says(&self, told: &Value) {
        self.twilio.keeps(&self.call.sid, told.to_string().as_bytes());
    }

    async fn row(&self) -> Value {
        self.stage.database.row(ROW).await
    }
}

#[tokio::test]
async fn a_call_without_an_end_gets_the_one_that_twilio_knows() {
    let scene = Scene::new().await;
    scene.twilio_says(
        &json!({ "status": "completed", "duration": "42", "end_time": "Tue, 03 Mar 2026 17:02:53 +0000" }),
    );

    let (early, late, again) = (
        scene.swept_after(TimeDelta::hours(3)).await,
        scene.swept_after(TimeDelta::hours(2)).await,
        scene.swept_after(TimeDelta::hours(2)).await,
    );

    assert_eq!((early, late, again), (0, 1, 0));
    let expected = json!({
        "status": "completed", "outcome": "missed", "duration": 42, "ended_at": "2026-03-03T17:02:53+00:00",
    });
    assert_eq!(scene.row().await, expected);
}

#[tokio::test]
async fn a_call_that_goes_on_is_left_alone() {
    let scene = Scene::new().await;
    scene.twilio_says(&json!({ "status": "in-progress", "duration": null, "end_time": null }));

    assert_eq!(scene.swept_after(TimeDelta::hours(5)).await, 0);
    assert_eq!(scene.row().await["ended_at"], json!(null));
}

#[tokio::test]
async fn a_call_that_twilio_does_not_know_ends_as_unknown_until_its_end_is_told_after_all() {
    let scene = Scene::new().await;

    assert_eq!(scene.swept_after(TimeDelta::hours(5)).await, 1);
    assert_eq!(scene.row().await["outcome"], "unknown");

    scene.app.post(&scene.stage.agency.status(&scene.call, "completed", 3)).await;
    let row = scene.row().await;
    assert_eq!((&row["status"], &row["outcome"]), (&json!("completed"), &json!("missed")));
}

#[tokio::test]
async fn a_call_waits_a_day_for_a_twilio_that_fails() {
    let scene = Scene::new().await;
    scene.twilio.is(Mood::Failing);

    assert_eq!(scene.swept_after(TimeDelta::hours(5)).await, 0);
    assert_eq!(scene.swept_after(TimeDelta::hours(20)).await, 1);
    assert_eq!(scene.row().await["outcome"], "unknown");
}

#[tokio::test]
async fn a_twilio_that_asks_to_wait_is_asked_no_more_in_this_round() {
    let scene = Scene::new().await;
    let other = Call::to(&scene.call.to, 2);
    scene.app.post(&scene.stage.agency.voice(&other)).await.twiml();
    scene.twilio.is(Mood::Busy);

    assert_eq!(scene.swept_after(TimeDelta::hours(5)).await, 0);
    assert_eq!(scene.twilio.asked().len(), 1);
}

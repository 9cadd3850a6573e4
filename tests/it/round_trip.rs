//! A webhook costs one round trip to the database before its answer, counted on the wire.
//!
//! A client waits for an answer after each Sync and each Query. When a connection goes back to its pool, sqlx sends one
//! more Sync, for which no caller waits.

use switchboard::tenancy::database::PoolSizes;

use crate::support::{Call, Firm, Message, Stage, TestApp, Webhook, Wire};

const INGEST: &str = "switchboard.ingest_call_event";
const RECORD: &str = "switchboard.record_decisions";

struct Scene {
    wire: Wire,
    stage: Stage,
    app: TestApp,
    acme: Firm,
}

impl Scene {
    /// A server that has answered its first call, and has one connection of each kind.
    async fn warm() -> Self {
        let wire = Wire::new().await;
        let stage = Stage::new().await;
        let acme = stage.firm("acme", "+12145550100").await;
        let mut parts = stage.parts_through(wire.to(&stage.database));
        parts.pools = PoolSizes { webhooks: 1, reports: 1 };
        let app = TestApp::start(parts).await;
        let scene = Self { wire, stage, app, acme };
        scene.messages_of(&scene.voice(1)).await;
        scene
    }

    fn voice(&self, call: u32) -> Webhook {
        self.stage.agency.voice(&Call::to(&self.acme.number, call))
    }

    /// All that a webhook makes the server send: for its answer, and behind it.
    async fn messages_of(&self, webhook: &Webhook) -> (Vec<Message>, Vec<Message>) {
        self.wire.take_messages();
        assert!(self.app.post(webhook).await.status.is_success());
        self.app.settle().await;
        let mut messages = self.wire.take_messages();
        let records =
            |message: &Message| message.statement.as_ref().is_some_and(|text| text.contains(RECORD));
        let answered = messages.iter().position(records).unwrap_or(messages.len());
        let afterwards = messages.split_off(answered);
        (messages, afterwards)
    }
}

fn statements(messages: &[Message]) -> Vec<&str> {
    let executed = messages.iter().filter(|message| matches!(message.kind, 'E' | 'Q'));
    executed.map(|message| message.statement.as_deref().unwrap()).collect()
}

/// The letters of the messages, without the Syncs of a connection on its way back. A Sync in between would be a second
/// round trip.
fn kinds(messages: &[Message]) -> String {
    let letters: String = messages.iter().map(|message| message.kind).collect();
    letters.trim_matches('S').to_owned()
}

#[tokio::test]
async fn every_webhook_is_written_in_one_round_trip() {
    let scene = Scene::warm().await;
    let call = Call::to(&scene.acme.number, 2);
    let agency = &scene.stage.agency;
    let webhooks = [
        ("a call", agency.voice(&call)),
        ("its repetition", agency.voice(&call)),
        ("a status callback", agency.status(&call, "in-progress", 1)),
        ("a forwarding's result", agency.dial_result(&scene.acme, &call, "completed")),
        ("a call to nobody", agency.voice(&Call::to("+12145550777", 3))),
    ];

    for (what, webhook) in webhooks {
        let (of_webhook, _) = scene.messages_of(&webhook).await;

        let statements = statements(&of_webhook);
        assert!(statements.len() == 1 && statements[0].contains(INGEST), "{what}: {of_webhook:#?}");
        assert_eq!(kinds(&of_webhook), "BEC", "Bind, Execute, Close: {what}");
    }
}

#[tokio::test]
async fn only_the_record_of_what_was_decided_follows_a_call() {
    let scene = Scene::warm().await;

    let (_, afterwards) = scene.messages_of(&scene.voice(2)).await;

    assert_eq!(statements(&afterwards), ["SELECT switchboard.record_decisions($1, $2, $3, $4, $5, $6)"]);
    assert_eq!(kinds(&afterwards), "BEC", "Bind, Execute, Close");
}

#[tokio::test]
async fn nothing_follows_a_repetition_or_a_callback() {
    let scene = Scene::warm().await;
    let call = Call::to(&scene.acme.number, 1);

    for webhook in [scene.voice(1), scene.stage.agency.status(&call, "completed", 3)] {
        let (_, afterwards) = scene.messages_of(&webhook).await;

        assert!(statements(&afterwards).is_empty(), "{afterwards:#?}");
    }
}

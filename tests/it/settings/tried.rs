//! A call is tried before a caller makes it, and those of the last week are decided again; over the API and on the command
//! line.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{SETTINGS, Scene, closed, fields};

#[tokio::test]
async fn a_call_is_tried_from_its_beginning_to_its_end() {
    let scene = Scene::new().await;
    let template = scene.client.get(&scene.app, &format!("{SETTINGS}/templates/hvac")).await;

    let tried = scene
        .post(
            "try",
            &json!({
                "at": "2026-12-25T15:00:00Z", "from": "+19725550123",
                "caller": [{ "says": "we have no heat" }],
                "callees": { "+12145550199": "voicemail" },
                "settings": template.json(),
            }),
        )
        .await;

    assert_eq!(tried.status, StatusCode::OK, "{}", tried.text());
    let mut tried = tried.json();
    for step in tried["steps"].as_array_mut().unwrap() {
        let twiml = step.as_object_mut().unwrap().remove("twiml").unwrap();
        assert!(twiml.as_str().unwrap().starts_with("<?xml"), "{twiml}");
    }
    insta::assert_json_snapshot!(tried);
    assert_eq!(scene.shown().await.json()["menu"], Value::Null, "nothing was saved");
    assert_eq!(scene.stage.database.count("call_logs").await, 0);
}

#[tokio::test]
async fn what_is_tried_is_what_a_caller_gets() {
    let scene = Scene::new().await;

    let tried = scene.post("try", &json!({ "from": "+19725550123" })).await.json();

    let answered = scene.heard(1).await;
    assert_eq!(tried["steps"][0]["twiml"].as_str().map(without_call), Some(without_call(&answered)));
}

/// An address names the call where Twilio does not.
fn without_call(twiml: &str) -> String {
    let sid = twiml.find("/CA").and_then(|at| twiml.get(at + 1..at + 35)).unwrap_or("CA?");
    twiml.replace(sid, "CALL")
}

#[tokio::test]
async fn what_cant_be_tried_is_told_with_its_field() {
    let scene = Scene::new().await;

    let refused = scene
        .post(
            "try",
            &json!({ "at": "noon", "to": "12", "caller": [{ "shouts": "help" }], "callees": { "Ann": "accepts" },
                     "settings": { "ring": { "phones": [{ "number": "+1" }] } }, "colour": 1 }),
        )
        .await;

    assert_eq!(
        fields(&refused),
        ["at", "to", "caller", "callees", "settings.ring.phones[0].number", "colour"]
    );
}

#[tokio::test]
async fn the_calls_of_the_last_week_are_decided_again() {
    let scene = Scene::new().await;
    for number in 1..=3 {
        scene.heard(number).await;
    }
    scene.app.settle().await;
    scene
        .stage
        .database
        .run("UPDATE call_logs SET started_at = started_at - interval '8 days' WHERE call_sid LIKE '%3'")
        .await;

    let closed = scene.post("review", &json!({ "settings": { "hours": closed() } })).await;
    let same = scene.post("review", &json!({ "settings": { "abandoned_before_seconds": 20 } })).await;

    let review = closed.json();
    assert_eq!(review["summary"], "2 of 2 calls of the last 7 days would change.", "{review}");
    assert_eq!(
        (&review["calls"], &review["would_change"], &review["is_complete"]),
        (&json!(2), &json!(2), &json!(true))
    );
    let example = &review["examples"][0];
    assert_eq!(example["before"][0], "open: no hours are set, so it is always open");
    assert_eq!(example["after"][0], "closed: Tuesday has no hours");
    assert_eq!(same.json()["would_change"], 0);
    assert_eq!(fields(&scene.post("review", &json!({})).await), ["settings"]);
}

#[tokio::test]
async fn a_call_is_tried_on_the_command_line() {
    let scene = Scene::new().await;
    let template = scene.client.get(&scene.app, &format!("{SETTINGS}/templates/hvac")).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("unsaved.json");
    std::fs::write(&file, template.text()).unwrap();
    let run = async |more: &[&str]| {
        let arguments = [&["settings", "try", "--tenant", "acme", "--at", "2026-12-25T09:00"], more].concat();
        scene.stage.database.switchboard(&arguments, &[]).await
    };

    let unsaved =
        ["--file", file.to_str().unwrap(), "--say", "we have no heat", "--callee", "+12145550199=voicemail"];
    let tried = run(&unsaved).await;
    let saved = run(&[]).await;
    let refused = run(&["--callee", "Ann=accepts"]).await;

    assert_eq!(tried.exit, Some(0), "{tried:?}");
    insta::assert_snapshot!(tried.stdout);
    insta::assert_snapshot!(saved.stdout);
    assert_eq!(refused.exit, Some(2));
    assert!(refused.stderr.contains("such as +12145550199=voicemail"), "{}", refused.stderr);
    assert_eq!(scene.stage.database.count("call_logs").await, 0);
}

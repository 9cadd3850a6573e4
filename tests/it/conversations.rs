//! Conversations as callers have them, through real servers: each comes to what it should, and docs/calls.md shows them all.

mod catalogue;
mod firms;
mod page;

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;
use switchboard::config::Environment;
use switchboard::simulator::{self, Conversation, Exchange};

use crate::support::Stage;
use catalogue::Scene;
use firms::Firms;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/calls.md");
/// Set by `just conversations`.
const WRITE: &str = "SWITCHBOARD_WRITE_CONVERSATIONS";

/// A conversation, and its row in the log.
struct Played {
    scene: Scene,
    conversation: Conversation,
    logged: Value,
}

async fn play_all() -> (Firms, Vec<Played>) {
    let stage = Stage::new().await;
    let firms = firms::all(&stage).await;
    let server = stage.serve(stage.parts()).await;
    let line = stage.line(&[&server]);
    let mut played = Vec::new();
    for scene in catalogue::all() {
        stage.clock.move_to(scene.at.parse().unwrap());
        let call = stage.placed(&line, scene.from, firms.number(scene.firm));
        let conversation = simulator::converse(&line, &call, &scene.script).await;
        played.push((scene, conversation, call.call_sid().to_string()));
    }
    server.stop().await;
    let rows = stage.database.rows("SELECT call_sid, outcome, answered_by, alarmed_at FROM call_logs").await;
    let mut rows: BTreeMap<String, Value> =
        rows.into_iter().map(|row| (row["call_sid"].as_str().unwrap().to_owned(), row)).collect();
    let with_row = |(scene, conversation, sid): (_, _, String)| Played {
        scene,
        conversation,
        logged: rows.remove(&sid).unwrap_or_else(|| panic!("{sid} is not in the log")),
    };
    (firms, played.into_iter().map(with_row).collect())
}

#[tokio::test]
async fn the_page_of_conversations_shows_what_callers_hear_and_the_log_says() {
    let (firms, played) = play_all().await;

    for Played { scene, conversation, logged } in &played {
        let story = conversation.story();
        assert!(conversation.exchanges().all(Exchange::is_accepted), "{}: {story:#?}", scene.title);
        let answered_by = logged["answered_by"].as_str().map(|number| firms.name(number));
        let found = (logged["outcome"].as_str(), answered_by.as_deref(), !logged["alarmed_at"].is_null());
        let expected = (Some(scene.outcome), scene.answered_by, scene.is_alarmed);
        assert_eq!(found, expected, "{}: {story:#?}", scene.title);
    }
    let page = page::write(&firms, &played);
    if Environment::of_process().get(WRITE).is_some() {
        fs::write(PAGE, &page).unwrap();
    }
    let kept = fs::read_to_string(PAGE).unwrap_or_default();
    let differing: Vec<_> =
        kept.lines().zip(page.lines()).filter(|(kept, page)| kept != page).take(3).collect();
    assert!(
        kept == page,
        "docs/calls.md shows other conversations: run `just conversations`, and read it\n{differing:#?}"
    );
}

//! A thousand calls of people who do whatever they like, with callbacks in any order and several times, on two servers.
//!
//! What each call came to is worked out here by itself, from what the simulator knows that people did, and compared with
//! the log.

mod firms;
mod people;
mod verdict;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use switchboard::simulator::{self, Conversation, Dice as Chance, Exchange, Line};
use tokio::task::JoinSet;

use crate::support::{Dice, Stage};
use firms::Kind;

const CALLS: usize = 1000;
const AT_ONCE: usize = 12;

/// What all calls need.
struct Play {
    stage: Stage,
    line: Line,
    kinds: Vec<Kind>,
    seed: u64,
}

/// A call as it should be in the log.
#[derive(Debug)]
struct Expected {
    call_sid: String,
    tenant: String,
    row: verdict::Row,
    /// How many different requests there were about it, but for what rung people heard and pressed: a voicemail that
    /// presses nothing twice is one event.
    requests: usize,
    story: String,
}

impl Play {
    /// The nth call, whose people depend on the seed alone.
    async fn call(&self, number: usize) -> Expected {
        let mut chance = Chance::new(self.seed ^ (number as u64).wrapping_mul(0x9e37_79b9));
        let kind = &self.kinds[chance.below(self.kinds.len())];
        let from = people::caller(&mut chance, kind);
        let script = people::script(&mut chance);
        let call = self.stage.placed(&self.line, &from, &kind.firm.number);

        let conversation = simulator::converse(&self.line, &call, &script).await;

        assert!(
            conversation.exchanges().all(Exchange::is_accepted),
            "call {number}: {}",
            told(&conversation)
        );
        Expected {
            call_sid: call.call_sid().to_string(),
            tenant: kind.firm.id.to_string(),
            row: verdict::judge(kind, &from, &conversation),
            requests: verdict::requests(&conversation),
            story: format!("call {number} from {from} to {}\n{}", kind.firm.slug, told(&conversation)),
        }
    }
}

fn told(conversation: &Conversation) -> String {
    let line = |told: simulator::Told| format!("{} {:<12} {}\n", told.clock(), told.who, told.what);
    let statuses =
        conversation.exchanges().map(|exchange| format!("{} {}\n", exchange.request, exchange.path));
    conversation.story().into_iter().map(line).chain(statuses).collect()
}

async fn play_all(play: &Arc<Play>) -> Vec<Expected> {
    let (mut players, mut expected) = (JoinSet::new(), Vec::new());
    for first in 0..AT_ONCE {
        let play = Arc::clone(play);
        players.spawn(async move {
            let mut expected = Vec::new();
            for number in (first..CALLS).step_by(AT_ONCE) {
                expected.push(play.call(number).await);
            }
            expected
        });
    }
    while let Some(played) = players.join_next().await {
        expected.extend(played.unwrap());
    }
    expected
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_of_a_thousand_calls_is_one_row_that_says_what_happened() {
    let seed = Dice::new().next();
    let stage = Stage::new().await;
    let kinds = firms::all(&stage).await;
    let (one, other) = (stage.serve(stage.parts()).await, stage.serve(stage.parts()).await);
    let line = stage.line(&[&one, &other]);
    let play = Arc::new(Play { stage, line, kinds, seed });

    let expected = play_all(&play).await;
    one.stop().await;
    other.stop().await;

    let columns = "call_sid, tenant_id, status, duration, outcome, answered_by, alarmed_at IS NOT NULL AS alarmed, is_missed";
    let rows = play.stage.database.rows(&format!("SELECT {columns} FROM call_logs")).await;
    let rows: BTreeMap<&str, &Value> =
        rows.iter().map(|row| (row["call_sid"].as_str().unwrap(), row)).collect();
    assert_eq!(play.stage.database.count("call_logs").await, i64::try_from(CALLS).unwrap());
    assert_eq!(play.stage.database.count("switchboard.unrouted_calls").await, 0);
    let requests: usize = expected.iter().map(|call| call.requests).sum();
    let events =
        play.stage.database.count("switchboard.call_events WHERE kind NOT IN ('decision', 'whisper')").await;
    assert_eq!(events, i64::try_from(requests).unwrap(), "none lost, none counted twice");
    let mut wrong = Vec::new();
    for call in &expected {
        let row = rows[call.call_sid.as_str()];
        let logged = verdict::Row::of(row);
        if logged != call.row || row["tenant_id"] != call.tenant.as_str() {
            wrong.push(format!("{logged:?}\nshould be\n{:?}\n{}", call.row, call.story));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} calls are wrong; the first ones:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(3)].join("\n")
    );
    verdict::assert_variety(expected.iter().map(|call| &call.row));
}

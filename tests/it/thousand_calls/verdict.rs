//! What a call came to, worked out from what people did and nothing else.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use switchboard::simulator::twiml::Verb;
use switchboard::simulator::{Answer, Conversation, Ear, End, Entry, Happening, Who};

use super::firms::{Answered, BLOCKED, Emergencies, Hours, Kind};

/// A caller who leaves before has abandoned the call. Seconds.
const PATIENCE: u64 = 10;

/// What the log says, or should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) outcome: String,
    pub(super) status: String,
    pub(super) seconds: Option<u64>,
    pub(super) answered_by: Option<String>,
    pub(super) is_alarmed: bool,
    pub(super) is_missed: bool,
}

impl Row {
    /// Of the database.
    pub(super) fn of(row: &Value) -> Self {
        let text = |name: &str| row[name].as_str().map(str::to_owned);
        Self {
            outcome: text("outcome").unwrap_or_default(),
            status: text("status").unwrap_or_default(),
            seconds: row["duration"].as_u64(),
            answered_by: text("answered_by"),
            is_alarmed: row["alarmed"] == true,
            is_missed: row["is_missed"] == true,
        }
    }
}

/// As it should be.
pub(super) fn judge(kind: &Kind, from: &str, conversation: &Conversation) -> Row {
    let truth = &conversation.truth;
    let seconds = begun_seconds(truth.lasted);
    let is_emergency = kind.emergencies == Emergencies::Taken && truth.answers.iter().any(reports);
    let counts = |with| with == Who::Person || (kind.answered == Answered::ByPickingUp && !is_emergency);
    let answered_by = truth.talks.iter().find(|talk| counts(talk.with)).map(|talk| talk.number.clone());
    let outcome = if from == BLOCKED {
        "blocked"
    } else if is_emergency {
        "emergency"
    } else if answered_by.is_some() {
        "answered"
    } else if !truth.messages.is_empty() {
        "voicemail"
    } else if kind.hours == Hours::Closed {
        "after_hours"
    } else if truth.end == End::CallerLeft && seconds < PATIENCE && !heard_goodbye(conversation) {
        "abandoned"
    } else {
        "missed"
    };
    let is_rejected = truth.end == End::Rejected;
    Row {
        outcome: outcome.to_owned(),
        status: if is_rejected { "no-answer" } else { "completed" }.to_owned(),
        seconds: Some(if is_rejected { 0 } else { seconds }),
        is_alarmed: is_emergency && answered_by.is_none(),
        is_missed: outcome == "missed",
        answered_by,
    }
}

/// Different requests, without those of a rung person's own leg.
pub(super) fn requests(conversation: &Conversation) -> usize {
    let counts = |entry: &&Entry| {
        let Happening::Request(exchange) = &entry.what else { return false };
        exchange.earlier == 0 && (entry.ear == Ear::Caller || !exchange.request.wants_twiml())
    };
    conversation.entries.iter().filter(counts).count()
}

fn begun_seconds(length: Duration) -> u64 {
    u64::try_from(length.as_millis().div_ceil(1000)).unwrap()
}

fn reports(answer: &Answer) -> bool {
    match answer {
        Answer::Keys(keys) => keys == "9",
        Answer::Words(words) => words.contains("gas leak"),
        Answer::Nothing => false,
    }
}

/// Whether all that was left for the caller were words, before they hung up.
fn heard_goodbye(conversation: &Conversation) -> bool {
    let end = conversation.truth.lasted;
    let document = |entry: &Entry| {
        let Happening::Request(exchange) = &entry.what else { return None };
        exchange.request.wants_twiml().then(|| exchange.answer.as_ref().ok().cloned()).flatten()
    };
    let of_caller = conversation.entries.iter().filter(|entry| entry.ear == Ear::Caller && entry.at < end);
    let last = of_caller.rev().find_map(document).unwrap_or_default();
    !last.is_empty() && last.iter().all(|verb| matches!(verb, Verb::Say(_) | Verb::Hangup))
}

/// A thousand calls that all come to the same would show nothing.
pub(super) fn assert_variety<'r>(rows: impl Iterator<Item = &'r Row>) {
    let mut outcomes: BTreeMap<&str, usize> = BTreeMap::new();
    for row in rows {
        *outcomes.entry(&row.outcome).or_default() += 1;
    }
    println!("{outcomes:?}");
    for outcome in ["blocked", "emergency", "answered", "voicemail", "after_hours", "abandoned", "missed"] {
        assert!(outcomes.get(outcome).is_some_and(|count| *count >= 10), "{outcome} in {outcomes:?}");
    }
}

//! The calls of the last week, decided again under settings that nobody has saved.
//!
//! Promises: compares decisions with decisions, from the same caller at the same moment: what a silent caller gets whose call
//! nobody takes, and one who reports an emergency at once. So what people did then plays no part. Bounded: the newest
//! [`MOST_CALLS`], a few examples. Doesn't: read or write a database.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::schema::Array;

use super::document::texts;
use super::store::PastCall;
use super::walk::{Answer, Cast, Walked, heard, in_words, walk};
use crate::handling::Handling;
use crate::hours::State;
use crate::routing::{Call, Emergency};
use crate::twilio::phone_number::{CallerId, E164PhoneNumber};

/// How far back calls are looked at.
pub const REACH: TimeDelta = TimeDelta::days(7);
/// The most calls that are decided again.
pub const MOST_CALLS: usize = 5_000;
/// The most that are shown.
const MOST_EXAMPLES: usize = 20;
/// The most characters of a sentence in an example.
const MOST_SHOWN: usize = 120;

/// What the settings would have changed.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Review {
    /// The same in a sentence.
    #[schema(example = "14 of 212 calls of the last 7 days would change.")]
    pub summary: String,
    /// How many calls were decided again.
    #[schema(example = 212)]
    pub calls: usize,
    /// How many of them would be handled otherwise.
    #[schema(example = 14)]
    pub would_change: usize,
    /// Whether these are all calls of the last 7 days; if not, the newest 5 000.
    #[schema(example = true)]
    pub is_complete: bool,
    /// Some of those that would change, newest first; 20 at most.
    pub examples: Vec<Example>,
}

/// A call that would be handled otherwise.
#[derive(Debug, Serialize, ToSchema)]
pub struct Example {
    /// Twilio's id of the call.
    #[schema(example = "CA11111111111111111111111111111111")]
    pub call_sid: String,
    /// When it came in.
    #[schema(example = "2026-11-25T20:00:00Z")]
    pub started_at: DateTime<Utc>,
    /// What happens under the settings as they are, to a caller who does nothing and whose call nobody takes.
    #[schema(schema_with = before)]
    pub before: Vec<String>,
    /// What would happen.
    #[schema(schema_with = after)]
    pub after: Vec<String>,
}

fn before() -> Array {
    let about = "What happens under the settings as they are, to a caller who does nothing and whose call nobody takes.";
    texts(about, "open: Wednesday's hours, 08:00 to 17:00")
}

fn after() -> Array {
    texts("What would happen.", "closed: outside of Wednesday's hours, 08:00 to 12:00")
}

/// Two rows of a tenant: as it is, and as it would be.
#[derive(Debug)]
pub struct Reviewer<'r> {
    rows: [&'r Value; 2],
    /// By dialled number: the country of a number may depend on it.
    read: HashMap<Option<E164PhoneNumber>, [Handling; 2]>,
    review: Review,
}

impl<'r> Reviewer<'r> {
    /// Before the first call.
    #[must_use]
    pub fn new(saved: &'r Value, unsaved: &'r Value) -> Self {
        Self { rows: [saved, unsaved], read: HashMap::new(), review: Review::default() }
    }

    /// Decides a call again.
    pub fn look_at(&mut self, past: &PastCall) {
        let dialled = past.to_number.as_deref().and_then(|text| E164PhoneNumber::parse(text).ok());
        let caller = CallerId::parse(past.from_number.as_deref().unwrap_or_default());
        let call = Call { caller, dialled: dialled.clone() };
        let rows = self.rows;
        let handlings = self
            .read
            .entry(dialled)
            .or_insert_with_key(|dialled| rows.map(|row| Handling::read(row, dialled.as_ref())));
        let [before, after] = handlings.each_ref().map(|handling| Fate::of(handling, past.started_at, &call));
        self.review.calls += 1;
        if before.same_as(&after) {
            return;
        }
        self.review.would_change += 1;
        if self.review.examples.len() < MOST_EXAMPLES {
            let (before, after) = differing(&before, &after);
            let (call_sid, started_at) = (past.call_sid.clone(), past.started_at);
            self.review.examples.push(Example { call_sid, started_at, before, after });
        }
    }

    /// What was found. `more` are the calls that were not looked at.
    #[must_use]
    pub fn finish(self, more: usize) -> Review {
        let Review { calls, would_change, .. } = self.review;
        let which = if more == 0 { "of the last 7 days" } else { "that came in last" };
        let noun = if calls == 1 { "call" } else { "calls" };
        let summary = format!("{would_change} of {calls} {noun} {which} would change.");
        Review { summary, is_complete: more == 0, ..self.review }
    }
}

/// What a call comes to.
struct Fate {
    state: State,
    silent: Vec<Walked>,
    reported: Vec<Walked>,
}

impl Fate {
    fn of(handling: &Handling, at: DateTime<Utc>, call: &Call) -> Self {
        let state = handling.hours.at(at).state;
        let settings = &handling.settings;
        let silent = walk(settings, &state, call, &Cast::default());
        let report = settings.emergency.as_ref().and_then(report);
        let reported = report.map_or_else(Vec::new, |answer| {
            walk(settings, &state, call, &Cast { caller: vec![answer], ..Cast::default() })
        });
        Self { state, silent, reported }
    }

    /// That it is open for another reason changes nothing for the caller.
    fn same_as(&self, other: &Self) -> bool {
        let decisions =
            |walked: &[Walked]| -> Vec<_> { walked.iter().map(|one| one.decision.clone()).collect() };
        decisions(&self.silent) == decisions(&other.silent)
            && decisions(&self.reported) == decisions(&other.reported)
    }
}

fn report(emergency: &Emergency) -> Option<Answer> {
    let key = emergency.key.map(|key| Answer::Presses(key.to_string()));
    key.or_else(|| emergency.words.first().cloned().map(Answer::Says))
}

/// Both in words: the silent caller's, or, where those are the same, those of the one who reports an emergency.
fn differing(before: &Fate, after: &Fate) -> (Vec<String>, Vec<String>) {
    let silent = (told(&before.state, &before.silent), told(&after.state, &after.silent));
    if silent.0 != silent.1 {
        return silent;
    }
    (told(&before.state, &before.reported), told(&after.state, &after.reported))
}

fn told(state: &State, walked: &[Walked]) -> Vec<String> {
    let why = match state {
        State::Open(opening) => format!("open: {opening}"),
        State::Closed(closure) => format!("closed: {closure}"),
    };
    let steps = walked.iter().flat_map(|Walked { decision, .. }| {
        let sentences = heard(decision).into_iter().map(|(_, text)| format!("“{}”", shortened(&text)));
        sentences.chain([in_words(&decision.step)]).collect::<Vec<_>>()
    });
    std::iter::once(why).chain(steps).collect()
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(MOST_SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

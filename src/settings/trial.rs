//! A call tried: what the caller hears and what happens, step by step, with the TwiML that Twilio would get.
//!
//! Promises: the same reading of the settings, the same decisions and the same TwiML as a real call's. Doesn't: write
//! anything, or ring anybody.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::walk::{Cast, Walked, heard, in_words, walk};
use crate::calls::addresses::CallAddress;
use crate::calls::answer::render;
use crate::handling::Handling;
use crate::hours::State;
use crate::routing::{Call, Mark};
use crate::twilio::public_url::PublicBaseUrl;

/// What became of a call that was tried.
#[derive(Debug, Serialize, ToSchema)]
pub struct Trial {
    /// The moment that was tried.
    #[schema(example = "2026-12-25T15:00:00Z")]
    pub at: DateTime<Utc>,
    /// The same on the clock of the firm.
    #[schema(example = "Fri 25 Dec 2026 09:00 CST")]
    pub local_time: String,
    /// Whether the firm is open then.
    #[schema(example = false)]
    pub is_open: bool,
    /// Why it is open or closed.
    #[schema(example = "Christmas, 2026-12-25: closed all day")]
    pub why: String,
    /// When that changes; null: never.
    #[schema(example = "2026-12-28T14:00:00Z")]
    pub until: Option<DateTime<Utc>>,
    /// What happens, in order.
    pub steps: Vec<TrialStep>,
}

/// A step of a call that was tried.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrialStep {
    /// What had happened before.
    #[schema(example = "The call comes in.")]
    pub after: String,
    /// What the caller hears, in order.
    pub hears: Vec<Sentence>,
    /// What is done then: `reject`, `ask`, `ring`, `take_message` or `hang_up`.
    #[schema(example = "take_message")]
    pub step: &'static str,
    /// The same in a sentence.
    #[schema(example = "Takes a message of up to 120 s.")]
    pub in_words: String,
    /// What the office has to know: `emergency`, or `alarm` where nobody has taken up one; null: nothing.
    #[schema(example = json!(null))]
    pub mark: Option<&'static str>,
    /// What Twilio gets.
    #[schema(
        example = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Say>Please leave a message.</Say><Hangup/></Response>"
    )]
    pub twiml: String,
}

/// A sentence that the caller hears.
#[derive(Debug, Serialize, ToSchema)]
pub struct Sentence {
    /// Which one: `greeting`, `menu`, `nobody_free`.
    #[schema(example = "after_hours")]
    pub line: &'static str,
    /// The sentence.
    #[schema(example = "Thank you for calling Acme HVAC. Our office is closed right now.")]
    pub text: String,
}

/// Where a call that nobody makes would go on.
#[derive(Clone, Debug)]
pub struct Stage<'s> {
    /// Which call.
    pub address: CallAddress,
    /// Where Twilio would reach us.
    pub public_url: &'s PublicBaseUrl,
}

/// Tries a call.
#[must_use]
pub fn try_call(
    handling: &Handling,
    at: DateTime<Utc>,
    call: &Call,
    cast: &Cast,
    stage: &Stage<'_>,
) -> Trial {
    let standing = handling.hours.at(at);
    let steps = walk(&handling.settings, &standing.state, call, cast);
    Trial {
        at,
        local_time: handling.hours.zone().words(at),
        is_open: standing.is_open(),
        why: match &standing.state {
            State::Open(opening) => opening.to_string(),
            State::Closed(closure) => closure.to_string(),
        },
        until: standing.until,
        steps: steps.into_iter().map(|walked| step(walked, stage)).collect(),
    }
}

fn step(walked: Walked, stage: &Stage<'_>) -> TrialStep {
    let Walked { after, decision } = walked;
    let twiml = match render(&decision, &stage.address, stage.public_url).render() {
        Ok(twiml) => twiml.into_string(),
        // A caller would hear an apology.
        Err(error) => error.to_string(),
    };
    TrialStep {
        after,
        hears: heard(&decision).into_iter().map(|(line, text)| Sentence { line, text }).collect(),
        step: decision.step.as_str(),
        in_words: in_words(&decision.step),
        mark: decision.mark.map(Mark::as_str),
        twiml,
    }
}

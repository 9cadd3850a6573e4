//! A call from its first request to its last.
//!
//! Promises: what a document says is carried out as Twilio does, on a clock of the call's own, so that nobody waits; an answer of
//! no use leads to the fallback, and a second one to Twilio's apology. Whatever the documents say, the call ends.

use std::time::Duration;

use super::carrier::{Carrier, Delivery, Useless};
use super::dial;
use super::exchange::{Exchange, Request};
use super::hearing;
use super::line::Line;
use super::people::People;
use super::placed_call::{PlacedCall, STATUS_PATH};
use super::record;
use super::scene::{Flow, Page, Presence, Scene};
use super::transcript::{Ear, End, Entry, Happening, Truth, Who};
use super::twiml::{Gather, RejectReason, Verb};
use crate::twilio::call_status::CallStatus;

/// Where a number's callers are sent if an answer was of no use.
const FALLBACK_PATH: &str = "/twilio/voice/fallback";

/// What people do, and how Twilio tells of it.
#[derive(Clone, Debug, Default)]
pub struct Script {
    /// Who takes part.
    pub people: People,
    /// How requests reach us.
    pub delivery: Delivery,
    /// What is set up at Twilio beside the address for calls.
    pub number: NumberSettings,
}

/// What is set up for a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NumberSettings {
    /// All our addresses.
    #[default]
    Complete,
    /// The address for calls alone, as whoever isn't Twilio knows nothing else.
    VoiceAlone,
}

/// A call that is over.
#[derive(Debug)]
pub struct Conversation {
    /// Everything that happened, by its time.
    pub entries: Vec<Entry>,
    /// What it came to.
    pub truth: Truth,
}

impl Conversation {
    /// The requests, in the order of the call's time.
    pub fn exchanges(&self) -> impl Iterator<Item = &Exchange> {
        self.entries.iter().filter_map(|entry| {
            if let Happening::Request(exchange) = &entry.what { Some(&**exchange) } else { None }
        })
    }

    /// What the voice read to the caller, one text after the other.
    #[must_use]
    pub fn said(&self) -> Vec<&str> {
        let of_caller = self.entries.iter().filter(|entry| entry.ear == Ear::Caller);
        of_caller
            .filter_map(
                |entry| if let Happening::Says(text) = &entry.what { Some(text.as_str()) } else { None },
            )
            .collect()
    }
}

/// Carries a call out, to its end.
pub async fn converse(line: &Line, call: &PlacedCall, script: &Script) -> Conversation {
    let carrier = Carrier::new(line, &script.delivery);
    let mut scene = Scene::new(carrier, call, &script.people);
    if script.number == NumberSettings::Complete {
        tell_status(&mut scene, CallStatus::Ringing).await;
    }
    let last = go_through(&mut scene, script.number).await;
    let at = scene.now;
    scene.carrier.cut(&Ear::Caller, at);
    match scene.truth.end {
        End::CallerLeft => scene.note(Happening::HangsUp(Who::Caller)),
        End::HungUp => scene.note(Happening::IsHungUp),
        End::Rejected => scene.note(Happening::Rejected),
        End::Failed => scene.note(Happening::ApplicationError),
    }
    scene.truth.lasted = at;
    if script.number == NumberSettings::Complete {
        tell_status(&mut scene, last).await;
    }
    let Scene { carrier, truth, .. } = scene;
    Conversation { entries: carrier.end(at).await, truth }
}

/// The number's status callback.
async fn tell_status(scene: &mut Scene<'_>, status: CallStatus) {
    let url = format!("{}#rc=5&rp=5xx,ct,rt", scene.carrier.line().url(STATUS_PATH));
    let lasted = if scene.truth.end == End::Rejected { Duration::ZERO } else { scene.now };
    let webhook = scene.call.status(url, status, scene.now, lasted);
    let at = scene.now;
    scene.carrier.tell(at, &Ear::Caller, Request::Status(status), webhook).await;
}

/// From the first document to the last verb. Returns the status that the call ends with.
async fn go_through(scene: &mut Scene<'_>, number: NumberSettings) -> CallStatus {
    let mut flow = come_in(scene).await;
    let mut page = Page { url: String::new(), verbs: [].into() };
    let mut taken = Taken::No;
    loop {
        if let Flow::Failed { url, useless } = flow {
            flow = fall_back(scene, number, url, useless).await;
        }
        match flow {
            Flow::GoesOn => {}
            Flow::Document(next) => page = next,
            Flow::Failed { .. } => {
                scene.truth.end = End::Failed;
                return CallStatus::Completed;
            }
            Flow::Ends(end) => {
                scene.truth.end = end;
                return CallStatus::Completed;
            }
        }
        let Some(verb) = page.verbs.pop_front() else {
            scene.truth.end = End::HungUp;
            return CallStatus::Completed;
        };
        if let (Taken::No, Verb::Reject { reason }) = (taken, &verb) {
            scene.truth.end = End::Rejected;
            return match reason {
                RejectReason::Busy => CallStatus::Busy,
                RejectReason::Rejected => CallStatus::NoAnswer,
            };
        }
        if taken == Taken::No && number == NumberSettings::Complete {
            tell_status(scene, CallStatus::InProgress).await;
        }
        taken = Taken::Yes;
        flow = perform(scene, &verb, &page.url).await;
    }
}

/// Whether a call has been taken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Taken {
    Yes,
    No,
}

async fn come_in(scene: &mut Scene<'_>) -> Flow {
    let webhook = scene.call.incoming(scene.carrier.line());
    let url = webhook.url.clone();
    match scene.carrier.ask(scene.now, &Ear::Caller, Request::Incoming, webhook).await {
        Ok(verbs) => Flow::Document(Page { url, verbs: verbs.into() }),
        Err(useless) => Flow::Failed { url, useless },
    }
}

/// The fallback, where Twilio would ask it; where not, or if it fails, too, the answer has failed for good.
async fn fall_back(scene: &mut Scene<'_>, number: NumberSettings, url: String, useless: Useless) -> Flow {
    match (number, useless.code) {
        (NumberSettings::Complete, Some(code)) => {
            let fallback = scene.carrier.line().url(FALLBACK_PATH);
            let more = vec![("ErrorCode", code.to_string()), ("ErrorUrl", url)];
            scene.ask(&fallback, Request::Fallback, Presence::There, more).await
        }
        (NumberSettings::VoiceAlone, _) | (NumberSettings::Complete, None) => Flow::Failed { url, useless },
    }
}

async fn perform(scene: &mut Scene<'_>, verb: &Verb, page: &str) -> Flow {
    scene.begin();
    match verb {
        Verb::Say(say) => {
            scene.note(Happening::Says(say.text.clone()));
            pass(scene, hearing::reading(say))
        }
        Verb::Pause { length } => {
            scene.note(Happening::Silence(*length));
            pass(scene, *length)
        }
        Verb::Gather(gather) => ask(scene, gather, page).await,
        Verb::Dial(wished) => dial::dial(scene, wished).await,
        Verb::Record(wished) => record::record(scene, wished, page).await,
        Verb::Redirect { url } => scene.ask(url, Request::Redirected, Presence::There, Vec::new()).await,
        Verb::Hangup | Verb::Reject { .. } => Flow::Ends(End::HungUp),
    }
}

fn pass(scene: &mut Scene<'_>, length: Duration) -> Flow {
    match scene.pass_to(scene.now + length) {
        Presence::There => Flow::GoesOn,
        Presence::Gone => Flow::Ends(End::CallerLeft),
    }
}

/// A question. Whoever hangs up meanwhile is not asked any more: there is no request.
async fn ask(scene: &mut Scene<'_>, gather: &Gather, page: &str) -> Flow {
    let answer = scene.next_answer();
    let asked = hearing::ask(gather, &answer, scene.people.caller.patience);
    let began = scene.now;
    for (after, happening) in asked.happenings {
        scene.carrier.note(began + after, &Ear::Caller, happening);
    }
    if scene.pass_to(began + asked.took) == Presence::Gone {
        return Flow::Ends(End::CallerLeft);
    }
    scene.truth.answers.extend(asked.gathered.answer());
    match asked.gathered.parameters(gather) {
        Some(more) => {
            let url = gather.action.as_deref().unwrap_or(page);
            scene.ask(url, Request::Asked, Presence::There, more).await
        }
        None => Flow::GoesOn,
    }
}

//! `<Dial>`: telephones ring at once, and the first one to be put through has the call.
//!
//! Promises: what whoever picks up hears comes before the caller, on their own leg; legs go on beside each other in the order
//! of their times. Once there is an action, it alone says what comes next.

mod leg;

use std::time::Duration;

use self::leg::{HANGS_UP_AFTER, Leg, State};
use super::carrier::Useless;
use super::exchange::Request;
use super::people::Callee;
use super::scene::{Flow, Presence, Scene};
use super::transcript::{End, Happening, Talk, Why};
use super::twiml::{Dial, LegEvent};
use crate::twilio::call_status::{CallStatus, DialStatus};

/// How long after a conversation its recording is there.
const RECORDING_TAKES: Duration = Duration::from_secs(2);

/// How ringing ended.
enum Rang {
    /// This leg can be put through.
    Ready(usize),
    /// No leg is left.
    Nobody,
    /// The caller hung up.
    CallerLeft,
}

/// What the action is told.
struct Told {
    status: DialStatus,
    presence: Presence,
    more: Vec<(&'static str, String)>,
}

/// Rings, and puts through.
pub(super) async fn dial(scene: &mut Scene<'_>, dial: &Dial) -> Flow {
    let Some(mut legs) = legs(scene, dial) else {
        return Flow::Failed { url: String::new(), useless: Useless { code: None } };
    };
    for leg in &legs {
        scene.carrier.note(scene.now, &leg.ear(), Happening::Rings);
        leg.tell(&mut scene.carrier, scene.now, LegEvent::Initiated, CallStatus::Initiated).await;
        leg.tell(&mut scene.carrier, scene.now, LegEvent::Ringing, CallStatus::Ringing).await;
    }
    let told = match ring(scene, &mut legs).await {
        Rang::Ready(number) => put_through(scene, dial, &mut legs, number).await,
        Rang::Nobody => not_put_through(&legs, Presence::There),
        Rang::CallerLeft => {
            end_others(scene, &mut legs).await;
            not_put_through(&legs, Presence::Gone)
        }
    };
    match (&dial.action, told.presence) {
        (Some(url), presence) => scene.ask(url, Request::Dialled(told.status), presence, told.more).await,
        (None, Presence::There) => Flow::GoesOn,
        (None, Presence::Gone) => Flow::Ends(End::CallerLeft),
    }
}

/// None if an id can't be made, which can't be.
fn legs<'d>(scene: &mut Scene<'_>, dial: &'d Dial) -> Option<Vec<Leg<'d>>> {
    let mut legs = Vec::with_capacity(dial.numbers.len());
    for number in &dial.numbers {
        let earlier = scene.truth.rang.len();
        let phone = scene.people.phone(&number.number, earlier);
        let shows = dial.caller_id.as_deref().unwrap_or_else(|| scene.call.from());
        let call = scene.call.dials(&number.number, shows, earlier).ok()?;
        scene.truth.rang.push(number.number.clone());
        legs.push(Leg::new(call, number, phone, scene.now, dial.timeout));
    }
    Some(legs)
}

/// Lets the leg go on whose turn it is, until one can be put through or none is left.
async fn ring(scene: &mut Scene<'_>, legs: &mut [Leg<'_>]) -> Rang {
    loop {
        let under_way = legs.iter_mut().enumerate().filter(|(_, leg)| leg.ended_with().is_none());
        let Some((number, leg)) = under_way.min_by_key(|(_, leg)| leg.now) else { return Rang::Nobody };
        if scene.pass_to(leg.now) == Presence::Gone {
            return Rang::CallerLeft;
        }
        if matches!(leg.state, State::Ready) {
            return Rang::Ready(number);
        }
        leg.step(&mut scene.carrier).await;
    }
}

/// Every leg that is not over yet.
async fn end_others(scene: &mut Scene<'_>, legs: &mut [Leg<'_>]) {
    for leg in legs.iter_mut().filter(|leg| leg.ended_with().is_none()) {
        let (status, what) = if leg.was_answered() {
            (CallStatus::Completed, Happening::IsHungUp)
        } else {
            (CallStatus::Canceled, Happening::StopsRinging(Why::NoLongerNeeded))
        };
        leg.end(&mut scene.carrier, scene.now, status, what).await;
    }
}

async fn put_through(scene: &mut Scene<'_>, dial: &Dial, legs: &mut [Leg<'_>], number: usize) -> Told {
    let since = scene.now;
    let (before, rest) = legs.split_at_mut(number);
    let Some((leg, after)) = rest.split_first_mut() else { return not_put_through(before, Presence::There) };
    end_others(scene, before).await;
    end_others(scene, after).await;
    scene.carrier.note(since, &leg.ear(), Happening::Talk);
    let talk = if leg.phone.callee == Callee::HangsUp { HANGS_UP_AFTER } else { leg.phone.talk };
    let presence = scene.pass_to(since + talk.min(dial.time_limit));
    let what = match presence {
        Presence::There if talk <= dial.time_limit => Happening::HangsUp(leg.who()),
        Presence::There | Presence::Gone => Happening::IsHungUp,
    };
    leg.end(&mut scene.carrier, scene.now, CallStatus::Completed, what).await;
    let talk = Talk {
        number: leg.number.number.clone(),
        call_sid: leg.call.call_sid().clone(),
        with: leg.who(),
        since,
        lasted: scene.now.saturating_sub(since),
    };
    let mut more = result(leg, DialStatus::Completed, "true");
    more.extend(recording(scene, dial, talk.lasted).await);
    scene.truth.talks.push(talk);
    Told { status: DialStatus::Completed, presence, more }
}

fn not_put_through(legs: &[Leg<'_>], presence: Presence) -> Told {
    let ended = |status| legs.iter().rev().find(|leg| leg.ended_with() == Some(status));
    let answered = legs.iter().rev().find(|leg| leg.was_answered());
    let (status, leg) = if let Some(leg) = answered {
        (DialStatus::Completed, Some(leg))
    } else if presence == Presence::Gone {
        (DialStatus::Canceled, legs.last())
    } else if let Some(leg) = ended(CallStatus::NoAnswer) {
        (DialStatus::NoAnswer, Some(leg))
    } else if let Some(leg) = ended(CallStatus::Busy) {
        (DialStatus::Busy, Some(leg))
    } else {
        (DialStatus::Failed, legs.last())
    };
    Told { status, presence, more: leg.map(|leg| result(leg, status, "false")).unwrap_or_default() }
}

fn result(leg: &Leg<'_>, status: DialStatus, bridged: &str) -> Vec<(&'static str, String)> {
    let mut more = vec![
        ("DialCallStatus", status.to_string()),
        ("DialCallSid", leg.call.call_sid().to_string()),
        ("DialBridged", bridged.to_owned()),
    ];
    if leg.was_answered() {
        more.push(("DialCallDuration", leg.lasted(leg.now).as_secs().to_string()));
    }
    more
}

/// What the action is told of a recorded conversation; whoever waits for the recording is told later.
async fn recording(scene: &mut Scene<'_>, dial: &Dial, lasted: Duration) -> Vec<(&'static str, String)> {
    let Some(wished) = &dial.recording else { return Vec::new() };
    let recording = scene.new_recording();
    let at = scene.now + RECORDING_TAKES;
    if let Some(url) = &wished.status_callback {
        scene.tell_recording(url, at, &recording, ("DialVerb", wished.channels), lasted).await;
    }
    let (sid, url) = recording;
    vec![("RecordingSid", sid), ("RecordingUrl", url)]
}

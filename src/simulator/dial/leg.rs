//! One telephone of a `<Dial>`: it rings, somebody picks up, hears what there is to hear, and is put through or not.
//!
//! Promises: one step at a time, so that several legs can go on beside each other, in the order of their times.

use std::collections::VecDeque;
use std::time::Duration;

use super::super::carrier::Carrier;
use super::super::exchange::Request;
use super::super::hearing;
use super::super::people::{Callee, Patience, Phone};
use super::super::placed_call::PlacedCall;
use super::super::transcript::{Ear, Happening, Who, Why};
use super::super::twiml::{Gather, LegEvent, Number, Verb};
use crate::twilio::call_status::CallStatus;

/// How soon somebody hangs up who doesn't want the call.
pub(super) const HANGS_UP_AFTER: Duration = Duration::from_secs(2);

/// A telephone that rings, or has rung.
pub(super) struct Leg<'d> {
    pub(super) call: PlacedCall,
    pub(super) number: &'d Number,
    pub(super) phone: Phone,
    /// When the next thing happens.
    pub(super) now: Duration,
    pub(super) state: State,
    answered_at: Option<Duration>,
    /// The document that is carried out, and its URL.
    verbs: VecDeque<Verb>,
    url: String,
    requests: usize,
}

/// What happens to a leg next.
#[derive(Debug)]
pub(super) enum State {
    /// It is picked up.
    PicksUp,
    /// It stops ringing with this status.
    StopsRinging(CallStatus),
    /// A document is asked for.
    Asks { url: String, request: Request, more: Vec<(&'static str, String)> },
    /// The document's next verb.
    Verb,
    /// The person hangs up.
    HangsUp,
    /// The caller can be put through.
    Ready,
    /// Nothing: it ended with this status.
    Over(CallStatus),
}

impl<'d> Leg<'d> {
    /// A telephone that begins to ring.
    pub(super) fn new(
        call: PlacedCall,
        number: &'d Number,
        phone: Phone,
        began: Duration,
        timeout: Duration,
    ) -> Self {
        let (after, state) = match phone.callee {
            Callee::Busy => (phone.after, State::StopsRinging(CallStatus::Busy)),
            Callee::Unreachable => (phone.after, State::StopsRinging(CallStatus::Failed)),
            Callee::Ignores => (timeout, State::StopsRinging(CallStatus::NoAnswer)),
            Callee::Accepts | Callee::Declines | Callee::HangsUp | Callee::Voicemail => {
                (phone.after, State::PicksUp)
            }
        };
        let (after, state) = if after < timeout {
            (after, state)
        } else {
            (timeout, State::StopsRinging(CallStatus::NoAnswer))
        };
        Self {
            call,
            number,
            phone,
            now: began + after,
            state,
            answered_at: None,
            verbs: VecDeque::new(),
            url: String::new(),
            requests: 0,
        }
    }

    pub(super) fn ear(&self) -> Ear {
        Ear::Phone(self.number.number.clone())
    }

    /// Who picks it up.
    pub(super) fn who(&self) -> Who {
        match self.phone.callee {
            Callee::Voicemail => Who::Machine,
            Callee::Accepts
            | Callee::Declines
            | Callee::HangsUp
            | Callee::Ignores
            | Callee::Busy
            | Callee::Unreachable => Who::Person,
        }
    }

    pub(super) fn was_answered(&self) -> bool {
        self.answered_at.is_some()
    }

    pub(super) fn ended_with(&self) -> Option<CallStatus> {
        match self.state {
            State::Over(status) => Some(status),
            State::PicksUp
            | State::StopsRinging(_)
            | State::Asks { .. }
            | State::Verb
            | State::HangsUp
            | State::Ready => None,
        }
    }

    /// How long it has been picked up.
    pub(super) fn lasted(&self, until: Duration) -> Duration {
        self.answered_at.map_or(Duration::ZERO, |answered_at| until.saturating_sub(answered_at))
    }

    /// Does what is due now.
    pub(super) async fn step(&mut self, carrier: &mut Carrier<'_>) {
        match std::mem::replace(&mut self.state, State::Verb) {
            State::PicksUp => self.pick_up(carrier).await,
            State::StopsRinging(status) => {
                let why = match status {
                    CallStatus::Busy => Why::Busy,
                    CallStatus::Failed => Why::Unreachable,
                    CallStatus::NoAnswer
                    | CallStatus::Queued
                    | CallStatus::Initiated
                    | CallStatus::Ringing
                    | CallStatus::InProgress
                    | CallStatus::Completed
                    | CallStatus::Canceled => Why::Unanswered,
                };
                self.end(carrier, self.now, status, Happening::StopsRinging(why)).await;
            }
            State::Asks { url, request, more } => self.ask(carrier, url, request, more).await,
            State::Verb => self.carry_out(carrier).await,
            State::HangsUp => self.complete(carrier, Happening::HangsUp(self.who())).await,
            State::Ready => self.state = State::Ready,
            State::Over(status) => self.state = State::Over(status),
        }
    }

    async fn pick_up(&mut self, carrier: &mut Carrier<'_>) {
        self.answered_at = Some(self.now);
        carrier.note(self.now, &self.ear(), Happening::PicksUp(self.who()));
        self.tell(carrier, self.now, LegEvent::Answered, CallStatus::InProgress).await;
        self.state = match &self.number.url {
            Some(url) => State::Asks { url: url.clone(), request: Request::Whisper, more: Vec::new() },
            None => State::Ready,
        };
    }

    async fn ask(
        &mut self,
        carrier: &mut Carrier<'_>,
        url: String,
        request: Request,
        more: Vec<(&'static str, String)>,
    ) {
        self.requests += 1;
        self.url = carrier.line().resolve(&url);
        let name = self.requests.to_string();
        let webhook = self.call.ask(self.url.clone(), &name, CallStatus::InProgress, more);
        match carrier.ask(self.now, &self.ear(), request, webhook).await {
            Ok(verbs) => {
                self.verbs = verbs.into();
                self.state = State::Verb;
                if self.phone.callee == Callee::HangsUp {
                    self.now += HANGS_UP_AFTER;
                    self.state = State::HangsUp;
                }
            }
            Err(_) => self.complete(carrier, Happening::ApplicationError).await,
        }
    }

    async fn carry_out(&mut self, carrier: &mut Carrier<'_>) {
        let Some(verb) = self.verbs.pop_front() else {
            self.state = State::Ready;
            return;
        };
        match verb {
            Verb::Say(say) => {
                carrier.note(self.now, &self.ear(), Happening::Says(say.text.clone()));
                self.now += hearing::reading(&say);
            }
            Verb::Pause { length } => self.now += length,
            Verb::Gather(gather) => self.gather(carrier, &gather),
            Verb::Redirect { url } => {
                self.state = State::Asks { url, request: Request::Redirected, more: Vec::new() };
            }
            Verb::Hangup | Verb::Reject { .. } => self.complete(carrier, Happening::IsHungUp).await,
            // Twilio forbids the first here; the other makes no sense.
            Verb::Dial(_) | Verb::Record(_) => self.complete(carrier, Happening::ApplicationError).await,
        }
    }

    fn gather(&mut self, carrier: &mut Carrier<'_>, gather: &Gather) {
        let asked = hearing::ask(gather, &self.phone.callee.answer(), Patience::HearsItOut);
        for (after, happening) in asked.happenings {
            carrier.note(self.now + after, &self.ear(), happening);
        }
        self.now += asked.took;
        if let Some(more) = asked.gathered.parameters(gather) {
            let url = gather.action.clone().unwrap_or_else(|| self.url.clone());
            self.state = State::Asks { url, request: Request::Asked, more };
        }
    }

    async fn complete(&mut self, carrier: &mut Carrier<'_>, what: Happening) {
        self.end(carrier, self.now, CallStatus::Completed, what).await;
    }

    /// The leg is over.
    pub(super) async fn end(
        &mut self,
        carrier: &mut Carrier<'_>,
        at: Duration,
        status: CallStatus,
        what: Happening,
    ) {
        carrier.cut(&self.ear(), at);
        carrier.note(at, &self.ear(), what);
        self.now = at;
        self.state = State::Over(status);
        self.tell(carrier, at, LegEvent::Completed, status).await;
    }

    /// Tells whoever wants to know.
    pub(super) async fn tell(
        &self,
        carrier: &mut Carrier<'_>,
        at: Duration,
        event: LegEvent,
        status: CallStatus,
    ) {
        let Some(url) =
            self.number.status_callback.as_deref().filter(|_| self.number.events.contains(&event))
        else {
            return;
        };
        let webhook = self.call.status(carrier.line().resolve(url), status, at, self.lasted(at));
        carrier.tell(at, &self.ear(), Request::Leg(status), webhook).await;
    }
}

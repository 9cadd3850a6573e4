//! A call while it goes on: its time, its people, and what has come of it.

use std::collections::VecDeque;
use std::time::Duration;

use super::carrier::{Carrier, Useless};
use super::exchange::Request;
use super::line::Webhook;
use super::people::{Answer, Leaves, People};
use super::placed_call::PlacedCall;
use super::transcript::{Ear, End, Happening, Truth};
use super::twiml::Verb;
use crate::twilio::call_status::CallStatus;
use crate::twilio::form::FormParameters;

/// How long somebody hears of the verb at which they hang up.
const HEARD: Duration = Duration::from_secs(1);

/// Whether the caller is still on the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    There,
    Gone,
}

/// A document, and how far it has been carried out.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) url: String,
    pub(super) verbs: VecDeque<Verb>,
}

/// What follows from a verb.
#[derive(Debug)]
pub(super) enum Flow {
    /// The next one.
    GoesOn,
    /// Another document.
    Document(Page),
    /// The end of the call.
    Ends(End),
    /// An answer that was of no use, from this URL.
    Failed { url: String, useless: Useless },
}

/// Everything about a call under way.
pub(super) struct Scene<'s> {
    pub(super) carrier: Carrier<'s>,
    pub(super) call: &'s PlacedCall,
    pub(super) people: &'s People,
    pub(super) truth: Truth,
    pub(super) now: Duration,
    /// When the caller hangs up, as far as that is known.
    pub(super) leaves_at: Option<Duration>,
    questions: usize,
    verbs: usize,
    requests: usize,
    recordings: usize,
}

impl<'s> Scene<'s> {
    pub(super) fn new(carrier: Carrier<'s>, call: &'s PlacedCall, people: &'s People) -> Self {
        let leaves_at = match people.caller.leaves {
            Leaves::After(time) => Some(time),
            Leaves::AtTheEnd | Leaves::AtVerb(_) => None,
        };
        Self {
            carrier,
            call,
            people,
            truth: Truth::default(),
            now: Duration::ZERO,
            leaves_at,
            questions: 0,
            verbs: 0,
            requests: 0,
            recordings: 0,
        }
    }

    /// A verb begins.
    pub(super) fn begin(&mut self) {
        self.verbs += 1;
        match self.people.caller.leaves {
            Leaves::AtVerb(verb) if verb == self.verbs => self.leaves_at = Some(self.now + HEARD),
            Leaves::AtVerb(_) | Leaves::After(_) | Leaves::AtTheEnd => {}
        }
    }

    /// Time passes, or the caller hangs up before it has.
    pub(super) fn pass_to(&mut self, until: Duration) -> Presence {
        match self.leaves_at {
            Some(leaves_at) if leaves_at <= until => {
                self.now = self.now.max(leaves_at);
                Presence::Gone
            }
            Some(_) | None => {
                self.now = until;
                Presence::There
            }
        }
    }

    /// What the caller does at the next question.
    pub(super) fn next_answer(&mut self) -> Answer {
        let answer = self.people.caller.answers.get(self.questions).cloned().unwrap_or_default();
        self.questions += 1;
        answer
    }

    /// The caller hears, or does, something now.
    pub(super) fn note(&mut self, what: Happening) {
        self.carrier.note(self.now, &Ear::Caller, what);
    }

    /// Asks, for the caller's leg, what comes next.
    pub(super) async fn ask(
        &mut self,
        url: &str,
        request: Request,
        presence: Presence,
        more: Vec<(&'static str, String)>,
    ) -> Flow {
        self.requests += 1;
        let url = self.carrier.line().resolve(url);
        let status = match presence {
            Presence::There => CallStatus::InProgress,
            Presence::Gone => CallStatus::Completed,
        };
        let webhook = self.call.ask(url.clone(), &self.requests.to_string(), status, more);
        let answer = self.carrier.ask(self.now, &Ear::Caller, request, webhook).await;
        match (presence, answer) {
            // Nobody is left to hear the answer.
            (Presence::Gone, _) => Flow::Ends(End::CallerLeft),
            (Presence::There, Ok(verbs)) => Flow::Document(Page { url, verbs: verbs.into() }),
            (Presence::There, Err(useless)) => Flow::Failed { url, useless },
        }
    }

    /// The SID of the next recording, and its URL, which has no extension.
    pub(super) fn new_recording(&mut self) -> (String, String) {
        self.recordings += 1;
        let digits: String = self.call.call_sid().as_str().chars().skip(6).collect();
        let sid = format!("RE{:04x}{digits}", self.recordings);
        let account = self.carrier.line().account_sid();
        let url = format!("https://api.twilio.com/2010-04-01/Accounts/{account}/Recordings/{sid}");
        (sid, url)
    }

    /// Tells, `at` that time, that a recording is there.
    pub(super) async fn tell_recording(
        &mut self,
        url: &str,
        at: Duration,
        (sid, recording_url): &(String, String),
        (source, channels): (&str, u8),
        lasted: Duration,
    ) {
        let began = self.call.time(self.now.saturating_sub(lasted));
        let form = FormParameters::from_pairs([
            ("AccountSid", self.carrier.line().account_sid().to_string()),
            ("CallSid", self.call.call_sid().to_string()),
            ("RecordingSid", sid.clone()),
            ("RecordingUrl", recording_url.clone()),
            ("RecordingStatus", "completed".to_owned()),
            ("RecordingDuration", lasted.as_secs().to_string()),
            ("RecordingChannels", channels.to_string()),
            ("RecordingStartTime", began),
            ("RecordingSource", source.to_owned()),
            ("ErrorCode", "0".to_owned()),
        ]);
        let url = self.carrier.line().resolve(url);
        let webhook = Webhook { url, form, idempotency_token: sid.to_lowercase() };
        self.carrier.tell(at, &Ear::Caller, Request::Recording, webhook).await;
    }
}

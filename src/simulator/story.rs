//! A call as somebody would tell it who listened on all its telephones.

use std::fmt::Write as _;
use std::time::Duration;

use super::conversation::Conversation;
use super::exchange::Exchange;
use super::people::Answer;
use super::transcript::{Ear, Entry, Happening, Who, Why};

/// A sentence about a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// When, after the first ring.
    pub at: Duration,
    /// Who does something, or hears it: `line`, `caller`, `Twilio`, or a number.
    pub who: String,
    /// What.
    pub what: String,
}

impl Told {
    /// `00:42`: minutes and seconds of the call.
    #[must_use]
    pub fn clock(&self) -> String {
        let seconds = self.at.as_secs();
        format!("{:02}:{:02}", seconds / 60, seconds % 60)
    }
}

impl Conversation {
    /// All of it, without requests, but for those whose answers were of no use.
    #[must_use]
    pub fn story(&self) -> Vec<Told> {
        self.entries.iter().filter_map(told).collect()
    }
}

fn told(entry: &Entry) -> Option<Told> {
    let what = what(entry)?;
    let who = match (&entry.ear, &entry.what) {
        (_, Happening::Request(_)) => "Twilio".to_owned(),
        (Ear::Phone(number), _) => number.clone(),
        (Ear::Caller, Happening::Answers(_) | Happening::Message(_) | Happening::HangsUp(_)) => {
            "caller".to_owned()
        }
        (
            Ear::Caller,
            Happening::Says(_)
            | Happening::Silence(_)
            | Happening::Tone
            | Happening::Rings
            | Happening::PicksUp(_)
            | Happening::StopsRinging(_)
            | Happening::Talk
            | Happening::IsHungUp
            | Happening::Rejected
            | Happening::ApplicationError,
        ) => "line".to_owned(),
    };
    Some(Told { at: entry.at, who, what })
}

fn what(entry: &Entry) -> Option<String> {
    let is_phone = matches!(entry.ear, Ear::Phone(_));
    let text = match &entry.what {
        Happening::Request(exchange) => {
            let failure = exchange.answer.as_ref().err()?;
            let Exchange { request, path, .. } = &**exchange;
            let mut text = format!("can’t use the answer to: {request}, {path}: {failure}");
            if let Some(code) = failure.code() {
                // Writing to a String can't fail.
                let _ = write!(text, " (error {code})");
            }
            return Some(text);
        }
        Happening::Says(text) if is_phone => return Some(format!("hears “{text}”")),
        Happening::Says(text) => return Some(format!("“{text}”")),
        Happening::Silence(length) => return Some(format!("silence for {} s", length.as_secs())),
        Happening::Message(length) => return Some(format!("leaves a message of {} s", length.as_secs())),
        Happening::Answers(Answer::Words(words)) => return Some(format!("says “{words}”")),
        Happening::Answers(answer) => return Some(answer.to_string()),
        Happening::Tone => "a tone",
        Happening::Rings => "rings",
        Happening::PicksUp(Who::Machine) => "is picked up by a voicemail",
        Happening::PicksUp(Who::Person | Who::Caller) => "is picked up",
        Happening::StopsRinging(Why::Unanswered) => "is not answered",
        Happening::StopsRinging(Why::Busy) => "is busy",
        Happening::StopsRinging(Why::Unreachable) => "can’t be reached",
        Happening::StopsRinging(Why::NoLongerNeeded) => "stops ringing",
        Happening::Talk => "and the caller are connected",
        Happening::IsHungUp if is_phone => "is hung up",
        Happening::HangsUp(_) | Happening::IsHungUp => "hangs up",
        Happening::Rejected => "does not take the call",
        Happening::ApplicationError => {
            "“We are sorry, an application error has occurred. Goodbye.” (Twilio’s voice)"
        }
    };
    Some(text.to_owned())
}

//! What was recorded of a call, by its ledger.
//!
//! Promises: the same lines give the same list, in whatever order they came; a recording that several events tell of is
//! one. Nothing of a URL that came is used: only SIDs.
//! Doesn't: know whether Twilio still has it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::twilio::rest::Resource;
use crate::twilio::sid::{AccountSid, RecordingSid, TranscriptionSid};

/// A line of the ledger that names a recording or what one was written down as.
#[derive(Clone, Debug)]
pub struct RecordingLine {
    /// What kind of event.
    pub kind: String,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// Whose.
    pub account_sid: Option<String>,
    /// Of the recording.
    pub recording_sid: Option<String>,
    /// What it was written down as.
    pub transcription_sid: Option<String>,
    /// Its length. Seconds.
    pub seconds: Option<String>,
    /// What made it, in Twilio's words.
    pub source: Option<String>,
    /// How far it is, in Twilio's words.
    pub status: Option<String>,
}

/// What a recording is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecordingKind {
    /// A message that the caller left.
    Voicemail,
    /// The caller and the person who took the call.
    Conversation,
}

/// A recording of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Recording {
    /// Twilio's id of the recording.
    #[schema(value_type = String, pattern = "^RE[0-9a-fA-F]{32}$", example = "RE44444444444444444444444444444444")]
    pub recording_sid: RecordingSid,
    /// What it is of.
    pub kind: RecordingKind,
    /// Its length in seconds; null where Twilio has not said it.
    #[schema(example = 14)]
    pub duration_seconds: Option<u32>,
    /// When it was first heard of.
    #[schema(example = "2026-11-25T20:00:42Z")]
    pub recorded_at: DateTime<Utc>,
    /// Whose it is at Twilio.
    #[serde(skip)]
    pub account_sid: AccountSid,
}

/// The recordings of a call, oldest first. One that Twilio never made is none.
#[must_use]
pub fn recordings(lines: &[RecordingLine]) -> Vec<Recording> {
    let mut found: Vec<Recording> = Vec::new();
    for line in lines {
        let (Some(account_sid), Some(recording_sid)) = (account(line), recording(line)) else { continue };
        let Some(kind) = kind(line) else { continue };
        let seconds = line.seconds.as_deref().and_then(|seconds| seconds.parse().ok());
        match found.iter_mut().find(|known| known.recording_sid == recording_sid) {
            Some(known) => {
                known.duration_seconds = known.duration_seconds.max(seconds);
                known.recorded_at = known.recorded_at.min(line.occurred_at);
            }
            None => found.push(Recording {
                recording_sid,
                kind,
                duration_seconds: seconds,
                recorded_at: line.occurred_at,
                account_sid,
            }),
        }
    }
    let was_never_made = |one: &Recording| {
        lines.iter().any(|line| {
            recording(line).as_ref() == Some(&one.recording_sid)
                && matches!(line.status.as_deref(), Some("absent" | "failed"))
        })
    };
    found.retain(|one| !was_never_made(one));
    found.sort_by(|one, other| {
        (one.recorded_at, &one.recording_sid).cmp(&(other.recorded_at, &other.recording_sid))
    });
    found
}

/// Everything of a call that Twilio keeps and a person may want gone, each once: recordings, also those that were never
/// made, and what they were written down as.
#[must_use]
pub fn kept_at_twilio(lines: &[RecordingLine]) -> Vec<Resource> {
    let mut kept = Vec::new();
    for line in lines {
        let Some(account) = account(line) else { continue };
        let transcription =
            line.transcription_sid.as_deref().and_then(|sid| TranscriptionSid::parse(sid).ok());
        let named = transcription.map(|sid| Resource::transcription(&account, &sid));
        let named = named.into_iter().chain(recording(line).map(|sid| Resource::recording(&account, &sid)));
        for resource in named {
            if !kept.contains(&resource) {
                kept.push(resource);
            }
        }
    }
    kept
}

fn account(line: &RecordingLine) -> Option<AccountSid> {
    AccountSid::parse(line.account_sid.as_deref()?).ok()
}

fn recording(line: &RecordingLine) -> Option<RecordingSid> {
    RecordingSid::parse(line.recording_sid.as_deref()?).ok()
}

fn kind(line: &RecordingLine) -> Option<RecordingKind> {
    match (line.kind.as_str(), line.source.as_deref()) {
        ("message", _) | ("recording", Some("RecordVerb")) => Some(RecordingKind::Voicemail),
        ("dial_result" | "recording", _) => Some(RecordingKind::Conversation),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: &str = "AC00000000000000000000000000000001";
    const MESSAGE: &str = "RE00000000000000000000000000000001";
    const TALK: &str = "RE00000000000000000000000000000002";

    fn line(kind: &str, recording_sid: &str) -> RecordingLine {
        RecordingLine {
            kind: kind.to_owned(),
            occurred_at: "2026-03-03T17:02:11Z".parse().unwrap(),
            account_sid: Some(ACCOUNT.to_owned()),
            recording_sid: Some(recording_sid.to_owned()),
            transcription_sid: None,
            seconds: None,
            source: None,
            status: None,
        }
    }

    #[test]
    fn a_recording_that_two_events_tell_of_is_one_in_whatever_order_they_came() {
        let told = RecordingLine {
            seconds: Some("14".to_owned()),
            source: Some("RecordVerb".to_owned()),
            ..line("recording", MESSAGE)
        };
        let mut lines = [line("message", MESSAGE), told, line("dial_result", TALK)];

        let listed = recordings(&lines);
        lines.reverse();

        assert_eq!(listed, recordings(&lines));
        let shown: Vec<_> = listed.iter().map(|one| (one.kind, one.duration_seconds)).collect();
        assert_eq!(shown, [(RecordingKind::Voicemail, Some(14)), (RecordingKind::Conversation, None)]);
    }

    #[test]
    fn a_recording_that_was_never_made_is_not_listed_but_deleted() {
        let absent = RecordingLine { status: Some("absent".to_owned()), ..line("recording", TALK) };
        let lines = [line("dial_result", TALK), absent];

        assert_eq!(recordings(&lines), []);
        assert_eq!(kept_at_twilio(&lines).len(), 1);
    }

    #[test]
    fn a_line_whose_sids_are_none_leads_nowhere() {
        let elsewhere = line("message", "../../evil");

        assert_eq!(recordings(std::slice::from_ref(&elsewhere)), []);
        assert_eq!(kept_at_twilio(&[elsewhere]), []);
    }
}

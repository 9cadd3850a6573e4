//! `<Record>`: a message, from the tone to whoever is told of it.

use std::time::Duration;

use super::exchange::Request;
use super::people::AfterMessage;
use super::scene::{Flow, Presence, Scene};
use super::transcript::{Ear, End, Happening};
use super::twiml::{Record, Tone};
use crate::twilio::call_status::CallStatus;

const TONE: Duration = Duration::from_secs(1);
/// Shorter ones are none.
const SHORTEST: Duration = Duration::from_secs(1);
const RECORDING_TAKES: Duration = Duration::from_secs(2);
const TRANSCRIPTION_TAKES: Duration = Duration::from_secs(20);
/// Others are not transcribed.
const TRANSCRIBED: std::ops::RangeInclusive<u64> = 2..=120;

/// Takes a message. `page` is the URL of the document.
pub(super) async fn record(scene: &mut Scene<'_>, record: &Record, page: &str) -> Flow {
    if record.tone == Tone::Heard {
        scene.note(Happening::Tone);
        if scene.pass_to(scene.now + TONE) == Presence::Gone {
            return Flow::Ends(End::CallerLeft);
        }
    }
    let began = scene.now;
    let length = scene.people.caller.message.length;
    if length < SHORTEST {
        // An empty recording skips the action.
        return match scene.pass_to(began + record.timeout) {
            Presence::There => Flow::GoesOn,
            Presence::Gone => Flow::Ends(End::CallerLeft),
        };
    }
    let presence = scene.pass_to(began + length.min(record.max_length));
    let spoken = scene.now.saturating_sub(began);
    if spoken < SHORTEST {
        return Flow::Ends(End::CallerLeft);
    }
    scene.carrier.note(began, &Ear::Caller, Happening::Message(spoken));
    scene.truth.messages.push(spoken);
    let (digits, presence) = match presence {
        Presence::Gone => ("hangup".to_owned(), presence),
        Presence::There if length > record.max_length => (String::new(), presence),
        Presence::There => ending(scene, record),
    };
    let recording = scene.new_recording();
    tell(scene, record, &recording, spoken).await;
    let (sid, url) = recording;
    let more = vec![
        ("RecordingSid", sid),
        ("RecordingUrl", url),
        ("RecordingDuration", spoken.as_secs().to_string()),
        ("Digits", digits),
    ];
    let action = record.action.as_deref().unwrap_or(page);
    scene.ask(action, Request::Recorded, presence, more).await
}

/// What the caller does after the last word.
fn ending(scene: &mut Scene<'_>, record: &Record) -> (String, Presence) {
    match scene.people.caller.message.then {
        AfterMessage::HangsUp => {
            scene.leaves_at = Some(scene.now);
            ("hangup".to_owned(), Presence::Gone)
        }
        AfterMessage::Presses(key) if record.finish_on_key.contains(key) => {
            (key.to_string(), scene.pass_to(scene.now))
        }
        AfterMessage::Presses(_) | AfterMessage::Waits => {
            let presence = scene.pass_to(scene.now + record.timeout);
            let digits = match presence {
                Presence::There => String::new(),
                Presence::Gone => "hangup".to_owned(),
            };
            (digits, presence)
        }
    }
}

async fn tell(scene: &mut Scene<'_>, record: &Record, recording: &(String, String), spoken: Duration) {
    if let Some(url) = &record.status_callback {
        let at = scene.now + RECORDING_TAKES;
        scene.tell_recording(url, at, recording, ("RecordVerb", 1), spoken).await;
    }
    let Some(url) = &record.transcribe_callback else { return };
    if !TRANSCRIBED.contains(&spoken.as_secs()) {
        return;
    }
    let (sid, recording_url) = recording;
    let transcription = sid.replacen("RE", "TR", 1);
    let more = vec![
        ("RecordingSid", sid.clone()),
        ("RecordingUrl", recording_url.clone()),
        ("TranscriptionSid", transcription.clone()),
        ("TranscriptionStatus", "completed".to_owned()),
        ("TranscriptionText", scene.people.caller.message.words.clone()),
        ("TranscriptionType", "fast".to_owned()),
        (
            "TranscriptionUrl",
            recording_url.replace("Recordings", "Transcriptions").replace(sid, &transcription),
        ),
    ];
    let url = scene.carrier.line().resolve(url);
    let webhook = scene.call.ask(url, &transcription, CallStatus::Completed, more);
    let at = scene.now + TRANSCRIPTION_TAKES;
    scene.carrier.tell(at, &Ear::Caller, Request::Transcription, webhook).await;
}

//! A decision in TwiML: the words and the verbs.
//!
//! Promises: what was decided, and nothing else; each step that is carried out reports its end to an address of this call.

use super::addresses::CallAddress;
use crate::routing::{
    Acceptance, Decision, Line, Listening, Place, Recorded, Ring, ShownNumber, Step, Transcription,
    Voicemail, Whisper,
};
use crate::twilio::public_url::PublicBaseUrl;
use crate::twilio::twiml::{
    AnswerMoment, Dial, DialRecording, Gather, GatherInput, LegCallback, Number, Record, RejectReason, Say,
    Transcribe, Verb, VoiceResponse,
};

/// How long Twilio waits for a key or a word.
const THINKING_SECONDS: u16 = 5;
/// After so much silence a message is over.
const SILENCE_SECONDS: u16 = 5;
/// A telephone without a time of its own rings four times; after that a mobile's own voicemail would answer.
const RING_SECONDS: u16 = 20;

/// An answer, for the document.
pub const EXAMPLE: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Say>Thank you for calling Acme HVAC.</Say>\
    <Dial action=\"https://calls.example.com/twilio/t/0199a0e8-0000-7000-8000-000000000001/voice/step/ring-0-pickup\" \
    method=\"POST\" timeout=\"20\" timeLimit=\"3600\" answerOnBridge=\"true\"><Number>+12145550199</Number></Dial></Response>";

/// What a caller gets.
#[derive(Clone, Debug)]
pub enum Answer {
    /// What the tenant's settings say.
    Decided(Decision, CallAddress),
    /// The number belongs to nobody here.
    NotInService,
    /// The call's tenant was switched off meanwhile.
    SwitchedOff,
    /// We are ill and know nothing of this number.
    Apology,
}

impl Answer {
    /// The word in the ledger, in log lines and in figures.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Decided(decision, _) => decision.step.as_str(),
            Self::NotInService => "not_in_service",
            Self::SwitchedOff => "hang_up",
            Self::Apology => "apology",
        }
    }

    /// The TwiML.
    #[must_use]
    pub fn render(&self, public_url: &PublicBaseUrl) -> VoiceResponse {
        match self {
            Self::Decided(decision, address) => render(decision, address, public_url),
            Self::NotInService => VoiceResponse::new(vec![
                Verb::say(
                    "We are sorry, the number you have called is not in service. Please check it and call again. Goodbye.",
                ),
                Verb::Hangup,
            ]),
            Self::SwitchedOff => VoiceResponse::new(vec![Verb::Hangup]),
            Self::Apology => apology(),
        }
    }
}

/// What a caller hears when we are ill and know nothing better.
#[must_use]
pub fn apology() -> VoiceResponse {
    VoiceResponse::new(vec![
        Verb::say(
            "We are sorry, we can't take your call at the moment. Please call again in a few minutes. Goodbye.",
        ),
        Verb::Hangup,
    ])
}

/// A decision for a call.
#[must_use]
pub fn render(decision: &Decision, address: &CallAddress, public_url: &PublicBaseUrl) -> VoiceResponse {
    let mut verbs: Vec<Verb> = decision.lines.iter().map(|line| Verb::say(line.text())).collect();
    match &decision.step {
        Step::Reject => verbs.push(Verb::Reject { reason: RejectReason::Rejected }),
        Step::Ask { place, says, listening, hints } => verbs.push(Verb::Gather(Gather {
            input: match listening {
                Listening::Keys => GatherInput::Key,
                Listening::KeysAndWords => GatherInput::KeyOrWords { hints: hints.clone() },
            },
            action: address.step(*place, public_url),
            timeout_seconds: THINKING_SECONDS,
            says: says.iter().map(|line| Say::plain(line.text())).collect(),
        })),
        Step::Ring(ring) => verbs.push(Verb::Dial(dial(ring, address, public_url))),
        Step::TakeMessage(voicemail) => verbs.extend(message(voicemail, address, public_url)),
        Step::HangUp => verbs.push(Verb::Hangup),
    }
    VoiceResponse::new(verbs)
}

fn dial(ring: &Ring, address: &CallAddress, public_url: &PublicBaseUrl) -> Dial {
    let number = |number| Number {
        number,
        whisper: match ring.acceptance {
            Acceptance::PressOne => Some(address.whisper(ring.place, 0, public_url)),
            Acceptance::PickUp => None,
        },
        status: LegCallback(address.leg(ring.place, public_url)),
    };
    Dial {
        numbers: ring.phones.iter().map(|phone| number(phone.number.clone())).collect(),
        action: address.step(ring.place, public_url),
        timeout_seconds: ring.phones.iter().map(|phone| phone.seconds).max().unwrap_or(RING_SECONDS),
        longest_seconds: ring.longest_talk_seconds,
        caller_id: match &ring.shows {
            ShownNumber::Callers => None,
            ShownNumber::Dialled(number) => Some(number.clone()),
        },
        answer: AnswerMoment::OnBridge,
        recording: match ring.recorded {
            Recorded::Yes => DialRecording::FromAnswer { status: address.recording(public_url) },
            Recorded::No => DialRecording::Off,
        },
    }
}

/// An empty message reports no end: what follows is for whoever said nothing.
fn message(voicemail: &Voicemail, address: &CallAddress, public_url: &PublicBaseUrl) -> Vec<Verb> {
    let record = Record {
        action: address.step(Place::Message, public_url),
        longest_seconds: voicemail.longest_seconds,
        silence_seconds: SILENCE_SECONDS,
        status: address.recording(public_url),
        transcribe: match voicemail.transcription {
            Transcription::On => Transcribe::To { callback: address.transcription(public_url) },
            Transcription::Off => Transcribe::No,
        },
    };
    let farewell = [Line::NoMessage, Line::Goodbye];
    let mut verbs = vec![Verb::say(voicemail.prompt.as_str()), Verb::Record(record)];
    verbs.extend(farewell.iter().map(|line| Verb::say(line.text())));
    verbs.push(Verb::Hangup);
    verbs
}

/// What a person hears who was rung. `firm` is none where memory doesn't know it.
#[must_use]
pub fn whisper(
    whisper: Whisper,
    place: Place,
    firm: Option<&str>,
    address: &CallAddress,
    public_url: &PublicBaseUrl,
) -> VoiceResponse {
    match whisper {
        Whisper::Ask { reading } => {
            let kind = match place {
                Place::Ladder(_) => "Emergency call",
                Place::Ring { .. } | Place::Together(_) | Place::Ask { .. } | Place::Message => "A call",
            };
            let firm = firm.map(|firm| format!(" for {firm}")).unwrap_or_default();
            VoiceResponse::new(vec![Verb::Gather(Gather {
                input: GatherInput::Key,
                action: address.whisper(place, reading, public_url),
                timeout_seconds: THINKING_SECONDS,
                says: vec![Say::plain(format!("{kind}{firm}. Press 1 to take it."))],
            })])
        }
        Whisper::PutThrough => VoiceResponse::default(),
        Whisper::HangUp => VoiceResponse::new(vec![Verb::Hangup]),
    }
}

#[cfg(test)]
mod tests;

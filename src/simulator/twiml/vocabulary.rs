//! What Twilio knows: every element of voice TwiML, its attributes, and what may stand in it.
//!
//! Promises: names in Twilio's own letters. Doesn't: say what the engine carries out.

use super::element::{Element, Node};
use super::refusal::Refusal;

/// What Twilio knows of an element.
struct Rule {
    name: &'static str,
    attributes: &'static [&'static str],
    holds: &'static [&'static str],
    words: Words,
}

/// Whether words may stand in an element.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Words {
    Allowed,
    Forbidden,
}

use Words::{Allowed, Forbidden};

const VERBS: &[&str] = &[
    "Say", "Play", "Pause", "Gather", "Record", "Dial", "Enqueue", "Leave", "Redirect", "Hangup", "Reject",
    "Refer", "Pay", "Prompt", "Sms", "Message", "Start", "Stop", "Connect", "Echo",
];
const NOUNS: &[&str] = &["Number", "Client", "Sip", "Conference", "Queue"];
const STREAMS: &[&str] = &["Stream", "Recording", "Transcription", "Siprec", "ConversationRelay"];
/// What marks up words in `<Say>`.
const SSML: &[&str] = &[
    "break",
    "emphasis",
    "lang",
    "p",
    "phoneme",
    "prosody",
    "s",
    "say-as",
    "sub",
    "w",
    "amazon:effect",
    "amazon:domain",
];
const CALLBACK: [&str; 3] = ["statusCallback", "statusCallbackMethod", "statusCallbackEvent"];

const fn rule(
    name: &'static str,
    words: Words,
    attributes: &'static [&'static str],
    holds: &'static [&'static str],
) -> Rule {
    Rule { name, attributes, holds, words }
}

const RULES: &[Rule] = &[
    rule("Response", Forbidden, &[], VERBS),
    rule("Say", Allowed, &["voice", "language", "loop"], SSML),
    rule("Play", Allowed, &["loop", "digits"], &[]),
    rule("Pause", Forbidden, &["length"], &[]),
    rule(
        "Gather",
        Forbidden,
        &[
            "input",
            "action",
            "method",
            "timeout",
            "finishOnKey",
            "numDigits",
            "language",
            "hints",
            "speechTimeout",
            "speechModel",
            "enhanced",
            "profanityFilter",
            "partialResultCallback",
            "partialResultCallbackMethod",
            "actionOnEmptyResult",
            "bargeIn",
            "maxSpeechTime",
        ],
        &["Say", "Play", "Pause"],
    ),
    rule(
        "Record",
        Forbidden,
        &[
            "action",
            "method",
            "timeout",
            "finishOnKey",
            "maxLength",
            "playBeep",
            "trim",
            "recordingStatusCallback",
            "recordingStatusCallbackMethod",
            "recordingStatusCallbackEvent",
            "transcribe",
            "transcribeCallback",
        ],
        &[],
    ),
    rule(
        "Dial",
        Allowed,
        &[
            "action",
            "method",
            "timeout",
            "timeLimit",
            "callerId",
            "answerOnBridge",
            "hangupOnStar",
            "record",
            "recordingStatusCallback",
            "recordingStatusCallbackMethod",
            "recordingStatusCallbackEvent",
            "recordingTrack",
            "trim",
            "ringTone",
            "referUrl",
            "referMethod",
            "sequential",
            "events",
        ],
        NOUNS,
    ),
    rule(
        "Number",
        Allowed,
        &[
            "url",
            "method",
            CALLBACK[0],
            CALLBACK[1],
            CALLBACK[2],
            "sendDigits",
            "machineDetection",
            "machineDetectionTimeout",
            "machineDetectionSpeechThreshold",
            "machineDetectionSpeechEndThreshold",
            "machineDetectionSilenceTimeout",
            "amdStatusCallback",
            "amdStatusCallbackMethod",
            "byoc",
        ],
        &[],
    ),
    rule(
        "Client",
        Allowed,
        &["url", "method", CALLBACK[0], CALLBACK[1], CALLBACK[2]],
        &["Identity", "Parameter"],
    ),
    rule(
        "Sip",
        Allowed,
        &["url", "method", CALLBACK[0], CALLBACK[1], CALLBACK[2], "username", "password"],
        &[],
    ),
    rule(
        "Conference",
        Allowed,
        &[
            "muted",
            "beep",
            "startConferenceOnEnter",
            "endConferenceOnExit",
            "waitUrl",
            "waitMethod",
            "maxParticipants",
            "record",
            CALLBACK[0],
            CALLBACK[1],
            CALLBACK[2],
            "coach",
            "participantLabel",
            "region",
            "trim",
            "recordingStatusCallback",
            "recordingStatusCallbackMethod",
            "eventCallbackUrl",
        ],
        &[],
    ),
    rule("Queue", Allowed, &["url", "method", "reservationSid", "postWorkActivitySid"], &[]),
    rule(
        "Enqueue",
        Allowed,
        &["action", "method", "waitUrl", "waitUrlMethod", "workflowSid", "maxQueueSize"],
        &["Task"],
    ),
    rule("Leave", Forbidden, &[], &[]),
    rule("Redirect", Allowed, &["method"], &[]),
    rule("Hangup", Forbidden, &[], &["Parameter"]),
    rule("Reject", Forbidden, &["reason"], &["Parameter"]),
    rule("Refer", Forbidden, &["action", "method"], &["Sip"]),
    rule("Start", Forbidden, &["action", "method"], STREAMS),
    rule("Stop", Forbidden, &[], STREAMS),
    rule("Connect", Forbidden, &["action", "method"], STREAMS),
];

/// Refuses whatever Twilio would warn of in the element, and in all that stands in it.
pub(super) fn check(element: &Element) -> Result<(), Refusal> {
    // Of the rest the engine carries out nothing, and says so.
    let Some(rule) = RULES.iter().find(|rule| rule.name == element.name) else { return Ok(()) };
    for (attribute, _) in &element.attributes {
        if !rule.attributes.contains(&attribute.as_str()) {
            return Err(Refusal::UnknownAttribute {
                element: element.name.clone(),
                attribute: attribute.clone(),
                known_as: otherwise_written(rule.attributes, attribute),
            });
        }
    }
    for child in &element.children {
        match child {
            Node::Element(child) => {
                check_place(child, rule)?;
                check(child)?;
            }
            Node::Text(_) if rule.words == Forbidden => {
                return Err(Refusal::Text { parent: element.name.clone() });
            }
            Node::Text(_) => {}
        }
    }
    Ok(())
}

fn check_place(child: &Element, parent: &Rule) -> Result<(), Refusal> {
    if parent.holds.contains(&child.name.as_str()) {
        return Ok(());
    }
    let all: Vec<&str> =
        [VERBS, NOUNS, STREAMS, SSML, &["Response", "Parameter", "Identity", "Task"]].concat();
    if all.contains(&child.name.as_str()) {
        return Err(Refusal::Nesting { element: child.name.clone(), parent: parent.name.to_owned() });
    }
    Err(Refusal::UnknownElement {
        element: child.name.clone(),
        known_as: otherwise_written(&all, &child.name),
    })
}

fn otherwise_written(known: &[&str], name: &str) -> Option<String> {
    known.iter().find(|known| known.eq_ignore_ascii_case(name)).map(|known| (*known).to_owned())
}

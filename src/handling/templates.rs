//! Settings for a trade, to begin with.
//!
//! Promises: sentences that a firm of the trade would want its callers to hear, with the firm's name; what the firm has of
//! its own (hours, telephones, numbers that are blocked) stays. Complete as soon as there is a telephone to ring in an
//! emergency. Doesn't: say when the office opens: hours change, and sentences about them are forgotten.

use serde_json::{Value, json};

use super::merge_patch::patched;

/// A trade that there are settings for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trade {
    /// Heating, ventilation and air conditioning.
    Hvac,
    /// Plumbing.
    Plumbing,
    /// A doctor's or dentist's office.
    Clinic,
}

impl Trade {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Hvac, Self::Plumbing, Self::Clinic];

    /// The word in addresses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hvac => "hvac",
            Self::Plumbing => "plumbing",
            Self::Clinic => "clinic",
        }
    }

    /// The trade of this word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|trade| trade.as_str() == word)
    }

    /// What it is, in a few words.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Hvac => "Heating and air conditioning",
            Self::Plumbing => "Plumbing",
            Self::Clinic => "Medical or dental office",
        }
    }

    fn sentences(self, firm: &str) -> Value {
        match self {
            Self::Hvac => hvac(firm),
            Self::Plumbing => plumbing(firm),
            Self::Clinic => clinic(firm),
        }
    }
}

/// The settings of a firm after a trade's were laid over them. Those of the firm are as people see them.
#[must_use]
pub fn template(trade: Trade, firm: &str, own: &Value) -> Value {
    let ladder = own.pointer("/emergency/ladder").or_else(|| own.pointer("/ring/phones"));
    let hours = own.get("hours").filter(|hours| !hours.is_null()).cloned();
    let own_people = json!({
        "hours": hours.unwrap_or_else(office_hours),
        "ring": { "acceptance": "press_one" },
        "emergency": { "ladder": ladder.cloned().unwrap_or_else(|| json!([])) },
    });
    [trade.sentences(firm), own_people].iter().filter_map(Value::as_object).fold(own.clone(), patched)
}

fn office_hours() -> Value {
    let day = json!([{ "from": "08:00", "to": "17:00" }]);
    json!({
        "week": {
            "monday": day, "tuesday": day, "wednesday": day, "thursday": day, "friday": day,
            "saturday": [], "sunday": [],
        },
        "exceptions": [],
    })
}

fn hvac(firm: &str) -> Value {
    json!({
        "greeting": format!("Thank you for calling {firm}."),
        "after_hours_message": format!(
            "Thank you for calling {firm}. Our office is closed right now, and we return every message as soon as we open."
        ),
        "menu": {
            "prompt": "For heating or cooling service, press 1. To leave a message for our office, press 2.",
            "choices": [
                { "key": "1", "words": ["service", "repair", "heating", "cooling", "estimate"], "to": "people", "text": null },
                { "key": "2", "words": ["message", "office", "billing"], "to": "message", "text": null },
            ],
        },
        "voicemail": {
            "prompt": "Please leave your name, your phone number, your address, and what your system is doing after the tone. \
                       We will call you back.",
        },
        "emergency": {
            "key": "9",
            "words": [
                "emergency", "no heat", "no air", "no cooling", "smell gas", "gas leak", "carbon monoxide", "burning smell",
                "smoke", "water leak",
            ],
            "offer": "If you have no heat, no cooling, or another problem that can't wait, press 9 now, or tell us in a few \
                      words what is wrong.",
            "safety": "If you smell gas, or a carbon monoxide alarm is sounding, leave the building now and call 911 from \
                       outside. Otherwise please stay on the line while we call the technician on duty.",
        },
    })
}

fn plumbing(firm: &str) -> Value {
    json!({
        "greeting": format!("Thank you for calling {firm}."),
        "after_hours_message": format!(
            "Thank you for calling {firm}. Our office is closed right now, and we return every message as soon as we open."
        ),
        "menu": {
            "prompt": "For a repair or an estimate, press 1. To leave a message for our office, press 2.",
            "choices": [
                { "key": "1", "words": ["repair", "estimate", "plumber", "drain", "water heater"], "to": "people", "text": null },
                { "key": "2", "words": ["message", "office", "billing"], "to": "message", "text": null },
            ],
        },
        "voicemail": {
            "prompt": "Please leave your name, your phone number, your address, and what is wrong after the tone. We will \
                       call you back.",
        },
        "emergency": {
            "key": "9",
            "words": [
                "emergency", "burst pipe", "flood", "flooding", "overflowing", "sewage", "smell gas", "gas leak", "no water",
            ],
            "offer": "If water is running where it should not, or you have another problem that can't wait, press 9 now, or \
                      tell us in a few words what is wrong.",
            "safety": "If you smell gas, leave the building now and call 911 from outside. If water is running and you can \
                       reach the main valve safely, turn it off. Please stay on the line while we call the plumber on duty.",
        },
    })
}

fn clinic(firm: &str) -> Value {
    json!({
        "greeting": format!(
            "Thank you for calling {firm}. If this is a medical emergency, hang up now and call 911."
        ),
        "after_hours_message": format!(
            "Thank you for calling {firm}. If this is a medical emergency, hang up now and call 911. Our office is closed \
             right now."
        ),
        "menu": {
            "prompt": "To make or change an appointment, press 1. For a prescription refill, press 2. For anything else, \
                       press 3.",
            "choices": [
                { "key": "1", "words": ["appointment", "schedule", "cancel"], "to": "people", "text": null },
                { "key": "2", "words": ["refill", "prescription", "pharmacy"], "to": "message", "text": null },
                { "key": "3", "words": ["something else", "question", "billing"], "to": "people", "text": null },
            ],
        },
        "voicemail": {
            "prompt": "Please leave the patient's full name, your phone number, and a short message after the tone. We will \
                       call you back.",
        },
        "emergency": {
            "key": "9",
            "words": ["urgent", "on call", "nurse", "doctor"],
            "offer": "If you need to speak with the doctor or nurse on call, press 9 now.",
            "safety": "If this is a medical emergency, hang up now and call 911. Otherwise please stay on the line while we \
                       call the person on duty.",
        },
    })
}

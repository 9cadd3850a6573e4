//! What is read from a tenant's row, and what is refused when it is to be saved.

mod changing;
mod properties;
mod saving;
mod stored;

use serde_json::{Value, json};

use crate::twilio::phone_number::E164PhoneNumber;

const DIALLED: &str = "+12145550100";

fn number(text: &str) -> E164PhoneNumber {
    E164PhoneNumber::parse(text).unwrap()
}

/// A row as an older program left it.
fn older_row() -> Value {
    json!({
        "company_name": "Acme HVAC",
        "timezone": "America/Chicago",
        "business_hours": { "mon": { "open": "08:00", "close": "17:00" } },
        "greeting_message": null,
        "after_hours_message": "  ",
        "forward_number": "+12145550199",
        "enable_recording": false,
        "emergency_phone": "+12145550181",
        "emergency_keywords": ["gas leak", "no heat"],
        "call_handling": {},
    })
}

/// A document with something in every part.
fn full_document() -> Value {
    json!({
        "timezone": "America/New_York",
        "hours": {
            "week": {
                "monday": [{ "from": "08:00", "to": "12:00" }, { "from": "13:00", "to": "17:00" }],
                "tuesday": [], "wednesday": [], "thursday": [],
                "friday": [{ "from": "22:00", "to": "06:00" }],
                "saturday": [], "sunday": [],
            },
            "exceptions": [{ "date": "2026-12-25", "name": "Christmas", "closed": true }],
        },
        "greeting": "Thank you for calling Acme.",
        "after_hours_message": "Acme is closed.",
        "recording": { "enabled": true, "notice": "We record this call." },
        "ring": {
            "phones": [
                { "name": "Ann", "number": "+12145550191", "seconds": 15 },
                { "name": null, "number": "+12145550192", "seconds": 20 },
            ],
            "manner": "together",
            "acceptance": "press_one",
        },
        "menu": {
            "prompt": "For repairs press 1, for our address press 2.",
            "choices": [
                { "key": "1", "words": ["repair"], "to": "people", "text": null },
                { "key": "2", "words": [], "to": "information", "text": "We are at 1 Main Street." },
                { "key": "3", "words": [], "to": "message", "text": null },
            ],
        },
        "voicemail": { "enabled": false, "prompt": "Leave a message.", "longest_seconds": 90, "transcribe": true },
        "emergency": {
            "key": "9",
            "words": ["gas leak"],
            "offer": "For an emergency press 9.",
            "safety": "Leave the building.",
            "ladder": [{ "name": "Luis", "number": "+12145550181", "seconds": 30 }],
        },
        "blocked": ["+19725550666"],
        "countries": ["1", "44"],
        "longest_talk_seconds": 1800,
        "abandoned_before_seconds": 5,
    })
}

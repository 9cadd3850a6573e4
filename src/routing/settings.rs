//! What a firm wants done with its calls.
//!
//! Promises: everything that a decision needs and nothing else. Doesn't: say where it is kept, or that it makes sense: a
//! list may be empty, a number not allowed; decisions take it as it is.

use std::collections::BTreeSet;

use super::countries::CountryCode;
use super::heard::Key;
use crate::twilio::phone_number::E164PhoneNumber;

/// All of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// What callers hear first within hours.
    pub greeting: String,
    /// What they hear first outside of them.
    pub after_hours: String,
    /// Whether conversations are recorded.
    pub recording: Recording,
    /// What callers can choose within hours; none: they are put through.
    pub menu: Option<Menu>,
    /// Who is rung within hours.
    pub ring: RingList,
    /// How a message is taken; none: callers hear a goodbye.
    pub voicemail: Option<Voicemail>,
    /// What counts as an emergency at any hour, and who is rung then.
    pub emergency: Option<Emergency>,
    /// Whose calls are refused.
    pub blocked: BTreeSet<E164PhoneNumber>,
    /// Where calls may be put through to.
    pub countries: Vec<CountryCode>,
    /// After how many seconds a conversation is cut off.
    pub longest_talk_seconds: u16,
}

/// Whether conversations are recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recording {
    /// No.
    Off,
    /// Yes, and every caller hears this before anything else.
    On {
        /// The notice.
        notice: String,
    },
}

/// What callers can choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Menu {
    /// The choices, spoken.
    pub prompt: String,
    /// The first one that fits counts.
    pub choices: Vec<Choice>,
}

/// A choice of a menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its key.
    pub key: Key,
    /// Words and phrases that mean it, too.
    pub words: Vec<String>,
    /// Where it leads.
    pub to: Destination,
}

/// Where a choice leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// To the people of the ring list.
    People,
    /// To the voicemail.
    Message,
    /// To this answer, and back to the menu.
    Information(String),
}

/// Who is rung.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RingList {
    /// The telephones.
    pub phones: Vec<Phone>,
    /// One after the other, or at once.
    pub manner: Manner,
    /// What counts as an answer.
    pub acceptance: Acceptance,
}

/// A telephone that is rung.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phone {
    /// Whose it is, for the log and for people; decides nothing.
    pub name: Option<String>,
    /// Its number.
    pub number: E164PhoneNumber,
    /// How long it rings.
    pub seconds: u16,
}

/// In which manner a ring list is rung.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// One after the other.
    InOrder,
    /// All at once; the first to answer has the call.
    Together,
}

/// What counts as an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Acceptance {
    /// That somebody presses 1. No voicemail does.
    PressOne,
    /// That the telephone is picked up.
    PickUp,
}

/// How a message is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voicemail {
    /// What callers hear before the tone.
    pub prompt: String,
    /// The longest message.
    pub longest_seconds: u16,
    /// Whether Twilio writes down what is said.
    pub transcription: Transcription,
}

/// Whether Twilio writes down what is said, which it charges for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transcription {
    /// It does.
    On,
    /// It doesn't.
    Off,
}

/// What counts as an emergency, and what happens then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Emergency {
    /// The key that means it.
    pub key: Option<Key>,
    /// Words and phrases that mean it.
    pub words: Vec<String>,
    /// How callers are told of it: "For an emergency press 9, or say gas leak."
    pub offer: String,
    /// What they hear at once: how to be safe.
    pub safety: String,
    /// Who is rung, one after the other, until somebody presses 1.
    pub ladder: Vec<Phone>,
}

//! What happens to a call next: a firm's settings, its hours, the caller and what has just ended in, a step out.
//!
//! Promises: pure; the same input gives the same step, with or without a database, so that an answer from last known
//! settings is the same answer. Whatever a caller and those who are rung do, every call comes to an end.
//! Doesn't: know TwiML, the time, or how a step is carried out; keep anything from one step to the next but a [`Place`].

mod acceptance;
mod countries;
mod decision;
mod heard;
mod place;
mod settings;
mod step;

#[cfg(test)]
mod tests;

pub use acceptance::{Bridge, MOST_WHISPERS, Pressed, Whisper, dial_outcome, whisper};
pub use countries::{CountryCode, InvalidCountryCode};
pub use decision::{Call, Event, MOST_READINGS, next};
pub use heard::{Heard, InvalidKey, Key};
pub use place::{InvalidPlace, Place, When};
pub use settings::{
    Acceptance, Choice, Destination, Emergency, Manner, Menu, Phone, Recording, RingList, Settings,
    Transcription, Voicemail,
};
pub use step::{Decision, DialOutcome, Line, Listening, Mark, Recorded, Ring, ShownNumber, Step};

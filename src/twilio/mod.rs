//! The protocol that Twilio speaks, and nothing of ours.
//!
//! Promises: what Twilio sends is parsed once into types that can hold nothing else, what it signs is
//! checked as its own libraries check it, and what we answer is TwiML that it accepts. All of it is pure:
//! text and bytes in, values out.
//! Doesn't: know HTTP servers, databases or tenants, read settings, or call Twilio.

pub mod call_status;
pub mod form;
pub mod phone_number;
pub mod public_url;
pub mod region;
pub mod rest;
pub mod sha256;
pub mod sid;
pub mod signature;
pub mod signature_check;
pub mod signature_doctor;
pub mod twiml;
mod url_parts;
pub mod xml_characters;

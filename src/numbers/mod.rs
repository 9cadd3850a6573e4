//! Phone numbers: which number is whose. The only source of routing.
//!
//! Promises: a number has one tenant. Doesn't: know whether Twilio sends its calls here.

pub mod api;
pub mod store;

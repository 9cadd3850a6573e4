//! Twilio accounts: whose calls are believed.
//!
//! Promises: tokens go in and never come out. Doesn't: hold the tokens or judge signatures; `tenancy/` does.

pub mod api;

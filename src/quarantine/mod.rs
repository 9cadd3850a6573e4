//! The quarantine: calls that belong to nobody, until an operator says whose they are.
//!
//! Promises: what is there is seen by operators alone; an adopted call is in its tenant's log with all that was heard of
//! it. Doesn't: put calls there; the ingest does, and says why.

pub mod api;
pub mod store;
pub mod unrouted_call;

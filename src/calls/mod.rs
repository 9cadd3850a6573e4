//! Calls: what comes in, what is decided, what the log shows.
//!
//! Promises: a caller always hears valid TwiML within a second; each event is written once, under its tenant, in whatever
//! order it came; what the log shows is what the ledger says.
//! Doesn't: prove who sent a request, or whose log somebody may read; both are proved before.

pub mod addresses;
pub mod after;
pub mod answer;
pub mod api;
pub mod backlog;
pub mod call;
pub mod callbacks;
pub mod clearing;
pub mod deletion;
pub mod event;
pub mod fallback;
pub mod incoming;
pub mod listening;
pub mod noted;
pub mod recording;
pub mod recordings;
pub mod status_callback;
pub mod step;
pub mod store;
pub mod sweep;
pub mod turn;
pub mod webhook_forms;
pub mod whisper;

pub use listening::CallDesk;

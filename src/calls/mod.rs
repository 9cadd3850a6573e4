//! Calls: what comes in, what is decided, what the log shows.
//!
//! Promises: a caller always hears valid TwiML within a second; each event is written once, under its tenant, in whatever
//! order it came; what the log shows is what the ledger says.
//! Doesn't: prove who sent a request, or whose log somebody may read; both are proved before.

pub mod answer;
pub mod api;
pub mod backlog;
pub mod call;
pub mod clearing;
pub mod dial_result;
pub mod event;
pub mod fallback;
pub mod incoming;
pub mod listening;
pub mod routing;
pub mod status_callback;
pub mod store;
pub mod webhook_forms;

pub use listening::CallDesk;

//! Switchboard through the doors that its users use: the real router, a real PostgreSQL, one file per story.
//!
//! `support/` starts the cluster, gives each test a database of its own, and holds the callers: a Twilio account that
//! signs, an API client with a key. No module of ours is replaced by another; only the far side of the network is
//! played. No test sleeps, repeats itself, or depends on another.

#![cfg(test)]

#[path = "../postgresql/mod.rs"]
mod postgresql;
#[path = "../secrets/mod.rs"]
mod secrets;
mod support;

mod account_management;
mod adoption;
mod answering;
mod api_access;
mod api_bodies;
mod appointment_booking;
mod appointments;
mod backlog;
mod breaker;
mod by_mail;
mod call_log;
mod clean_slate;
mod clear_tokens;
mod company;
mod connections;
mod conversations;
mod defaults;
mod degraded;
mod diagnosis;
mod documentation;
mod failing;
mod fallback;
mod health;
mod hosted_roles;
mod hours;
mod idempotency;
mod isolation;
mod logs;
mod metrics;
mod migration;
mod mutations;
mod number_import;
mod number_look_up;
mod number_management;
mod older_phones;
mod open_transactions;
mod orders;
mod public_urls;
mod quarantine;
mod recordings;
mod refusals;
mod right_already;
mod roles;
mod round_trip;
mod rules;
mod serving;
mod settings;
mod simulator;
mod storm;
mod strangers;
mod sweep;
mod target;
mod tenant_management;
mod thousand_calls;
mod tokens;
mod unrouted_calls;
mod verification;
mod watched;
mod wrong_keys;

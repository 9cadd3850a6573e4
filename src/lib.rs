//! Switchboard answers the phone for many businesses on Twilio.
//!
//! The map of the house. Data flows one way: door → proof → pure decision → store.
//! Each module may import only what stands below it; `tests/architecture.rs` keeps it so.
//!
//! * [`cli`], [`app`]: the commands, and the one place that puts the parts together
//! * [`http`]: the server, the whole URL table, the layers around every request
//! * [`settings`], [`appointments`], [`quarantine`], [`calls`], [`numbers`], [`accounts`], [`tenants`]: the business, one folder a noun
//! * [`tenancy`]: the trusted core: who may see what; the only owner of the database pools
//! * [`twilio_api`]: Twilio, asked with a tenant's token
//! * [`web`], [`twilio`]: the two protocols
//! * [`handling`]: how a firm wants its calls handled, read from what is stored or checked before it is saved
//! * [`routing`]: what happens to a call next, decided purely
//! * [`hours`], [`figures`], [`traces`], [`clock`]: when a firm is open, what is counted and traced, and the time
//! * [`schema`], [`embedded`], [`simulator`]: leaves, used by `cli` and `app` alone

pub mod accounts;
pub mod app;
pub mod appointments;
pub mod calls;
pub mod cli;
pub mod clock;
pub mod config;
pub mod embedded;
pub mod figures;
pub mod handling;
pub mod hours;
pub mod http;
pub mod numbers;
pub mod quarantine;
pub mod routing;
pub mod schema;
pub mod settings;
pub mod simulator;
pub mod telemetry;
pub mod tenancy;
pub mod tenants;
pub mod traces;
pub mod twilio;
pub mod twilio_api;
pub mod web;

//! The trusted core: who may see what.
//!
//! Promises: nobody else owns a connection to the database. Every way in needs a proof that only this folder makes: a
//! [`VerifiedTwilioRequest`], a [`TenantScope`], a [`VerifiedOperator`]. Row-level security is the net below them.
//! Doesn't: decide anything about calls, or know any table of the business beyond the directory.

pub mod account;
pub mod account_tokens;
pub mod accounts;
pub mod api_door;
pub mod api_key;
pub mod breaker;
pub mod database;
pub mod db_error;
pub mod decisions;
pub mod directory;
pub mod guess_brake;
pub mod ids;
pub mod ingest;
pub mod last_known;
pub mod once;
pub mod outage_guard;
pub mod refusal_doctor;
pub mod routes;
pub mod scope;
pub mod secrets;
pub mod shared_trips;
pub mod tenant_tx;
pub mod twilio_door;
pub mod twilio_request;
mod webhook_connections;

pub use accounts::AccountDirectory;
pub use api_door::ApiDoor;
pub use database::Database;
pub use ids::TenantId;
pub use last_known::LastKnownSettings;
pub use once::Once;
pub use outage_guard::OutageGuard;
pub use refusal_doctor::RefusalDoctor;
pub use scope::{TenantScope, VerifiedOperator};
pub use tenant_tx::TenantTx;
pub use twilio_door::TwilioDoor;
pub use twilio_request::VerifiedTwilioRequest;

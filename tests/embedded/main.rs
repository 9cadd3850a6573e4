//! The private PostgreSQL, with the real programs of this machine: starting, sharing, dying and starting again.
//!
//! Passes as root and as an ordinary user, on what is installed and on what the program carries.

#![cfg(test)]

mod abandoned;
mod accounts;
#[path = "../carried/mod.rs"]
mod carried;
mod crashes;
mod life;
mod owner;
#[path = "../postgresql/mod.rs"]
mod postgresql;
mod refusals;
mod scratch;
mod sharing;
mod sources;

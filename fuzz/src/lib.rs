//! The code that reads what strangers send, as a package of its own.
//!
//! Promises: the very files of the server, so that nothing is public for the sake of fuzzing. `src/twilio/` imports nothing
//! of ours and `src/web/page.rs` neither, and `src/handling/` only `src/routing/` and `src/hours/`; that is why the server around them, with its database and its TLS, need not be
//! built for it.
//! Doesn't: run their tests, or hold a target; those are in `bin/`, each with the properties that it asserts.

#[path = "../../src/handling/mod.rs"]
pub mod handling;
#[path = "../../src/hours/mod.rs"]
pub mod hours;
#[path = "../../src/web/page.rs"]
pub mod page;
#[path = "../../src/routing/mod.rs"]
pub mod routing;
#[path = "../../src/twilio/mod.rs"]
pub mod twilio;

//! The doors: the whole URL table, what stands around every request, and the server that listens.
//!
//! Promises: whoever wants to know what this program answers to reads [`mod@router`], which names every handler by its
//! callers, or `/docs`, which is made of it.
//! Doesn't: hold any logic of a feature.

pub mod document;
pub mod health;
pub mod layers;
pub mod listener;
pub mod manual;
pub mod metrics;
pub mod router;
pub mod server;
pub mod signed_check;

pub use health::Health;
pub use manual::Manual;
pub use router::{Doors, openapi, router};

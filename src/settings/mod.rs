//! How a tenant's calls are handled, over the API: looked at, changed, tried before a caller does.
//!
//! Promises: what is saved was checked as a whole, and calls follow it from the next one on, on every server; nobody's change
//! is lost to another one. Trying changes nothing and rings nobody. Doesn't: know what settings mean; `handling/` does.

pub mod api;
pub mod body;
pub mod document;
pub mod review;
pub mod shown;
pub mod store;
pub mod templates;
pub mod trial;
pub mod walk;

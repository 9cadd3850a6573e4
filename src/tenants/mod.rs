//! Tenants: the firms whose phones we answer.
//!
//! Promises: a slug names one tenant for people and never changes its id. Doesn't: hold numbers or keys.

pub mod api;
pub mod body;
pub mod store;
pub mod tenant;

pub use tenant::{NewTenant, Slug};

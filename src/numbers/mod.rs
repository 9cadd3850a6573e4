//! Phone numbers: which number is whose. The only source of routing.

pub mod store;

//! Appointments: visits at a firm's customers.
//!
//! Promises: two live visits of one resource never overlap, whoever books and however many at once; the database holds that.
//! Doesn't: know opening hours, or offer times.

pub mod api;
pub mod appointment;
pub mod body;
pub mod store;

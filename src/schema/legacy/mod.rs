//! What is known about the rows of older programs.
//!
//! Promises: statements that find the rows themselves, can run again, and keep what a row said before in the audit.
//! Doesn't: decide when they are needed; that is the comparison's part.

mod copy;
mod names;
mod repairs;
mod tenants;

/// What the triggers of older programs call: they keep `updated_at` and count weeks, which is ours to do now.
pub(super) const TRIGGER_FUNCTIONS: [&str; 2] = ["update_updated_at_column(", "update_weekly_analytics("];

pub(super) use copy::copy;
pub(super) use names::{fills, value_for};
pub(super) use repairs::before_constraint;
pub(super) use tenants::{
    DEFAULT_TENANT, NUMBERS_READ, choose_default_tenant, read_numbers, recover_tenants, tenant_of_text,
    with_default_tenant,
};

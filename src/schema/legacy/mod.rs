//! What is known about the rows of older programs.
//!
//! Promises: statements that find the rows themselves, can run again, and keep what a row said before in the audit.
//! Doesn't: decide when they are needed; that is the comparison's part.

mod copy;
mod names;
mod phones;
mod repairs;
mod tenants;

use super::catalogue::{Relation, RelationKind};

/// The tables of ours whose names older programs know.
pub(super) const OURS: [&str; 5] =
    ["tenants", "tenant_users", "call_logs", "appointments", "weekly_analytics"];

/// The function of ours whose name older programs know.
pub(super) const LOOK_UP_OF_TENANTS: &str = "get_tenant_by_phone";

/// Tables of another program that belong to tenants too.
pub(super) const NEIGHBOURS: [&str; 3] = ["leads", "signals", "contacts"];

/// Whether a relation is one of them, and a table.
pub(super) fn is_neighbour(relation: &Relation, shared: &str) -> bool {
    relation.schema == shared
        && NEIGHBOURS.contains(&relation.name.as_str())
        && matches!(relation.kind, RelationKind::Table | RelationKind::Partitioned)
}

/// What the triggers of older programs call: they keep `updated_at` and count weeks, which is ours to do now.
pub(super) const TRIGGER_FUNCTIONS: [&str; 2] = ["update_updated_at_column(", "update_weekly_analytics("];

pub(super) use copy::{copied_ids, copy, has_unique_ids};
pub(super) use names::{meaning, value_for, with_zones};
pub(super) use phones::{
    NUMBER_NOT_VALID, PHONE_NOT_VALID, PHONES_READ, has_phones, phones_read, write_phones,
};
pub(super) use repairs::before_constraint;
pub(super) use tenants::{
    DEFAULT_TENANT, NUMBERS_READ, choose_default_tenant, read_numbers, recover_tenants, tenant_of_text,
    with_default_tenant,
};

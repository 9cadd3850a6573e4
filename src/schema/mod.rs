//! The schema: what the database must look like, and how it comes to look so.
//!
//! Promises: after [`migrate`] the database has the schema of `migrations/`, whichever of many servers did it, and a
//! second run changes nothing. Where it can't decide, it refuses before the first change, in one sentence.
//! Doesn't: adopt tables that an older program made (that is refused for now), or know what the tables mean.

mod apply;
mod catalogue;
mod clear_tokens;
mod compare;
mod converge;
mod conversion;
mod ddl;
mod error;
mod legacy;
mod lock;
mod lone_tenant;
mod look;
mod names;
mod national_phones;
mod plan;
mod prepare;
mod read;
mod report;
mod rights;
mod run;
mod script;
mod target;

pub use apply::{Migrated, is_current, migrate, migrate_into, migrate_with};
pub use catalogue::Catalogue;
pub use clear_tokens::{
    ClearTokens, LeftToken, MovedAccount, MovedTokens, NotMoved, Noted, Reach, WhyLeft, clear_tokens,
    move_clear_tokens,
};
pub use converge::{Approval, plan, plan_for_script, verify};
pub use error::{Refusal, SchemaError, StateError};
pub use lock::Turn;
pub use lone_tenant::{give_numbers, tenant_of_every_number};
pub use look::{Bound, Look, Membership, look};
pub use names::Names;
pub use plan::{Manner, Plan, Step, StepKind};
pub use read::{Rows, parse, state_query};
pub use report::Verified;
pub use script::script;
pub use target::latest_version;

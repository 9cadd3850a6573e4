//! The schema: what the database must look like, and how it comes to look so.
//!
//! Promises: after [`migrate`] the database has the schema of `migrations/`, whichever of many servers did it, and a
//! second run changes nothing. Where it can't decide, it refuses before the first change, in one sentence.
//! Doesn't: know what the tables mean.

mod apply;
mod catalogue;
mod clean_slate;
mod clear_tokens;
mod compare;
mod converge;
mod conversion;
mod count;
mod ddl;
mod diagnosis;
mod error;
mod error_codes;
mod explain;
mod legacy;
mod lock;
mod lone_tenant;
mod look;
mod names;
mod national_phones;
mod plan;
mod prepare;
mod read;
mod received;
mod report;
mod rights;
mod run;
mod script;
#[cfg(test)]
mod sketch;
mod snapshot;
mod standing;
mod target;
mod verify;

pub use apply::{Migrated, is_current, migrate, migrate_into, migrate_with};
pub use catalogue::Catalogue;
pub use clean_slate::{Cleared, End, Going, Wish, clean_slate};
pub use clear_tokens::{
    ClearTokens, LeftToken, MovedAccount, MovedTokens, NotMoved, Noted, Reach, WhyLeft, clear_tokens,
    move_clear_tokens,
};
pub use converge::{Approval, plan, plan_for_script};
pub use diagnosis::{Diagnosis, Stands, diagnose, diagnose_state, script_of_state};
pub use error::{Refusal, SchemaError, StateError};
pub use error_codes::{ErrorCode, Explanation, UnknownCode};
pub use explain::explain;
pub use lock::Turn;
pub use lone_tenant::{give_numbers, tenant_of_every_number};
pub use look::{Bound, Look, Membership, look};
pub use names::Names;
pub use plan::{Manner, Plan, Step, StepKind};
pub use read::{Rows, parse, state_query};
pub use received::{NotAState, received};
pub use report::{Part, Verdict, Verified};
pub use script::script;
pub use snapshot::target_snapshot;
pub use target::latest_version;
pub use verify::{Verification, verify, verify_migrated};

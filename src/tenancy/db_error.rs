//! What an error of the database means for whoever asked.
//!
//! Promises: what the database says stays in the log; the answer says who must act.

use crate::web::problem::{FieldError, Problem};

/// SQLSTATE of a broken UNIQUE or primary key.
const UNIQUE_VIOLATION: &str = "23505";

/// SQLSTATE of a write in a transaction that may only read.
const READ_ONLY: &str = "25006";

/// Whether the error is a broken UNIQUE: somebody was there first.
#[must_use]
pub fn is_unique_violation(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code)
        .is_some_and(|code| code == UNIQUE_VIOLATION)
}

/// The name of the constraint that a statement broke.
#[must_use]
pub fn broken_constraint(error: &sqlx::Error) -> Option<&str> {
    error.as_database_error().and_then(sqlx::error::DatabaseError::constraint)
}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        if holds_nul(&error) {
            let detail = "A parameter holds a NUL character, which can't be stored or found.";
            return Self::invalid_parameters(vec![FieldError::new("query", detail)]);
        }
        tracing::error!(error = &error as &dyn std::error::Error, "the database failed a request");
        if is_unavailable(&error) { Self::unavailable() } else { Self::internal() }
    }
}

/// Whether the database can't be reached, for now. The caller did nothing wrong.
#[must_use]
pub fn is_unavailable(error: &sqlx::Error) -> bool {
    let unreachable = matches!(
        error,
        sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
    );
    unreachable || error.as_database_error().is_some_and(|refused| is_passing(refused.code().as_deref()))
}

/// Whether the connection broke under the statement, as all do when PostgreSQL stops or restarts. On a new connection the
/// statement may well succeed; whether it did on the old one, nobody knows.
#[must_use]
pub fn is_lost_connection(error: &sqlx::Error) -> bool {
    /// An administrator ended it; the server crashed; the server is not up yet.
    const ENDED: [&str; 3] = ["57P01", "57P02", "57P03"];
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    matches!(error, sqlx::Error::Io(_)) || code.is_some_and(|code| ENDED.contains(&&*code))
}

/// Whether a text had a character that PostgreSQL has no place for (22021); in UTF-8 that is NUL alone.
fn holds_nul(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(sqlx::error::DatabaseError::code).is_some_and(|code| code == "22021")
}

/// Whether the connection leads to a server that takes no writes: a standby, or one that somebody made read-only. Another
/// connection may lead to the one that does.
#[must_use]
pub fn is_read_only(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(sqlx::error::DatabaseError::code).is_some_and(|code| code == READ_ONLY)
}

/// Whether the statement may succeed on another connection, and never will on this one.
#[must_use]
pub fn is_wrong_connection(error: &sqlx::Error) -> bool {
    is_lost_connection(error) || is_read_only(error)
}

/// SQLSTATE classes of a server that will be well again: connection (08), resources (53), operator intervention (57). After a failover,
/// connections to the former primary may only read until they are replaced.
fn is_passing(code: Option<&str>) -> bool {
    code.is_some_and(|code| {
        code == READ_ONLY || ["08", "53", "57"].iter().any(|class| code.starts_with(class))
    })
}

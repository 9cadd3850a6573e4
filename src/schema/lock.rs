//! One server at a time migrates; the others wait and then find nothing to do.
//!
//! Promises: the lock dies with its connection, so a crash frees it.
//! Doesn't: block inside the database. A blocked lock deadlocks with an index that another server builds CONCURRENTLY.

use std::time::Duration;

use sqlx::PgConnection;

/// "switchbd" as a number: the same lock for every version of this program, one for each database.
const KEY: i64 = 0x7377_6974_6368_6264;
const PAUSE: Duration = Duration::from_millis(250);

/// Whether somebody else was migrating first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// The lock was free.
    First,
    /// Another server held it; we waited.
    AfterAnother,
}

/// Waits until this connection holds the lock. The lock is held until the connection is closed.
pub(super) async fn take(connection: &mut PgConnection) -> Result<Turn, sqlx::Error> {
    let mut turn = Turn::First;
    loop {
        let taken: bool = sqlx::query_scalar("SELECT pg_try_advisory_lock($1)")
            .bind(KEY)
            .fetch_one(&mut *connection)
            .await?;
        if taken {
            return Ok(turn);
        }
        if turn == Turn::First {
            tracing::info!("another server is migrating this database; waiting for it");
            turn = Turn::AfterAnother;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

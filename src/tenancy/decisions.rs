//! What callers heard, into the ledger: many decisions in one statement.
//!
//! Promises: each is written under the tenant of its scope. One that is there already changes nothing, nor does one whose
//! call is gone.
//! Doesn't: know what the words mean.

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use super::database::Database;
use super::ingest::IngestError;
use super::scope::TenantScope;
use crate::twilio::sid::CallSid;

/// What was decided for a call, after one of its steps. Each step has one decision.
#[derive(Clone, Debug)]
pub struct Decided {
    /// Whose call.
    pub scope: TenantScope,
    /// Which call.
    pub call_sid: CallSid,
    /// After which step: `incoming`, or the place of the one that ended.
    pub after: String,
    /// What: `decision` and whatever tells more. The fold reads `closed`, `mark`, `patience`, `rings` and `leads_to`.
    pub noted: Value,
    /// When.
    pub at: DateTime<Utc>,
}

impl Decided {
    fn place(&self) -> (&str, Uuid) {
        (self.call_sid.as_str(), self.scope.tenant_id().as_uuid())
    }
}

/// Writes all of them, or none. In the order in which events share their trips: two statements that write the same calls
/// must not wait for each other in turn.
pub async fn record(database: &Database, mut decided: Vec<Decided>) -> Result<(), IngestError> {
    decided.sort_by(|one, other| one.place().cmp(&other.place()));
    let tenants: Vec<Uuid> = decided.iter().map(|one| one.scope.tenant_id().as_uuid()).collect();
    let ids: Vec<Uuid> = decided.iter().map(|_| Uuid::now_v7()).collect();
    let calls: Vec<String> = decided.iter().map(|one| one.call_sid.as_str().to_owned()).collect();
    let times: Vec<DateTime<Utc>> = decided.iter().map(|one| one.at).collect();
    let (places, noted): (Vec<String>, Vec<Value>) =
        decided.into_iter().map(|one| (one.after, one.noted)).unzip();
    let connection = database.behind_the_answers().await?;
    let statement = sqlx::query!(
        "SELECT switchboard.record_decisions($1, $2, $3, $4, $5, $6)",
        &tenants,
        &ids,
        &calls,
        &places,
        &times,
        &noted
    );
    connection.within_deadline(async |connection| Ok(statement.execute(connection).await.map(drop)?)).await
}

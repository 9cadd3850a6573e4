//! What was asked with an `Idempotency-Key` is done once, and answered the same way for a day.
//!
//! Promises: the answer is kept in the transaction of the work, so there is never one without the other; of two requests
//! at once the second waits for the first. Doesn't: keep refusals; they did nothing, and may end otherwise next time.

use axum::http::StatusCode;
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;

use super::ids::TenantId;
use super::scope::{TenantScope, VerifiedOperator};
use crate::web::keyed_json::{IdempotencyKey, JsonAnswer};
use crate::web::problem::Problem;

/// How long an answer is kept.
const KEPT_FOR: TimeDelta = TimeDelta::hours(24);

/// Whose keys they are: two tenants, or a tenant and an operator, may choose the same one.
#[derive(Clone, Copy, Debug)]
enum Owner {
    Tenant(TenantId),
    Operator,
}

/// One request that is to be done once. Without a key, every request is its own.
#[derive(Debug)]
pub struct Once {
    owner: Owner,
    key: Option<IdempotencyKey>,
}

/// A key as it is stored.
struct Kept {
    fingerprint: Vec<u8>,
    status: Option<i32>,
    body: Option<String>,
}

impl Once {
    /// A request of a tenant, or of an operator for a tenant.
    #[must_use]
    pub fn of_tenant(scope: TenantScope, key: Option<IdempotencyKey>) -> Self {
        Self { owner: Owner::Tenant(scope.tenant_id()), key }
    }

    /// A request of an operator that spans tenants.
    #[must_use]
    pub fn of_operator(_: VerifiedOperator, key: Option<IdempotencyKey>) -> Self {
        Self { owner: Owner::Operator, key }
    }

    /// The answer that this request got before. None: it is new, and its key is taken until the transaction ends.
    pub async fn earlier_answer(
        &self,
        connection: &mut PgConnection,
        now: DateTime<Utc>,
    ) -> Result<Option<JsonAnswer>, Problem> {
        let Some(key) = &self.key else { return Ok(None) };
        let claimed = match self.owner {
            Owner::Tenant(tenant) => claim_of_tenant(connection, tenant, key, now).await?,
            Owner::Operator => claim_of_operator(connection, key, now).await?,
        };
        let Some(kept) = claimed else { return Ok(None) };
        if kept.fingerprint != key.fingerprint() {
            return Err(Problem::idempotency_key_reused());
        }
        let status = kept.status.and_then(|status| u16::try_from(status).ok());
        let status = status.and_then(|status| StatusCode::from_u16(status).ok());
        match (status, kept.body) {
            (Some(status), Some(body)) => Ok(Some(JsonAnswer { status, body })),
            (_, _) => Err(Problem::internal()),
        }
    }

    /// Keeps the answer, if the request had a key. The transaction must be committed next.
    pub async fn keep(&self, connection: &mut PgConnection, answer: &JsonAnswer) -> Result<(), sqlx::Error> {
        let Some(key) = &self.key else { return Ok(()) };
        let status = i32::from(answer.status.as_u16());
        let kept = match self.owner {
            Owner::Tenant(tenant) => {
                sqlx::query!(
                    r#"UPDATE switchboard.idempotency_keys SET status = $3, body = $4
                        WHERE tenant_id = $1 AND idempotency_key = $2"#,
                    tenant.as_uuid(),
                    key.text(),
                    status,
                    answer.body
                )
                .execute(connection)
                .await
            }
            Owner::Operator => {
                sqlx::query!(
                    "SELECT switchboard.keep_operator_answer($1, $2, $3)",
                    key.text(),
                    status,
                    answer.body
                )
                .execute(connection)
                .await
            }
        };
        kept.map(drop)
    }
}

/// What is stored under the key; none: the key is ours now.
async fn claim_of_tenant(
    connection: &mut PgConnection,
    tenant: TenantId,
    key: &IdempotencyKey,
    now: DateTime<Utc>,
) -> Result<Option<Kept>, sqlx::Error> {
    sqlx::query!(
        "DELETE FROM switchboard.idempotency_keys WHERE tenant_id = $1 AND created_at <= $2",
        tenant.as_uuid(),
        now - KEPT_FOR
    )
    .execute(&mut *connection)
    .await?;
    let claimed = sqlx::query!(
        r#"INSERT INTO switchboard.idempotency_keys (tenant_id, idempotency_key, fingerprint, created_at)
           VALUES ($1, $2, $3, $4)
           ON CONFLICT (tenant_id, idempotency_key) DO NOTHING"#,
        tenant.as_uuid(),
        key.text(),
        key.fingerprint(),
        now
    )
    .execute(&mut *connection)
    .await?;
    if claimed.rows_affected() == 1 {
        return Ok(None);
    }
    sqlx::query_as!(
        Kept,
        r#"SELECT fingerprint, status, body FROM switchboard.idempotency_keys
            WHERE tenant_id = $1 AND idempotency_key = $2"#,
        tenant.as_uuid(),
        key.text()
    )
    .fetch_one(connection)
    .await
    .map(Some)
}

/// The same for operators.
async fn claim_of_operator(
    connection: &mut PgConnection,
    key: &IdempotencyKey,
    now: DateTime<Utc>,
) -> Result<Option<Kept>, sqlx::Error> {
    let claimed = sqlx::query_scalar!(
        r#"SELECT switchboard.claim_operator_idempotency_key($1, $2, $3, $4) AS "claimed!""#,
        key.text(),
        key.fingerprint(),
        now,
        now - KEPT_FOR
    )
    .fetch_one(&mut *connection)
    .await?;
    if claimed {
        return Ok(None);
    }
    sqlx::query_as!(
        Kept,
        r#"SELECT fingerprint AS "fingerprint!", status, body FROM switchboard.find_operator_idempotency_key($1)"#,
        key.text()
    )
    .fetch_one(connection)
    .await
    .map(Some)
}

//! The statements on a tenant's settings.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::tenancy::TenantTx;
use crate::twilio::phone_number::E164PhoneNumber;

/// Lets nobody else change the tenant until the transaction ends. The lock leaves calls alone.
pub async fn take_turn(tx: &mut TenantTx) -> Result<(), sqlx::Error> {
    sqlx::query!("SELECT FROM public.tenants WHERE id = $1 FOR NO KEY UPDATE", tx.tenant_id().as_uuid())
        .execute(tx.connection())
        .await
        .map(drop)
}

/// The row of the transaction's tenant, as its calls read it.
pub async fn row(tx: &mut TenantTx) -> Result<Value, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT settings AS "settings!" FROM switchboard.settings_of_calls($1)"#,
        tx.tenant_id().as_uuid()
    )
    .fetch_one(tx.connection())
    .await
}

/// The numbers of the transaction's tenant, its main one first.
pub async fn own_numbers(tx: &mut TenantTx) -> Result<Vec<E164PhoneNumber>, sqlx::Error> {
    let numbers = sqlx::query_scalar!(
        r#"SELECT phone_number FROM switchboard.tenant_phone_numbers
            WHERE tenant_id = $1 ORDER BY is_primary DESC, phone_number"#,
        tx.tenant_id().as_uuid()
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(numbers.iter().filter_map(|number| E164PhoneNumber::parse(number).ok()).collect())
}

/// Makes the row what it says.
pub async fn save(tx: &mut TenantTx, row: &Value, now: DateTime<Utc>) -> Result<(), sqlx::Error> {
    let text = |column: &str| row.get(column).and_then(Value::as_str);
    let json = |column: &str| row.get(column).filter(|value| !value.is_null());
    sqlx::query!(
        r#"UPDATE public.tenants
              SET timezone = COALESCE($2, timezone), business_hours = $3, greeting_message = $4, after_hours_message = $5,
                  enable_recording = $6, forward_number = $7, emergency_phone = $8,
                  emergency_keywords = COALESCE($9, emergency_keywords), call_handling = COALESCE($10, call_handling),
                  updated_at = $11
            WHERE id = $1"#,
        tx.tenant_id().as_uuid(),
        text("timezone"),
        json("business_hours"),
        text("greeting_message"),
        text("after_hours_message"),
        row.get("enable_recording").and_then(Value::as_bool).unwrap_or(false),
        text("forward_number"),
        text("emergency_phone"),
        json("emergency_keywords"),
        json("call_handling"),
        now
    )
    .execute(tx.connection())
    .await
    .map(drop)
}

/// A call that came in, as far as it decides what is done with it.
#[derive(Debug)]
pub struct PastCall {
    /// Twilio's id of it.
    pub call_sid: String,
    /// Who called.
    pub from_number: Option<String>,
    /// The dialled number.
    pub to_number: Option<String>,
    /// When.
    pub started_at: DateTime<Utc>,
}

/// The calls that came in since then, newest first, at most `limit`; legs of others are none.
pub async fn calls_since(
    tx: &mut TenantTx,
    since: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<PastCall>, sqlx::Error> {
    sqlx::query_as!(
        PastCall,
        r#"SELECT call_sid, from_number, to_number, started_at
             FROM public.call_logs
            WHERE tenant_id = $1 AND started_at >= $2 AND direction = 'inbound' AND parent_call_sid IS NULL
            ORDER BY started_at DESC, id DESC
            LIMIT $3"#,
        tx.tenant_id().as_uuid(),
        since,
        limit
    )
    .fetch_all(tx.connection())
    .await
}

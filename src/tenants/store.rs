//! The statements on tenants.

use chrono::{DateTime, Utc};

use super::tenant::{ListedTenant, NewTenant, Tenant};
use crate::tenancy::database::OperatorConnection;
use crate::tenancy::{TenantId, TenantTx};
use crate::twilio::phone_number::E164PhoneNumber;

/// Makes the tenant whose id the transaction was begun for. Once there is a second tenant, nobody can say any more whose a
/// call to an unknown number is: the first one stops accepting such calls.
pub async fn create(
    tx: &mut TenantTx,
    tenant: &NewTenant,
    now: DateTime<Utc>,
) -> Result<TenantId, sqlx::Error> {
    let id = tx.tenant_id();
    sqlx::query!(
        r#"INSERT INTO public.tenants
               (id, slug, company_name, timezone, greeting_message, forward_number, created_at, updated_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $7)"#,
        id.as_uuid(),
        tenant.slug.as_str(),
        tenant.company_name,
        tenant.timezone.as_str(),
        tenant.greeting_message,
        tenant.forward_number.as_ref().map(E164PhoneNumber::as_str),
        now
    )
    .execute(tx.connection())
    .await?;
    sqlx::query!("SELECT switchboard.stop_accepting_unknown_numbers($1)", now)
        .execute(tx.connection())
        .await?;
    Ok(id)
}

/// The transaction's tenant, locked until its end, so that two changes take turns. The lock leaves calls alone, which only
/// refer to the tenant.
pub async fn tenant(tx: &mut TenantTx) -> Result<Tenant, sqlx::Error> {
    sqlx::query_as!(
        Tenant,
        r#"SELECT id AS "id: TenantId", slug, company_name, timezone, greeting_message, forward_number, is_active,
                  accepts_unknown_numbers, created_at, updated_at
             FROM public.tenants WHERE id = $1 FOR NO KEY UPDATE"#,
        tx.tenant_id().as_uuid()
    )
    .fetch_one(tx.connection())
    .await
}

/// Makes the transaction's tenant what `changed` says. A number to forward to is that of the first telephone of a ring list,
/// too, so that it is rung where a list has been saved.
pub async fn change(tx: &mut TenantTx, changed: &Tenant) -> Result<(), sqlx::Error> {
    sqlx::query!(
        r#"UPDATE public.tenants
              SET company_name = $2, timezone = $3, greeting_message = $4, forward_number = $5::text, is_active = $6,
                  updated_at = $7,
                  call_handling = CASE
                      WHEN forward_number IS NOT DISTINCT FROM $5::text OR jsonb_typeof(call_handling) <> 'object' THEN call_handling
                      WHEN $5::text IS NULL THEN call_handling #- '{ring,phones,0}'
                      WHEN call_handling #> '{ring,phones,0}' IS NULL THEN call_handling - 'ring'
                      ELSE jsonb_set(call_handling, '{ring,phones,0,number}', to_jsonb($5::text))
                  END
            WHERE id = $1"#,
        tx.tenant_id().as_uuid(),
        changed.company_name,
        changed.timezone,
        changed.greeting_message,
        changed.forward_number,
        changed.is_active,
        changed.updated_at
    )
    .execute(tx.connection())
    .await
    .map(drop)
}

/// The tenants whose slug comes after this one, by slug, at most `limit`.
pub async fn page(
    connection: &mut OperatorConnection,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<Tenant>, sqlx::Error> {
    sqlx::query_as!(
        Tenant,
        r#"SELECT id AS "id!: TenantId", slug AS "slug!", company_name AS "company_name!", timezone AS "timezone!",
                  greeting_message, forward_number, is_active AS "is_active!",
                  accepts_unknown_numbers AS "accepts_unknown_numbers!", created_at AS "created_at!", updated_at AS "updated_at!"
             FROM switchboard.list_tenants_after($1, $2)"#,
        after,
        limit
    )
    .fetch_all(connection.connection())
    .await
}

/// The time zone of the transaction's tenant.
pub async fn timezone(tx: &mut TenantTx) -> Result<String, sqlx::Error> {
    sqlx::query_scalar!("SELECT timezone FROM public.tenants WHERE id = $1", tx.tenant_id().as_uuid())
        .fetch_one(tx.connection())
        .await
}

/// What the row of the transaction's tenant says of its hours: time zone, and hours in any shape.
#[derive(Debug)]
pub struct StoredHours {
    /// An IANA name, if nobody wrote something else.
    pub timezone: String,
    /// What `Hours::read` reads.
    pub business_hours: Option<serde_json::Value>,
}

/// The hours of the transaction's tenant.
pub async fn hours(tx: &mut TenantTx) -> Result<StoredHours, sqlx::Error> {
    sqlx::query_as!(
        StoredHours,
        "SELECT timezone, business_hours FROM public.tenants WHERE id = $1",
        tx.tenant_id().as_uuid()
    )
    .fetch_one(tx.connection())
    .await
}

/// All tenants, by slug.
pub async fn list(connection: &mut OperatorConnection) -> Result<Vec<ListedTenant>, sqlx::Error> {
    sqlx::query_as!(
        ListedTenant,
        r#"SELECT id AS "id!: TenantId", slug AS "slug!", company_name AS "company_name!", timezone AS "timezone!", forward_number,
                  is_active AS "is_active!", accepts_unknown_numbers AS "accepts_unknown_numbers!", numbers AS "numbers!",
                  created_at AS "created_at!"
             FROM switchboard.list_tenants()"#
    )
    .fetch_all(connection.connection())
    .await
}

/// How many calls wait in quarantine for somebody to adopt them.
pub async fn count_unrouted_calls(connection: &mut OperatorConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(r#"SELECT switchboard.count_unrouted_calls() AS "count!""#)
        .fetch_one(connection.connection())
        .await
}

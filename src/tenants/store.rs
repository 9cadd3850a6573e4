//! The statements on tenants.

use chrono::{DateTime, Utc};

use super::tenant::{ListedTenant, NewTenant};
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

/// The time zone of the transaction's tenant.
pub async fn timezone(tx: &mut TenantTx) -> Result<String, sqlx::Error> {
    sqlx::query_scalar!("SELECT timezone FROM public.tenants WHERE id = $1", tx.tenant_id().as_uuid())
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

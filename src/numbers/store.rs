//! The statements on numbers.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::tenancy::database::OperatorConnection;
use crate::tenancy::{TenantId, TenantTx};
use crate::twilio::phone_number::E164PhoneNumber;

/// A number that has a tenant.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Number {
    /// The number in E.164.
    #[schema(example = "+12145550100")]
    pub phone_number: String,
    /// The short name of the tenant that has it.
    #[schema(example = "acme-hvac")]
    pub tenant: String,
    /// What people call it; null if it has no label.
    #[schema(example = "ad line")]
    pub label: Option<String>,
    /// Whether it is the tenant's main number.
    #[schema(example = true)]
    pub is_primary: bool,
    /// When it was given to a tenant for the first time.
    #[schema(example = "2026-11-02T15:00:00Z")]
    pub created_at: DateTime<Utc>,
}

/// A number in the list of all.
#[derive(Clone, Debug, Serialize)]
pub struct ListedNumber {
    /// E.164.
    pub phone_number: String,
    /// What people call it: "ad line".
    pub label: Option<String>,
    /// The tenant's main number.
    pub is_primary: bool,
    /// The tenant's slug.
    pub tenant: String,
    /// The firm's name.
    pub company_name: String,
    /// Whether the tenant's calls are answered.
    pub is_active: bool,
}

/// Gives the number to the transaction's tenant. Its first number is its primary one. A number that somebody has already
/// breaks `tenant_phone_numbers_pkey`. A tenant that answered every number for want of one stops doing so.
pub async fn create(
    tx: &mut TenantTx,
    number: &E164PhoneNumber,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        r#"INSERT INTO switchboard.tenant_phone_numbers (phone_number, tenant_id, is_primary, created_at)
           SELECT $2, $1, NOT EXISTS (SELECT FROM switchboard.tenant_phone_numbers n WHERE n.tenant_id = $1), $3"#,
        tx.tenant_id().as_uuid(),
        number.as_str(),
        now
    )
    .execute(tx.connection())
    .await?;
    stop_accepting_with_the_first(tx, now).await
}

/// Whoever was told to take unknown numbers beside their own goes on.
async fn stop_accepting_with_the_first(tx: &mut TenantTx, now: DateTime<Utc>) -> Result<(), sqlx::Error> {
    sqlx::query!(
        r#"UPDATE public.tenants SET accepts_unknown_numbers = false, updated_at = $2
            WHERE id = $1 AND accepts_unknown_numbers
              AND 1 = (SELECT count(*) FROM switchboard.tenant_phone_numbers n WHERE n.tenant_id = $1)"#,
        tx.tenant_id().as_uuid(),
        now
    )
    .execute(tx.connection())
    .await
    .map(drop)
}

/// All numbers, by tenant.
pub async fn list(connection: &mut OperatorConnection) -> Result<Vec<ListedNumber>, sqlx::Error> {
    sqlx::query_as!(
        ListedNumber,
        r#"SELECT phone_number AS "phone_number!", label, is_primary AS "is_primary!", slug AS "tenant!",
                  company_name AS "company_name!", is_active AS "is_active!"
             FROM switchboard.list_numbers()"#
    )
    .fetch_all(connection.connection())
    .await
}

/// The numbers after this one, of all tenants or of one, at most `limit`.
pub async fn page(
    connection: &mut OperatorConnection,
    tenant: Option<TenantId>,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<Number>, sqlx::Error> {
    sqlx::query_as!(
        Number,
        r#"SELECT phone_number AS "phone_number!", tenant AS "tenant!", label, is_primary AS "is_primary!",
                  created_at AS "created_at!"
             FROM switchboard.list_numbers_after($1, $2, $3)"#,
        tenant.map(TenantId::as_uuid),
        after,
        limit
    )
    .fetch_all(connection.connection())
    .await
}

/// The number, if somebody has it.
pub async fn number(
    connection: &mut OperatorConnection,
    number: &E164PhoneNumber,
) -> Result<Option<Number>, sqlx::Error> {
    sqlx::query_as!(
        Number,
        r#"SELECT phone_number AS "phone_number!", tenant AS "tenant!", label, is_primary AS "is_primary!",
                  created_at AS "created_at!"
             FROM switchboard.find_number($1)"#,
        number.as_str()
    )
    .fetch_optional(connection.connection())
    .await
}

/// The number of the transaction's tenant, with its label.
pub async fn own_number(tx: &mut TenantTx, number: &E164PhoneNumber) -> Result<Number, sqlx::Error> {
    sqlx::query_as!(
        Number,
        r#"SELECT n.phone_number, t.slug AS tenant, n.label, n.is_primary, n.created_at
             FROM switchboard.tenant_phone_numbers n JOIN public.tenants t ON t.id = n.tenant_id
            WHERE n.tenant_id = $1 AND n.phone_number = $2"#,
        tx.tenant_id().as_uuid(),
        number.as_str()
    )
    .fetch_one(tx.connection())
    .await
}

/// Gives the number of the transaction's tenant a label.
pub async fn label_own(tx: &mut TenantTx, number: &E164PhoneNumber, label: &str) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE switchboard.tenant_phone_numbers SET label = $3 WHERE tenant_id = $1 AND phone_number = $2",
        tx.tenant_id().as_uuid(),
        number.as_str(),
        label
    )
    .execute(tx.connection())
    .await
    .map(drop)
}

/// Gives a number a label, or none.
pub async fn label(
    connection: &mut OperatorConnection,
    number: &E164PhoneNumber,
    label: Option<&str>,
) -> Result<(), sqlx::Error> {
    sqlx::query!("SELECT switchboard.label_number($1, $2)", number.as_str(), label)
        .execute(connection.connection())
        .await
        .map(drop)
}

/// Hands the number to another tenant. The calls that it had stay where they are.
pub async fn move_to(
    connection: &mut OperatorConnection,
    number: &E164PhoneNumber,
    tenant: TenantId,
) -> Result<(), sqlx::Error> {
    sqlx::query!("SELECT switchboard.move_number($1, $2)", number.as_str(), tenant.as_uuid())
        .execute(connection.connection())
        .await
        .map(drop)
}

/// Takes the number from its tenant. False where nobody has it.
pub async fn remove(
    connection: &mut OperatorConnection,
    number: &E164PhoneNumber,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(r#"SELECT switchboard.remove_number($1) AS "removed!""#, number.as_str())
        .fetch_one(connection.connection())
        .await
}

/// Whose a number is after it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// The tenant's, since now.
    Now,
    /// The tenant's, as it was before.
    Before,
    /// Another tenant's, as it was before.
    ToAnother,
}

/// Gives the number to the transaction's tenant, unless somebody has it.
pub async fn give(
    tx: &mut TenantTx,
    number: &E164PhoneNumber,
    now: DateTime<Utc>,
) -> Result<Given, sqlx::Error> {
    let given = sqlx::query!(
        r#"INSERT INTO switchboard.tenant_phone_numbers (phone_number, tenant_id, is_primary, created_at)
           SELECT $2, $1, NOT EXISTS (SELECT FROM switchboard.tenant_phone_numbers n WHERE n.tenant_id = $1), $3
           ON CONFLICT (phone_number) DO NOTHING"#,
        tx.tenant_id().as_uuid(),
        number.as_str(),
        now
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    if given == 1 {
        stop_accepting_with_the_first(tx, now).await?;
        return Ok(Given::Now);
    }
    let is_own = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM switchboard.tenant_phone_numbers WHERE tenant_id = $1 AND phone_number = $2) AS "is_own!""#,
        tx.tenant_id().as_uuid(),
        number.as_str()
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(if is_own { Given::Before } else { Given::ToAnother })
}

//! The statements on numbers.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::tenancy::TenantTx;
use crate::tenancy::database::OperatorConnection;
use crate::twilio::phone_number::E164PhoneNumber;

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
/// breaks `tenant_phone_numbers_pkey`.
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

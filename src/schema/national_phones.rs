//! Tenants' phones that SQL could not read: written without their country's code, where North America's plan is not used.
//!
//! Promises: right after an adoption, each is read by the phone library as a person in the tenant's zone would mean it; what
//! it calls valid is written, and noted. Everything else stays, as the audit says already. A failure is no failure of the
//! migration.
//! Doesn't: read calls' and customers' phones again; there may be millions.

use sqlx::{Connection as _, Executor as _, PgConnection};
use uuid::Uuid;

use super::legacy::{NUMBER_NOT_VALID, PHONE_NOT_VALID};
use crate::twilio::phone_number::E164PhoneNumber;
use crate::twilio::region::Region;

/// The audit's word for such a phone.
const READ: &str = "phone read as in its country";
/// What a tenant's own number stood in.
const CLAIM: &str = "twilio_phone_number";

/// A phone that the audit calls not valid.
#[derive(sqlx::FromRow)]
struct Unread {
    tenant: Uuid,
    zone: String,
    place: String,
    was: String,
}

/// Reads them. Says how many there were, if any.
pub(super) async fn read(connection: &mut PgConnection) -> Option<String> {
    match read_all(connection).await {
        Ok(0) => None,
        Ok(1) => Some("a tenant's phone was read by its country's plan".to_owned()),
        Ok(number) => Some(format!("{number} phones of tenants were read by their countries' plans")),
        Err(error) => {
            tracing::info!(%error, "phones that North America's plan does not know stay as they were");
            None
        }
    }
}

async fn read_all(connection: &mut PgConnection) -> Result<usize, sqlx::Error> {
    let mut transaction = connection.begin().await?;
    transaction.execute("SET LOCAL lock_timeout = '2s'").await?;
    let unread: Vec<Unread> = sqlx::query_as(
        "SELECT t.id AS tenant, t.timezone AS zone, a.detail ->> 'column' AS place, a.detail ->> 'was' AS was
           FROM switchboard.migration_audit a JOIN public.tenants t ON t.id::text = a.detail ->> 'id'
          WHERE a.relation = 'public.tenants' AND a.decision IN ($1, $2)
          ORDER BY t.created_at, t.id",
    )
    .bind(NUMBER_NOT_VALID)
    .bind(PHONE_NOT_VALID)
    .fetch_all(&mut *transaction)
    .await?;
    let mut written = 0;
    for phone in unread {
        if let Ok(number) = E164PhoneNumber::parse_typed(&phone.was, Region::of_time_zone(&phone.zone))
            && write(&mut transaction, &phone, &number).await?
        {
            written += 1;
        }
    }
    transaction.commit().await?;
    Ok(written)
}

/// False where it is somebody else's number, or says something else by now.
async fn write(
    transaction: &mut PgConnection,
    phone: &Unread,
    number: &E164PhoneNumber,
) -> Result<bool, sqlx::Error> {
    let statement = match phone.place.as_str() {
        CLAIM => {
            "INSERT INTO switchboard.tenant_phone_numbers (phone_number, tenant_id, is_primary)
             SELECT $2, $1, NOT EXISTS (SELECT FROM switchboard.tenant_phone_numbers p WHERE p.tenant_id = $1 AND p.is_primary)
              WHERE $3 IS NOT NULL ON CONFLICT DO NOTHING"
        }
        "forward_number" => {
            "UPDATE public.tenants SET forward_number = $2 WHERE id = $1 AND forward_number = $3"
        }
        "emergency_phone" => {
            "UPDATE public.tenants SET emergency_phone = $2 WHERE id = $1 AND emergency_phone = $3"
        }
        "owner_phone" => "UPDATE public.tenants SET owner_phone = $2 WHERE id = $1 AND owner_phone = $3",
        _ => return Ok(false),
    };
    let written = sqlx::query(statement)
        .bind(phone.tenant)
        .bind(number.as_str())
        .bind(&phone.was)
        .execute(&mut *transaction)
        .await?;
    if written.rows_affected() == 0 {
        return Ok(false);
    }
    if phone.place == CLAIM {
        // It answered every number only for want of one.
        sqlx::query("UPDATE public.tenants SET accepts_unknown_numbers = false WHERE id = $1 AND accepts_unknown_numbers")
            .bind(phone.tenant)
            .execute(&mut *transaction)
            .await?;
    }
    sqlx::query(
        "INSERT INTO switchboard.migration_audit (relation, decision, detail)
         VALUES ('public.tenants', $1, jsonb_build_object('id', $2::uuid, 'column', $3::text, 'was', $4::text, 'now', $5::text))",
    )
    .bind(READ)
    .bind(phone.tenant)
    .bind(&phone.place)
    .bind(&phone.was)
    .bind(number.as_str())
    .execute(transaction)
    .await?;
    Ok(true)
}

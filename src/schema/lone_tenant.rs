//! The tenant of an older program that is alone, has no number, and so answers every number.
//!
//! Promises: what Twilio knows of its numbers is taken over only while all of that still holds; the audit says so.
//! Doesn't: ask Twilio.

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, Executor as _, PgConnection};

use super::error::SchemaError;
use super::prepare::connect;
use crate::twilio::phone_number::E164PhoneNumber;

/// The audit's word for a number that Twilio knew.
const FROM_TWILIO: &str = "number read at Twilio";

const LONE: &str = "SELECT t.slug FROM public.tenants t WHERE t.accepts_unknown_numbers
    AND (SELECT count(*) FROM public.tenants) = 1 AND NOT EXISTS (SELECT FROM switchboard.tenant_phone_numbers)";

/// Its slug, where there is one. The schema must be right.
pub async fn tenant_of_every_number(options: &PgConnectOptions) -> Result<Option<String>, SchemaError> {
    let mut connection = connect(options).await?;
    let slug = sqlx::query_scalar(LONE).fetch_optional(&mut connection).await;
    // It was read only; a failed close loses nothing.
    let _ = connection.close().await;
    Ok(slug?)
}

/// Gives it these numbers, the first as its main one; it stops answering every number. Returns those that it got: none where
/// it is no longer alone or has a number by now.
pub async fn give_numbers(
    options: &PgConnectOptions,
    numbers: &[E164PhoneNumber],
) -> Result<Vec<String>, SchemaError> {
    let mut connection = connect(options).await?;
    let given = give(&mut connection, numbers).await;
    // What was committed is; a failed close loses nothing.
    let _ = connection.close().await;
    Ok(given?)
}

async fn give(
    connection: &mut PgConnection,
    numbers: &[E164PhoneNumber],
) -> Result<Vec<String>, sqlx::Error> {
    let mut transaction = connection.begin().await?;
    transaction.execute("SET LOCAL lock_timeout = '2s'").await?;
    // Whoever else gives it a number refers to its row, and waits.
    let locked = format!("{LONE} FOR UPDATE OF t");
    let found: Option<String> =
        sqlx::query_scalar(sqlx::AssertSqlSafe(locked)).fetch_optional(&mut *transaction).await?;
    if found.is_none() {
        return Ok(Vec::new());
    }
    let numbers: Vec<&str> = numbers.iter().map(E164PhoneNumber::as_str).collect();
    let given: Vec<String> = sqlx::query_scalar(
        "WITH lone AS (SELECT id FROM public.tenants WHERE accepts_unknown_numbers),
              given AS (INSERT INTO switchboard.tenant_phone_numbers (phone_number, tenant_id, is_primary)
                        SELECT n.number, l.id, n.place = 1 FROM lone l, unnest($1::text[]) WITH ORDINALITY n (number, place)
                        ON CONFLICT DO NOTHING RETURNING phone_number, tenant_id),
              audited AS (INSERT INTO switchboard.migration_audit (relation, decision, detail)
                          SELECT 'public.tenants', $2, jsonb_build_object('id', g.tenant_id, 'number', g.phone_number) FROM given g)
         SELECT phone_number FROM given ORDER BY phone_number",
    )
    .bind(&numbers)
    .bind(FROM_TWILIO)
    .fetch_all(&mut *transaction)
    .await?;
    if !given.is_empty() {
        transaction
            .execute(
                "UPDATE public.tenants SET accepts_unknown_numbers = false WHERE accepts_unknown_numbers",
            )
            .await?;
    }
    transaction.commit().await?;
    Ok(given)
}

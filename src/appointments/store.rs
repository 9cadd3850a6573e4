//! The statements on visits. Each names its tenant itself; row-level security is the net below.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::appointment::{
    Appointment, AppointmentFilter, AppointmentStatus, Cancellation, NewAppointment, TimeRange,
};
use crate::tenancy::TenantTx;

/// Waits until nobody else books for the tenant, and tells its time zone. Two visits that overlap and are written at once
/// would wait for each other, and PostgreSQL would end one as a deadlock instead of an overlap. The lock leaves calls alone.
pub async fn take_turn(tx: &mut TenantTx) -> Result<String, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT timezone FROM public.tenants WHERE id = $1 FOR NO KEY UPDATE",
        tx.tenant_id().as_uuid()
    )
    .fetch_one(tx.connection())
    .await
}

/// Books a visit. One whose time is taken breaks `appointments_no_overlap`; one whose call is not the tenant's breaks
/// `appointments_call_log_id_fkey`.
pub async fn book(
    tx: &mut TenantTx,
    visit: &NewAppointment,
    now: DateTime<Utc>,
) -> Result<Appointment, sqlx::Error> {
    sqlx::query_as!(
        Appointment,
        r#"INSERT INTO public.appointments
               (tenant_id, id, call_log_id, customer_name, customer_phone, customer_email, customer_address, service_type,
                problem_description, resource, starts_at, ends_at, status, created_at, updated_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14)
           RETURNING id, call_log_id, customer_name, customer_phone, customer_email, customer_address, service_type,
                     problem_description, resource, starts_at, ends_at, status, created_at, updated_at"#,
        tx.tenant_id().as_uuid(),
        Uuid::now_v7(),
        visit.call_log_id,
        visit.customer_name,
        visit.customer_phone,
        visit.customer_email,
        visit.customer_address,
        visit.service_type,
        visit.problem_description,
        visit.resource,
        visit.time.start(),
        visit.time.end(),
        visit.status.as_str(),
        now
    )
    .fetch_one(tx.connection())
    .await
}

/// The times of the resource that live visits take, as far as they touch this one; the first ten.
pub async fn taken_times(
    tx: &mut TenantTx,
    resource: &str,
    wanted: TimeRange,
) -> Result<Vec<TimeRange>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"SELECT starts_at, ends_at
             FROM public.appointments
            WHERE tenant_id = $1 AND resource = $2 AND status IN ('pending', 'confirmed') AND NOT overlap_waived
              AND tstzrange(starts_at, ends_at) && tstzrange($3, $4)
            ORDER BY starts_at
            LIMIT 10"#,
        tx.tenant_id().as_uuid(),
        resource,
        wanted.start(),
        wanted.end()
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows.into_iter().filter_map(|row| TimeRange::new(row.starts_at, row.ends_at)).collect())
}

/// The visits that the filter lets through, by their beginning, at most `limit`.
pub async fn page(
    tx: &mut TenantTx,
    filter: &AppointmentFilter,
    limit: i64,
) -> Result<Vec<Appointment>, sqlx::Error> {
    sqlx::query_as!(
        Appointment,
        r#"SELECT id, call_log_id, customer_name, customer_phone, customer_email, customer_address, service_type,
                  problem_description, resource, starts_at, ends_at, status, created_at, updated_at
             FROM public.appointments
            WHERE tenant_id = $1
              AND ($2::text IS NULL OR status = $2)
              AND ($3::timestamptz IS NULL OR starts_at >= $3)
              AND ($4::timestamptz IS NULL OR starts_at < $4)
              AND ($5::timestamptz IS NULL OR (starts_at, id) > ($5, $6))
            ORDER BY starts_at, id
            LIMIT $7"#,
        tx.tenant_id().as_uuid(),
        filter.status.map(AppointmentStatus::as_str),
        filter.since,
        filter.until,
        filter.after.map(|cursor| cursor.time),
        filter.after.map(|cursor| cursor.id),
        limit
    )
    .fetch_all(tx.connection())
    .await
}

/// The visit of this id.
pub async fn appointment(tx: &mut TenantTx, id: Uuid) -> Result<Option<Appointment>, sqlx::Error> {
    sqlx::query_as!(
        Appointment,
        r#"SELECT id, call_log_id, customer_name, customer_phone, customer_email, customer_address, service_type,
                  problem_description, resource, starts_at, ends_at, status, created_at, updated_at
             FROM public.appointments
            WHERE tenant_id = $1 AND id = $2"#,
        tx.tenant_id().as_uuid(),
        id
    )
    .fetch_optional(tx.connection())
    .await
}

/// Cancels a visit that is still to come. Its time is free from then on.
pub async fn cancel(tx: &mut TenantTx, id: Uuid, now: DateTime<Utc>) -> Result<Cancellation, sqlx::Error> {
    sqlx::query!(
        r#"UPDATE public.appointments SET status = 'cancelled', updated_at = $3
            WHERE tenant_id = $1 AND id = $2 AND status IN ('pending', 'confirmed')"#,
        tx.tenant_id().as_uuid(),
        id,
        now
    )
    .execute(tx.connection())
    .await?;
    let Some(visit) = appointment(tx, id).await? else { return Ok(Cancellation::NotThere) };
    Ok(match AppointmentStatus::parse(&visit.status) {
        Ok(over @ (AppointmentStatus::Completed | AppointmentStatus::NoShow)) => Cancellation::Over(over),
        Ok(AppointmentStatus::Pending | AppointmentStatus::Confirmed | AppointmentStatus::Cancelled)
        | Err(_) => Cancellation::Done(Box::new(visit)),
    })
}

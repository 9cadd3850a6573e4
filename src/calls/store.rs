//! The statements on calls. Each names its tenant itself; row-level security is the net below.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::call::{Call, CallFilter, Event, FoundEnd, Outcome};
use super::recording::RecordingLine;
use crate::tenancy::TenantTx;
use crate::twilio::call_status::CallStatus;
use crate::twilio::sid::CallSid;

/// The calls that the filter lets through, newest first, at most `limit`.
pub async fn calls(tx: &mut TenantTx, filter: &CallFilter, limit: i64) -> Result<Vec<Call>, sqlx::Error> {
    sqlx::query_as!(
        Call,
        r#"SELECT id, call_sid, parent_call_sid, from_number, to_number, caller_name, direction, status, outcome,
                  duration AS duration_seconds, is_missed, is_after_hours, transcript, started_at, answered_at,
                  answered_by, alarmed_at, ended_at, created_at, updated_at
             FROM public.call_logs
            WHERE tenant_id = $1
              AND ($2::text IS NULL OR status = $2)
              AND ($3::text IS NULL OR outcome = $3)
              AND ($4::text IS NULL OR from_number = $4)
              AND ($5::text IS NULL OR to_number = $5)
              AND ($6::timestamptz IS NULL OR started_at >= $6)
              AND ($7::timestamptz IS NULL OR started_at < $7)
              AND ($8::timestamptz IS NULL OR (started_at, id) < ($8, $9))
            ORDER BY started_at DESC, id DESC
            LIMIT $10"#,
        tx.tenant_id().as_uuid(),
        filter.status.map(CallStatus::as_str),
        filter.outcome.map(Outcome::as_str),
        filter.from_number,
        filter.to_number,
        filter.since,
        filter.until,
        filter.after.map(|cursor| cursor.time),
        filter.after.map(|cursor| cursor.id),
        limit
    )
    .fetch_all(tx.connection())
    .await
}

/// The call of this SID.
pub async fn call(tx: &mut TenantTx, call_sid: &CallSid) -> Result<Option<Call>, sqlx::Error> {
    sqlx::query_as!(
        Call,
        r#"SELECT id, call_sid, parent_call_sid, from_number, to_number, caller_name, direction, status, outcome,
                  duration AS duration_seconds, is_missed, is_after_hours, transcript, started_at, answered_at,
                  answered_by, alarmed_at, ended_at, created_at, updated_at
             FROM public.call_logs
            WHERE tenant_id = $1 AND call_sid = $2"#,
        tx.tenant_id().as_uuid(),
        call_sid.as_str()
    )
    .fetch_optional(tx.connection())
    .await
}

/// The ledger of a call, in the order in which things happened.
pub async fn events(tx: &mut TenantTx, call_sid: &CallSid) -> Result<Vec<Event>, sqlx::Error> {
    sqlx::query_as!(
        Event,
        r#"SELECT kind, place, leg_sid, status, sequence_number, occurred_at, received_at, payload
             FROM switchboard.call_events
            WHERE tenant_id = $1 AND call_sid = $2
            ORDER BY occurred_at, sequence_number NULLS FIRST, event_key"#,
        tx.tenant_id().as_uuid(),
        call_sid.as_str()
    )
    .fetch_all(tx.connection())
    .await
}

/// The lines of a call's ledger that name a recording, or what one was written down as.
pub async fn recording_lines(
    tx: &mut TenantTx,
    call_sid: &CallSid,
) -> Result<Vec<RecordingLine>, sqlx::Error> {
    sqlx::query_as!(
        RecordingLine,
        r#"SELECT kind, occurred_at, payload ->> 'AccountSid' AS account_sid,
                  payload ->> 'RecordingSid' AS recording_sid, payload ->> 'TranscriptionSid' AS transcription_sid,
                  payload ->> 'RecordingDuration' AS seconds, payload ->> 'RecordingSource' AS source,
                  payload ->> 'RecordingStatus' AS status
             FROM switchboard.call_events
            WHERE tenant_id = $1 AND call_sid = $2
              AND kind IN ('message', 'recording', 'dial_result', 'transcription')
            ORDER BY occurred_at, event_key"#,
        tx.tenant_id().as_uuid(),
        call_sid.as_str()
    )
    .fetch_all(tx.connection())
    .await
}

/// Nothing is written to the call until the transaction ends.
pub async fn lock(tx: &mut TenantTx, call_sid: &CallSid) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "SELECT id FROM public.call_logs WHERE tenant_id = $1 AND call_sid = $2 FOR UPDATE",
        tx.tenant_id().as_uuid(),
        call_sid.as_str()
    )
    .fetch_optional(tx.connection())
    .await
    .map(|_| ())
}

/// Deletes a call with its ledger; its appointments lose their link.
pub async fn delete(tx: &mut TenantTx, call_sid: &CallSid) -> Result<(), sqlx::Error> {
    sqlx::query!("SELECT switchboard.delete_call($1, $2)", tx.tenant_id().as_uuid(), call_sid.as_str())
        .execute(tx.connection())
        .await
        .map(|_| ())
}

/// A call that has no end yet.
#[derive(Debug)]
pub struct Unended {
    /// Twilio's id of it.
    pub call_sid: String,
    /// The account that told of it.
    pub account_sid: Option<String>,
    /// When it was first heard of.
    pub started_at: DateTime<Utc>,
}

/// The tenant's calls of this time that have no end yet, oldest first, at most `limit`: those that we have heard of, not those
/// that an older program wrote.
pub async fn unended(
    tx: &mut TenantTx,
    since: DateTime<Utc>,
    until: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Unended>, sqlx::Error> {
    sqlx::query_as!(
        Unended,
        r#"SELECT c.call_sid, c.started_at, e.account_sid
             FROM public.call_logs c
            CROSS JOIN LATERAL (
                  SELECT l.payload ->> 'AccountSid' AS account_sid
                    FROM switchboard.call_events l
                   WHERE l.tenant_id = c.tenant_id AND l.call_sid = c.call_sid AND l.kind <> 'decision'
                   ORDER BY l.event_key LIMIT 1) e
            WHERE c.tenant_id = $1 AND c.ended_at IS NULL AND c.started_at >= $2 AND c.started_at < $3
            ORDER BY c.started_at, c.id
            LIMIT $4"#,
        tx.tenant_id().as_uuid(),
        since,
        until,
        limit
    )
    .fetch_all(tx.connection())
    .await
}

/// Closes a call: with what Twilio says of it, or, without a status, as one whose end nobody knows.
pub async fn sweep(tx: &mut TenantTx, end: &FoundEnd) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "SELECT switchboard.sweep_call($1, $2, $3, $4, $5, $6, $7)",
        tx.tenant_id().as_uuid(),
        end.call_sid,
        Uuid::now_v7(),
        end.status.map(CallStatus::as_str),
        end.ended_at,
        end.swept_at,
        end.found
    )
    .execute(tx.connection())
    .await
    .map(|_| ())
}

//! The statements on the quarantine. The server's role can't look into it; functions of the database do, for operators.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::unrouted_call::{Adoption, QuarantineState, UnroutedCall};
use crate::calls::call::Event;
use crate::tenancy::TenantTx;
use crate::tenancy::database::OperatorConnection;
use crate::web::page::Cursor;

/// The calls in this state, newest first, at most `limit`.
pub async fn page(
    connection: &mut OperatorConnection,
    state: QuarantineState,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<UnroutedCall>, sqlx::Error> {
    sqlx::query_as!(
        UnroutedCall,
        r#"SELECT id AS "id!", account_sid AS "account_sid!", call_sid AS "call_sid!", reason AS "reason!", called_number,
                  from_number, received_at AS "received_at!", adopted_by, adopted_at
             FROM switchboard.list_unrouted_calls(NULL, $1, $2, $3, $4)"#,
        state.waiting(),
        after.map(|cursor| cursor.time),
        after.map(|cursor| cursor.id),
        limit
    )
    .fetch_all(connection.connection())
    .await
}

/// The call of this id.
pub async fn call(
    connection: &mut OperatorConnection,
    id: Uuid,
) -> Result<Option<UnroutedCall>, sqlx::Error> {
    sqlx::query_as!(
        UnroutedCall,
        r#"SELECT id AS "id!", account_sid AS "account_sid!", call_sid AS "call_sid!", reason AS "reason!", called_number,
                  from_number, received_at AS "received_at!", adopted_by, adopted_at
             FROM switchboard.list_unrouted_calls($1, NULL, NULL, NULL, 1)"#,
        id
    )
    .fetch_optional(connection.connection())
    .await
}

/// What was heard of it, in the order in which it happened.
pub async fn events(connection: &mut OperatorConnection, id: Uuid) -> Result<Vec<Event>, sqlx::Error> {
    sqlx::query_as!(
        Event,
        r#"SELECT kind AS "kind!", place, leg_sid, status, sequence_number, occurred_at AS "occurred_at!", received_at AS "received_at!",
                  payload AS "payload!"
             FROM switchboard.list_unrouted_call_events($1)"#,
        id
    )
    .fetch_all(connection.connection())
    .await
}

/// Puts the call into the ledger of the transaction's tenant, with all that was heard of it.
pub async fn adopt(tx: &mut TenantTx, id: Uuid, now: DateTime<Utc>) -> Result<Adoption, sqlx::Error> {
    let tenant = tx.tenant_id().as_uuid();
    let found = sqlx::query!(
        "SELECT owner_id, adopted_sid, dialled FROM switchboard.adopt_unrouted_call($1, $2, $3, $4)",
        id,
        tenant,
        Uuid::now_v7(),
        now
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(match (found.owner_id, found.adopted_sid) {
        (Some(owner), Some(call_sid)) if owner == tenant => {
            Adoption::Done { call_sid, dialled: found.dialled }
        }
        (Some(_), _) => Adoption::TakenByAnother,
        (None, _) => Adoption::NotThere,
    })
}

//! The quarantine over HTTP, for operators: `/api/v1/unrouted-calls`, one of them, and its adoption.
//!
//! Promises: adopted twice is adopted once; a call that one tenant has is never handed to another; where the number can't
//! be given as well, nothing is done at all.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use uuid::Uuid;

use super::store;
use super::unrouted_call::{Adoption, DialledNumber, QuarantineState, UnroutedCall, UnroutedCallWithEvents};
use crate::calls;
use crate::numbers::{self, store::Given};
use crate::tenancy::{ApiDoor, Once, TenantTx, VerifiedOperator};
use crate::tenants;
use crate::twilio::phone_number::E164PhoneNumber;
use crate::twilio::sid::CallSid;
use crate::web::keyed_json::{JsonAnswer, KeyedJson};
use crate::web::page::Page;
use crate::web::problem::Problem;
use crate::web::query::{QueryReader, one_more, read_cursor, unknown_parameter};

/// The parameters of the list, as they come.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListParameters {
    state: Option<String>,
    limit: Option<String>,
    cursor: Option<String>,
}

/// Lists what is in quarantine, newest first; what waits, if nothing else is said.
pub async fn list(
    State(door): State<ApiDoor>,
    operator: VerifiedOperator,
    parameters: Result<Query<ListParameters>, QueryRejection>,
) -> Result<Json<Page<UnroutedCall>>, Problem> {
    let Query(parameters) = parameters.map_err(|rejection| unknown_parameter(&rejection))?;
    let mut reader = QueryReader::default();
    let state =
        reader.parsed("state", parameters.state.as_deref(), QuarantineState::parse).unwrap_or_default();
    let after = reader.parsed("cursor", parameters.cursor.as_deref(), read_cursor);
    let limit = reader.limit(parameters.limit.as_deref());
    reader.finish()?;
    let mut connection = door.database.operator(operator).await?;
    let calls = store::page(&mut connection, state, after, one_more(limit)).await?;
    Ok(Json(Page::cut(calls, limit, UnroutedCall::place)))
}

/// Shows one call with everything that was heard of it.
pub async fn show(
    State(door): State<ApiDoor>,
    operator: VerifiedOperator,
    Path(id): Path<String>,
) -> Result<Json<UnroutedCallWithEvents>, Problem> {
    let id = in_path(&id)?;
    let mut connection = door.database.operator(operator).await?;
    let call = store::call(&mut connection, id).await?.ok_or_else(Problem::not_found)?;
    let events = store::events(&mut connection, id).await?;
    Ok(Json(UnroutedCallWithEvents { call, events }))
}

/// Puts a call into a tenant's log, and gives the tenant the number that was dialled if the body says so.
pub async fn adopt(
    State(door): State<ApiDoor>,
    operator: VerifiedOperator,
    Path(id): Path<String>,
    KeyedJson { key, mut fields }: KeyedJson,
) -> Result<JsonAnswer, Problem> {
    let id = in_path(&id)?;
    let scope = tenants::body::named(&mut fields, &door.database, operator).await?;
    if scope.is_none() {
        fields.missing("tenant");
    }
    let with_number = fields.optional("with_number", DialledNumber::parse).unwrap_or_default();
    let scope = fields.finish(scope)?;
    let once = Once::of_operator(operator, key);
    let mut tx = door.database.begin(scope).await?;
    if let Some(answer) = once.earlier_answer(tx.connection(), door.clock.now()).await? {
        return Ok(answer);
    }
    let (call_sid, dialled) = match store::adopt(&mut tx, id, door.clock.now()).await? {
        Adoption::Done { call_sid, dialled } => (call_sid, dialled),
        Adoption::TakenByAnother => {
            return Err(Problem::conflict("tenant", "Another tenant has adopted this call."));
        }
        Adoption::NotThere => return Err(Problem::not_found()),
    };
    match with_number {
        DialledNumber::Leave => {}
        DialledNumber::Give => give(&door, &mut tx, dialled.as_deref()).await?,
    }
    let call_sid = CallSid::parse(&call_sid).map_err(|_| Problem::internal())?;
    let call = calls::store::call(&mut tx, &call_sid).await?.ok_or_else(Problem::internal)?;
    let answer = JsonAnswer::ok(&call)?;
    once.keep(tx.connection(), &answer).await?;
    tx.commit().await?;
    door.routes_changed();
    Ok(answer)
}

async fn give(door: &ApiDoor, tx: &mut TenantTx, dialled: Option<&str>) -> Result<(), Problem> {
    let number = dialled.and_then(|dialled| E164PhoneNumber::parse(dialled).ok());
    let number = number.ok_or_else(|| {
        Problem::conflict("with_number", "What was dialled is no phone number that could be given.")
    })?;
    match numbers::store::give(tx, &number, door.clock.now()).await? {
        Given::Now | Given::Before => Ok(()),
        Given::ToAnother => {
            Err(Problem::conflict("with_number", "The dialled number belongs to another tenant."))
        }
    }
}

fn in_path(text: &str) -> Result<Uuid, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

//! The quarantine over HTTP, for operators: `/api/v1/unrouted-calls`, one of them, and its adoption.
//!
//! Promises: adopted twice is adopted once; a call that one tenant has is never handed to another; where the number can't
//! be given as well, nothing is done at all.

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use uuid::Uuid;

use super::store;
use super::unrouted_call::{
    Adoption, AdoptionBody, DialledNumber, QuarantineState, UnroutedCall, UnroutedCallWithEvents,
};
use crate::calls;
use crate::calls::call::Call;
use crate::numbers::{self, store::Given};
use crate::tenancy::{ApiDoor, Once, TenantTx, VerifiedOperator};
use crate::tenants;
use crate::twilio::phone_number::E164PhoneNumber;
use crate::twilio::sid::CallSid;
use crate::web::keyed_json::{IdempotencyKey, JsonAnswer, KeyedJson};
use crate::web::page::Page;
use crate::web::problem::Problem;
use crate::web::query::{Parameters, QueryReader, one_more, read_cursor};

/// The parameters of the list, as they come.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListParameters {
    /// Which calls of the quarantine; `waiting` if it is missing.
    #[param(inline, value_type = Option<QuarantineState>, example = "waiting")]
    state: Option<String>,
    /// How many rows a page may have.
    #[param(value_type = Option<u8>, minimum = 1, maximum = 200, default = 50, example = 50)]
    limit: Option<String>,
    /// `next_cursor` of the page before.
    #[param(format = "cursor", example = "AAZDMCxvcgABohRcLG9x6KPgdsVoDO2N")]
    cursor: Option<String>,
}

/// A page of the quarantine.
pub type UnroutedCallPage = Page<UnroutedCall>;

/// Lists calls that belong to nobody, newest first.
///
/// Without `state` these are the ones that nobody has adopted.
#[utoipa::path(
    get,
    path = "/api/v1/unrouted-calls",
    operation_id = "list_unrouted_calls",
    tag = "Unrouted calls",
    params(ListParameters),
    responses((status = 200, description = "A page of the quarantine.", body = UnroutedCallPage)),
    security(("operator_key" = []))
)]
pub async fn list(
    State(door): State<ApiDoor>,
    operator: VerifiedOperator,
    Parameters(parameters): Parameters<ListParameters>,
) -> Result<Json<UnroutedCallPage>, Problem> {
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

/// Shows one call in quarantine, with everything that was heard of it.
#[utoipa::path(
    get,
    path = "/api/v1/unrouted-calls/{id}",
    operation_id = "show_unrouted_call",
    tag = "Unrouted calls",
    params(("id" = Uuid, Path, description = "The `id` of the call in quarantine.", example = "01a2145c-2c6f-71e8-a3e0-76c5680ced8d")),
    responses((status = 200, description = "The call and its events.", body = UnroutedCallWithEvents)),
    security(("operator_key" = []))
)]
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

/// Puts a call from the quarantine into a tenant's log.
///
/// The answer is the call as the log has it. A tenant that has adopted a call can adopt it again, which brings what was
/// heard meanwhile. The quarantine keeps its line and says who has the call.
#[utoipa::path(
    post,
    path = "/api/v1/unrouted-calls/{id}/adopt",
    operation_id = "adopt_unrouted_call",
    tag = "Unrouted calls",
    params(("id" = Uuid, Path, description = "The `id` of the call in quarantine.", example = "01a2145c-2c6f-71e8-a3e0-76c5680ced8d"), IdempotencyKey),
    request_body = AdoptionBody,
    responses(
        (status = 200, description = "The call is in the tenant's log.", body = Call),
        (status = 409, description = "Another tenant has the call, or the dialled number can't be given."),
    ),
    security(("operator_key" = []))
)]
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

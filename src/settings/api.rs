//! The settings over HTTP: `/api/v1/settings`, and calls tried under them.
//!
//! Promises: of two changes at once the second sees the first, and is refused if it was made without. Doesn't: lock what is
//! tried; nothing is written.

use axum::Json;
use axum::extract::State;
use serde_json::Value;

use super::body::{self, ReviewBody, Tenant, TrialBody};
use super::document::{Settings, SettingsChangeRequest};
use super::review::{MOST_CALLS, REACH, Review, Reviewer};
use super::shown::Shown;
use super::store;
use super::trial::{Stage, Trial, try_call};
use crate::calls::CallDesk;
use crate::calls::addresses::CallAddress;
use crate::handling::{Handling, changed, shown};
use crate::tenancy::api_door::{ApiDoor, NamedTenant};
use crate::tenancy::{TenantScope, TenantTx};
use crate::twilio::sid::CallSid;
use crate::web::entity_tag::{EntityTag, IfMatch};
use crate::web::json_fields::JsonFields;
use crate::web::merge_patch::MergePatch;
use crate::web::problem::Problem;

/// The id of a call that nobody makes.
const NO_CALL: &str = "CA00000000000000000000000000000000";
/// So many calls are decided before others get their turn.
const CALLS_AT_A_TIME: usize = 100;

/// Shows how a tenant's calls are handled.
///
/// A part that an older program left behind, and that can't be read, is shown as it is stored; calls are handled as if it were
/// not set.
#[utoipa::path(
    get,
    path = "/api/v1/settings",
    operation_id = "show_settings",
    tag = "Settings",
    params(NamedTenant),
    responses((
        status = 200,
        description = "The settings.",
        body = Settings,
        headers(("ETag" = String, description = "Their version, for `If-Match`.")),
    )),
    security(("tenant_key" = []), ("operator_key" = []))
)]
pub async fn show(State(door): State<ApiDoor>, scope: TenantScope) -> Result<Shown, Problem> {
    let mut tx = door.database.begin(scope).await?;
    let row = store::row(&mut tx).await?;
    tx.commit().await?;
    Ok(Shown(shown(&row)))
}

/// Changes how a tenant's calls are handled.
///
/// All mistakes are told at once, each with its field, and nothing is saved then. Calls follow the new settings from the next
/// request on. Older programs see the first telephone as `forward_number`.
#[utoipa::path(
    patch,
    path = "/api/v1/settings",
    operation_id = "change_settings",
    tag = "Settings",
    params(NamedTenant, IfMatch),
    request_body(content = SettingsChangeRequest, content_type = "application/merge-patch+json"),
    responses((
        status = 200,
        description = "The settings after the change.",
        body = Settings,
        headers(("ETag" = String, description = "Their new version.")),
    )),
    security(("tenant_key" = []), ("operator_key" = []))
)]
pub async fn change(
    State(door): State<ApiDoor>,
    scope: TenantScope,
    if_match: IfMatch,
    MergePatch(patch): MergePatch,
) -> Result<Shown, Problem> {
    let mut tx = door.database.begin(scope).await?;
    store::take_turn(&mut tx).await?;
    let Tenant { row, own } = tenant(&mut tx).await?;
    if_match.check(&EntityTag::of(&shown(&row)))?;
    let row = changed(&row, &patch, &own).map_err(|mistakes| {
        Problem::invalid_body(mistakes.iter().map(|mistake| body::told(mistake, None)).collect())
    })?;
    store::save(&mut tx, &row, door.clock.now()).await?;
    tx.commit().await?;
    door.routes_changed();
    Ok(Shown(shown(&row)))
}

/// Tries a call: what the caller hears, who is rung, and the TwiML of each step.
///
/// Nobody is rung, and nothing is written. With `settings`, the call is tried under settings that are not saved.
#[utoipa::path(
    post,
    path = "/api/v1/settings/try",
    operation_id = "try_settings",
    tag = "Settings",
    params(NamedTenant),
    request_body = TrialBody,
    responses((status = 200, description = "The call, step by step.", body = Trial)),
    security(("tenant_key" = []), ("operator_key" = []))
)]
pub async fn try_one(
    State(door): State<ApiDoor>,
    State(desk): State<CallDesk>,
    scope: TenantScope,
    fields: JsonFields,
) -> Result<Json<Trial>, Problem> {
    let mut tx = door.database.begin(scope).await?;
    let tenant = tenant(&mut tx).await?;
    tx.commit().await?;
    let tried = body::trial(fields, &tenant, door.clock.now())?;
    let handling = Handling::read(&tried.row, tried.call.dialled.as_ref());
    let call_sid = CallSid::parse(NO_CALL).map_err(|_| Problem::internal())?;
    let address = CallAddress { tenant: scope.tenant_id(), call_sid };
    let stage = Stage { address, public_url: &desk.public_url };
    Ok(Json(try_call(&handling, tried.at, &tried.call, &tried.cast, &stage)))
}

/// Decides the calls of the last 7 days again, under settings that are not saved.
///
/// Each call is decided twice, under the settings as they are and as they would be: for a caller who does nothing and whose
/// call nobody takes, and for one who reports an emergency. What people did then plays no part. At most the newest 5 000
/// calls are looked at.
#[utoipa::path(
    post,
    path = "/api/v1/settings/review",
    operation_id = "review_settings",
    tag = "Settings",
    params(NamedTenant),
    request_body = ReviewBody,
    responses((status = 200, description = "How many calls would change, and some of them.", body = Review)),
    security(("tenant_key" = []), ("operator_key" = []))
)]
pub async fn review(
    State(door): State<ApiDoor>,
    scope: TenantScope,
    fields: JsonFields,
) -> Result<Json<Review>, Problem> {
    let mut tx = door.database.begin(scope).await?;
    let tenant = tenant(&mut tx).await?;
    let unsaved: Value = body::review(fields, &tenant)?;
    let limit = i64::try_from(MOST_CALLS + 1).unwrap_or(i64::MAX);
    let calls = store::calls_since(&mut tx, door.clock.now() - REACH, limit).await?;
    tx.commit().await?;
    let mut reviewer = Reviewer::new(&tenant.row, &unsaved);
    for (number, call) in calls.iter().take(MOST_CALLS).enumerate() {
        if number % CALLS_AT_A_TIME == 0 {
            tokio::task::yield_now().await;
        }
        reviewer.look_at(call);
    }
    Ok(Json(reviewer.finish(calls.len().saturating_sub(MOST_CALLS))))
}

async fn tenant(tx: &mut TenantTx) -> Result<Tenant, Problem> {
    Ok(Tenant { row: store::row(tx).await?, own: store::own_numbers(tx).await? })
}

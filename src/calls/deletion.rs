//! A call goes, with everything that was recorded of it: `DELETE /api/v1/calls/{call_sid}`.
//!
//! Promises: first what Twilio keeps, then what we do; where Twilio can't be reached nothing of ours goes, so that a second
//! attempt still knows what there is. An appointment stays, and loses its link.
//! Doesn't: delete the call from Twilio's own call log.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use chrono::{DateTime, TimeDelta, Utc};

use super::call::Call;
use super::recording::kept_at_twilio;
use super::recordings::problem;
use super::{CallDesk, store};
use crate::tenancy::TenantScope;
use crate::tenancy::api_door::NamedTenant;
use crate::twilio::sid::CallSid;
use crate::twilio_api::{PATIENCE, TwilioApi};
use crate::web::problem::Problem;

/// Twilio ends every call by then.
const LONGEST_CALL: TimeDelta = TimeDelta::hours(24);

/// Deletes a call with its recordings, here and at Twilio.
///
/// Appointments that were made on it stay. A call that goes on is refused. Where Twilio can't be reached nothing is deleted
/// here: send the request again.
#[utoipa::path(
    delete,
    path = "/api/v1/calls/{call_sid}",
    operation_id = "delete_call",
    tag = "Calls",
    params(("call_sid" = String, Path, description = "Twilio's id of the call.", pattern = "^CA[0-9a-f]{32}$", example = "CA11111111111111111111111111111111"), NamedTenant),
    responses(
        (status = 204, description = "The call is gone, and so are its recordings."),
        (status = 409, description = "The call goes on, or was just told more of. Nothing was deleted here."),
        (status = 502, description = "Twilio refuses or fails: the detail says what to do. Nothing was deleted here."),
        (status = 504, description = "Twilio does not answer in time. Nothing was deleted here."),
    ),
    security(("tenant_key" = []), ("operator_key" = []))
)]
pub async fn delete(
    State(desk): State<CallDesk>,
    State(twilio): State<TwilioApi>,
    scope: TenantScope,
    call_sid: Result<Path<String>, PathRejection>,
) -> Result<StatusCode, Problem> {
    let Path(call_sid) = call_sid.map_err(|_| Problem::not_found())?;
    let call_sid = CallSid::parse(&call_sid).map_err(|_| Problem::not_found())?;
    let mut tx = desk.database.begin(scope).await?;
    let call = store::call(&mut tx, &call_sid).await?.ok_or_else(Problem::not_found)?;
    let kept = kept_at_twilio(&store::recording_lines(&mut tx, &call_sid).await?);
    // No transaction waits for Twilio.
    tx.commit().await?;
    if may_go_on(&call, desk.clock.now()) {
        return Err(Problem::conflict("call_sid", "The call goes on. Delete it when it has ended."));
    }
    let at_twilio = async {
        for resource in &kept {
            twilio.delete(scope.tenant_id(), resource).await.map_err(problem)?;
        }
        Ok::<(), Problem>(())
    };
    // What was deleted by then is not asked for in vain the next time: it counts as deleted.
    tokio::time::timeout(PATIENCE, at_twilio).await.unwrap_or_else(|_| Err(Problem::twilio_silent()))?;
    let mut tx = desk.database.begin(scope).await?;
    store::lock(&mut tx, &call_sid).await?;
    if kept_at_twilio(&store::recording_lines(&mut tx, &call_sid).await?) != kept {
        let detail = "A recording was just told of. Send the request again.";
        return Err(Problem::conflict("call_sid", detail));
    }
    store::delete(&mut tx, &call_sid).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Without an end that we know, a call is over when no call lasts so long.
fn may_go_on(call: &Call, now: DateTime<Utc>) -> bool {
    call.ended_at.is_none() && now - call.started_at < LONGEST_CALL
}

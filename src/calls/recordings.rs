//! The recordings of a call over HTTP: listed by the ledger, played from Twilio through us.
//!
//! Promises: whoever may read the call may hear it, nobody else; the audio passes through piece by piece, and no cache on the
//! way keeps it. Twilio's own address of a recording, which needs the account's token, is never given out.
//! Doesn't: keep audio.

use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tower_http::timeout::TimeoutBody;
use utoipa::ToSchema;

use super::recording::{self, Recording};
use super::{CallDesk, store};
use crate::tenancy::TenantScope;
use crate::tenancy::api_door::NamedTenant;
use crate::twilio::rest::Resource;
use crate::twilio::sid::{CallSid, RecordingSid};
use crate::twilio_api::{TwilioApi, TwilioFault};
use crate::web::outgoing::Unreachable;
use crate::web::problem::Problem;

/// Twilio has so long for the next piece.
const BETWEEN_PIECES: Duration = Duration::from_secs(10);
/// What decides which part of the audio is meant.
const ASKED: [HeaderName; 2] = [header::RANGE, header::IF_RANGE];
/// What a player needs to know of the part that comes.
const TOLD: [HeaderName; 5] = [
    header::CONTENT_LENGTH,
    header::CONTENT_RANGE,
    header::ACCEPT_RANGES,
    header::ETAG,
    header::LAST_MODIFIED,
];

/// The recordings of a call.
#[derive(Debug, Serialize, ToSchema)]
pub struct Recordings {
    /// Oldest first.
    pub data: Vec<Recording>,
}

/// MP3.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "the document alone reads it; the bytes pass through without being looked at")]
pub struct Audio(Vec<u8>);

/// Lists the recordings of one call: messages that were left, and conversations where the firm records them.
#[utoipa::path(
    get,
    path = "/api/v1/calls/{call_sid}/recordings",
    operation_id = "list_recordings",
    tag = "Calls",
    params(("call_sid" = String, Path, description = "Twilio's id of the call.", pattern = "^CA[0-9a-f]{32}$", example = "CA11111111111111111111111111111111"), NamedTenant),
    responses((status = 200, description = "The recordings, oldest first.", body = Recordings)),
    security(("tenant_key" = []), ("operator_key" = []))
)]
pub async fn list(
    State(desk): State<CallDesk>,
    scope: TenantScope,
    call_sid: Result<Path<String>, PathRejection>,
) -> Result<Json<Recordings>, Problem> {
    let Path(call_sid) = call_sid.map_err(|_| Problem::not_found())?;
    Ok(Json(Recordings { data: of_call(&desk, scope, &call_sid).await? }))
}

/// Plays a recording.
///
/// Takes `Range` and `If-Range`, so that a player can begin anywhere.
#[utoipa::path(
    get,
    path = "/api/v1/calls/{call_sid}/recordings/{recording_sid}",
    operation_id = "play_recording",
    tag = "Calls",
    params(
        ("call_sid" = String, Path, description = "Twilio's id of the call.", pattern = "^CA[0-9a-f]{32}$", example = "CA11111111111111111111111111111111"),
        ("recording_sid" = String, Path, description = "Twilio's id of the recording.", pattern = "^RE[0-9a-f]{32}$", example = "RE44444444444444444444444444444444"),
        NamedTenant
    ),
    responses(
        (status = 200, description = "The audio, MP3.", body = Audio, content_type = "audio/mpeg"),
        (status = 206, description = "The part of the audio that was asked for.", body = Audio, content_type = "audio/mpeg"),
        (status = 416, description = "The audio has no such part; `Content-Range` tells its length."),
        (status = 502, description = "Twilio refuses: the detail names the setting to change. Or it fails, or asks to wait."),
        (status = 504, description = "Twilio does not answer in time."),
    ),
    security(("tenant_key" = []), ("operator_key" = []))
)]
pub async fn play(
    State(desk): State<CallDesk>,
    State(twilio): State<TwilioApi>,
    scope: TenantScope,
    path: Result<Path<(String, String)>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Path((call_sid, recording_sid)) = path.map_err(|_| Problem::not_found())?;
    let recording_sid = RecordingSid::parse(&recording_sid).map_err(|_| Problem::not_found())?;
    let recordings = of_call(&desk, scope, &call_sid).await?;
    let recording = recordings.into_iter().find(|one| one.recording_sid == recording_sid);
    let recording = recording.ok_or_else(Problem::not_found)?;
    let audio = Resource::audio(&recording.account_sid, &recording.recording_sid);
    let answer = twilio.fetch(scope.tenant_id(), &audio, &only(&ASKED, &headers)).await.map_err(problem)?;
    let (head, body) = answer.into_parts();
    let mut headers = only(&TOLD, &head.headers);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    if head.status == StatusCode::RANGE_NOT_SATISFIABLE {
        headers.remove(header::CONTENT_LENGTH);
        return Ok((head.status, headers).into_response());
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("audio/mpeg"));
    Ok((head.status, headers, Body::new(TimeoutBody::new(BETWEEN_PIECES, body))).into_response())
}

async fn of_call(desk: &CallDesk, scope: TenantScope, call_sid: &str) -> Result<Vec<Recording>, Problem> {
    let call_sid = CallSid::parse(call_sid).map_err(|_| Problem::not_found())?;
    let mut tx = desk.database.begin(scope).await?;
    store::call(&mut tx, &call_sid).await?.ok_or_else(Problem::not_found)?;
    let lines = store::recording_lines(&mut tx, &call_sid).await?;
    tx.commit().await?;
    Ok(recording::recordings(&lines))
}

fn only(names: &[HeaderName], headers: &HeaderMap) -> HeaderMap {
    names.iter().filter_map(|name| Some((name.clone(), headers.get(name)?.clone()))).collect()
}

/// What whoever asks us is told of Twilio's fault.
pub(super) fn problem(fault: TwilioFault) -> Problem {
    tracing::warn!(%fault, "Twilio did not do what the API was asked for");
    match fault {
        TwilioFault::NoToken(account) => Problem::twilio_failed(format!(
            "There is no token of the Twilio account {account}: set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, or store \
             it with `switchboard account create`."
        )),
        TwilioFault::Refused(account) => Problem::twilio_failed(format!(
            "Twilio does not take the token of the account {account}: correct TWILIO_AUTH_TOKEN, or store the right one \
             with `switchboard account create`."
        )),
        TwilioFault::Gone => Problem::gone_at_twilio(),
        TwilioFault::Busy(wait) => {
            Problem::twilio_failed("Twilio asks to wait. Try again later.").after(wait)
        }
        TwilioFault::Failed(status) => {
            Problem::twilio_failed(format!("Twilio answered with status {}.", status.as_u16()))
        }
        TwilioFault::NotUnderstood => Problem::twilio_failed("Twilio's answer was not understood."),
        TwilioFault::Unreachable(Unreachable::Silence(_)) => Problem::twilio_silent(),
        TwilioFault::Unreachable(
            Unreachable::Url
            | Unreachable::Name(..)
            | Unreachable::Connection(_)
            | Unreachable::Tls(_)
            | Unreachable::Broken(_),
        ) => Problem::twilio_failed("Twilio can't be reached at the moment. The server's log says why."),
    }
}

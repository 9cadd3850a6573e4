//! Visits over HTTP: `/api/v1/appointments`, one of them, and its cancellation.
//!
//! Promises: a time that is taken is a conflict that names what takes it, also where two ask at once; a visit of somebody
//! else looks like one that doesn't exist.

use axum::Json;
use axum::extract::{Path, State};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Deserialize;
use uuid::Uuid;

use super::appointment::{
    Appointment, AppointmentFilter, AppointmentStatus, Cancellation, NewAppointment, TimeRange,
};
use super::body::{self, AppointmentBody};
use super::store;
use crate::tenancy::api_door::{ApiDoor, NamedTenant};
use crate::tenancy::db_error::broken_constraint;
use crate::tenancy::{Once, TenantScope};
use crate::web::json_fields::NoFields;
use crate::web::keyed_json::{IdempotencyKey, JsonAnswer, KeyedJson};
use crate::web::page::Page;
use crate::web::problem::{FieldError, Problem};
use crate::web::query::{Parameters, QueryReader, one_more, read_cursor, read_time};

/// The parameters of the list, as they come.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListParameters {
    /// Only visits that are this far.
    #[param(value_type = Option<AppointmentStatus>, example = "confirmed")]
    status: Option<String>,
    /// Only visits that begin then or later.
    #[param(value_type = Option<DateTime<Utc>>, example = "2026-12-01T00:00:00Z")]
    since: Option<String>,
    /// Only visits that begin before.
    #[param(value_type = Option<DateTime<Utc>>, example = "2026-12-02T00:00:00Z")]
    until: Option<String>,
    /// How many rows a page may have.
    #[param(value_type = Option<u8>, minimum = 1, maximum = 200, default = 50, example = 50)]
    limit: Option<String>,
    /// `next_cursor` of the page before.
    #[param(format = "cursor", example = "AAZDMCxvcgABohRcLG9x6KPgdsVoDO2N")]
    cursor: Option<String>,
    /// The tenant's short name. Required with an operator's key, and refused with a tenant's own.
    // Read where the key is checked.
    #[param(example = "acme-hvac")]
    #[serde(rename = "tenant")]
    _tenant: Option<String>,
}

/// A page of visits.
pub type AppointmentPage = Page<Appointment>;

/// Lists the visits of one tenant in the order in which they begin.
#[utoipa::path(
    get,
    path = "/api/v1/appointments",
    operation_id = "list_appointments",
    tag = "Appointments",
    params(ListParameters),
    responses((status = 200, description = "A page of visits.", body = AppointmentPage)),
    security(("tenant_key" = []), ("operator_key" = []))
)]
pub async fn list(
    State(door): State<ApiDoor>,
    scope: TenantScope,
    Parameters(parameters): Parameters<ListParameters>,
) -> Result<Json<AppointmentPage>, Problem> {
    let (filter, limit) = parameters.read()?;
    let mut tx = door.database.begin(scope).await?;
    let visits = store::page(&mut tx, &filter, one_more(limit)).await?;
    tx.commit().await?;
    Ok(Json(Page::cut(visits, limit, Appointment::place)))
}

impl ListParameters {
    /// All mistakes at once.
    fn read(self) -> Result<(AppointmentFilter, usize), Problem> {
        let mut reader = QueryReader::default();
        let filter = AppointmentFilter {
            status: reader.parsed("status", self.status.as_deref(), AppointmentStatus::parse),
            since: reader.parsed("since", self.since.as_deref(), read_time),
            until: reader.parsed("until", self.until.as_deref(), read_time),
            after: reader.parsed("cursor", self.cursor.as_deref(), read_cursor),
        };
        let limit = reader.limit(self.limit.as_deref());
        reader.finish().map(|()| (filter, limit))
    }
}

/// Books a visit.
///
/// Two visits of one resource that are `pending` or `confirmed` never overlap, also where two ask at the same moment.
#[utoipa::path(
    post,
    path = "/api/v1/appointments",
    operation_id = "book_appointment",
    tag = "Appointments",
    params(NamedTenant, IdempotencyKey),
    request_body = AppointmentBody,
    responses(
        (status = 201, description = "The visit is booked.", body = Appointment),
        (status = 409, description = "The time is taken. `errors` names the times that stand in the way."),
    ),
    security(("tenant_key" = []), ("operator_key" = []))
)]
pub async fn create(
    State(door): State<ApiDoor>,
    scope: TenantScope,
    KeyedJson { key, fields }: KeyedJson,
) -> Result<JsonAnswer, Problem> {
    let once = Once::of_tenant(scope, key);
    let mut tx = door.database.begin(scope).await?;
    if let Some(answer) = once.earlier_answer(tx.connection(), door.clock.now()).await? {
        return Ok(answer);
    }
    let zone = store::take_turn(&mut tx).await?.parse().unwrap_or_default();
    let visit = body::new_appointment(fields, &zone)?;
    match store::book(&mut tx, &visit, door.clock.now()).await {
        Ok(booked) => {
            let answer = JsonAnswer::created(&booked)?;
            once.keep(tx.connection(), &answer).await?;
            tx.commit().await?;
            Ok(answer)
        }
        Err(error) => {
            // It is spoilt, and its turn is over.
            drop(tx);
            Err(refused(&door, scope, &visit, error).await)
        }
    }
}

async fn refused(door: &ApiDoor, scope: TenantScope, visit: &NewAppointment, error: sqlx::Error) -> Problem {
    match broken_constraint(&error) {
        Some("appointments_no_overlap") => match taken(door, scope, visit).await {
            Ok(taken) => Problem::conflict("starts_at", overlap(&visit.resource, &taken)),
            Err(error) => error.into(),
        },
        Some("appointments_call_log_id_fkey") => {
            Problem::invalid_body(vec![FieldError::new("call_log_id", "There is no such call.")])
        }
        Some(_) | None => error.into(),
    }
}

async fn taken(
    door: &ApiDoor,
    scope: TenantScope,
    visit: &NewAppointment,
) -> Result<Vec<TimeRange>, sqlx::Error> {
    let mut tx = door.database.begin(scope).await?;
    let taken = store::taken_times(&mut tx, &visit.resource, visit.time).await?;
    tx.commit().await?;
    Ok(taken)
}

fn overlap(resource: &str, taken: &[TimeRange]) -> String {
    let text = |time: &TimeRange| {
        let moment = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        format!("{} to {}", moment(time.start()), moment(time.end()))
    };
    if taken.is_empty() {
        return format!("The time was taken for {resource} a moment ago, and is free again. Try once more.");
    }
    let times: Vec<String> = taken.iter().map(text).collect();
    format!("The time is taken for {resource}: {}.", times.join(", "))
}

/// Shows one visit.
#[utoipa::path(
    get,
    path = "/api/v1/appointments/{id}",
    operation_id = "show_appointment",
    tag = "Appointments",
    params(("id" = Uuid, Path, description = "The `id` of the visit.", example = "01a2145c-3f10-7d3a-9b52-0c6a5e1f7b44"), NamedTenant),
    responses((status = 200, description = "The visit.", body = Appointment)),
    security(("tenant_key" = []), ("operator_key" = []))
)]
pub async fn show(
    State(door): State<ApiDoor>,
    scope: TenantScope,
    Path(id): Path<String>,
) -> Result<Json<Appointment>, Problem> {
    let id = in_path(&id)?;
    let mut tx = door.database.begin(scope).await?;
    let visit = store::appointment(&mut tx, id).await?.ok_or_else(Problem::not_found)?;
    tx.commit().await?;
    Ok(Json(visit))
}

/// Cancels a visit that is still to come.
///
/// To cancel it again changes nothing and gets the same answer. Its time is free for another visit at once.
#[utoipa::path(
    post,
    path = "/api/v1/appointments/{id}/cancel",
    operation_id = "cancel_appointment",
    tag = "Appointments",
    params(("id" = Uuid, Path, description = "The `id` of the visit.", example = "01a2145c-3f10-7d3a-9b52-0c6a5e1f7b44"), NamedTenant, IdempotencyKey),
    request_body(content = NoFields, description = "Nothing, or an empty object."),
    responses(
        (status = 200, description = "The visit is cancelled.", body = Appointment),
        (status = 409, description = "The visit is over: it took place, or the customer was not there."),
    ),
    security(("tenant_key" = []), ("operator_key" = []))
)]
pub async fn cancel(
    State(door): State<ApiDoor>,
    scope: TenantScope,
    Path(id): Path<String>,
    KeyedJson { key, fields }: KeyedJson,
) -> Result<JsonAnswer, Problem> {
    let id = in_path(&id)?;
    fields.finish(Some(()))?;
    let once = Once::of_tenant(scope, key);
    let mut tx = door.database.begin(scope).await?;
    if let Some(answer) = once.earlier_answer(tx.connection(), door.clock.now()).await? {
        return Ok(answer);
    }
    match store::cancel(&mut tx, id, door.clock.now()).await? {
        Cancellation::Done(visit) => {
            let answer = JsonAnswer::ok(&visit)?;
            once.keep(tx.connection(), &answer).await?;
            tx.commit().await?;
            Ok(answer)
        }
        Cancellation::Over(status) => {
            let detail = format!("The visit is over ({}), and can't be cancelled.", status.as_str());
            Err(Problem::conflict("status", detail))
        }
        Cancellation::NotThere => Err(Problem::not_found()),
    }
}

fn in_path(text: &str) -> Result<Uuid, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

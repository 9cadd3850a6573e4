//! Numbers over HTTP, for operators: `/api/v1/numbers` and `/api/v1/numbers/{phone_number}`.
//!
//! Promises: a number changes hands in one step, so that no call in between belongs to nobody; calls that it had before
//! stay with the tenant that was called. Doesn't: touch anything at Twilio.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::Deserialize;

use super::store::{self, Number};
use crate::tenancy::db_error::broken_constraint;
use crate::tenancy::{ApiDoor, Once, TenantScope, VerifiedOperator, directory};
use crate::tenants;
use crate::tenants::tenant::ZoneName;
use crate::twilio::phone_number::E164PhoneNumber;
use crate::web::json_fields::{Change, JsonFields, read_text};
use crate::web::keyed_json::{JsonAnswer, KeyedJson};
use crate::web::page::{NameCursor, Page};
use crate::web::problem::Problem;
use crate::web::query::{QueryReader, one_more, read_name_cursor, unknown_parameter};

const LONGEST_LABEL: usize = 100;

/// The parameters of the list, as they come.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListParameters {
    tenant: Option<String>,
    limit: Option<String>,
    cursor: Option<String>,
}

/// Lists numbers, of all tenants or of the one that is named.
pub async fn list(
    State(door): State<ApiDoor>,
    operator: VerifiedOperator,
    parameters: Result<Query<ListParameters>, QueryRejection>,
) -> Result<Json<Page<Number, NameCursor>>, Problem> {
    let Query(parameters) = parameters.map_err(|rejection| unknown_parameter(&rejection))?;
    let mut reader = QueryReader::default();
    let after = reader.parsed("cursor", parameters.cursor.as_deref(), read_name_cursor);
    let limit = reader.limit(parameters.limit.as_deref());
    reader.finish()?;
    let tenant = match &parameters.tenant {
        Some(slug) => {
            let scope = directory::scope_of_slug(&door.database, operator, slug).await?;
            Some(scope.ok_or_else(Problem::not_found)?.tenant_id())
        }
        None => None,
    };
    let mut connection = door.database.operator(operator).await?;
    let after = after.as_ref().map(NameCursor::name);
    let numbers = store::page(&mut connection, tenant, after, one_more(limit)).await?;
    Ok(Json(Page::cut(numbers, limit, |number| NameCursor::after(&number.phone_number))))
}

/// Gives a number to a tenant.
pub async fn create(
    State(door): State<ApiDoor>,
    operator: VerifiedOperator,
    KeyedJson { key, mut fields }: KeyedJson,
) -> Result<JsonAnswer, Problem> {
    let scope = tenants::body::named(&mut fields, &door.database, operator).await?;
    let zone = zone_of(&door, scope).await?;
    let number = fields.required("phone_number", |typed| tenants::body::read_number(typed, &zone));
    let label = fields.optional("label", read_text(LONGEST_LABEL));
    if scope.is_none() {
        fields.missing("tenant");
    }
    let (scope, number) = fields.finish(scope.zip(number))?;
    let once = Once::of_operator(operator, key);
    let mut tx = door.database.begin(scope).await?;
    if let Some(answer) = once.earlier_answer(tx.connection(), door.clock.now()).await? {
        return Ok(answer);
    }
    store::create(&mut tx, &number, door.clock.now()).await.map_err(refused)?;
    if let Some(label) = label {
        store::label_own(&mut tx, &number, &label).await?;
    }
    let answer = JsonAnswer::created(&store::own_number(&mut tx, &number).await?)?;
    once.keep(tx.connection(), &answer).await?;
    tx.commit().await?;
    door.routes_changed();
    Ok(answer)
}

/// A number without a country code is meant in the tenant's country.
async fn zone_of(door: &ApiDoor, scope: Option<TenantScope>) -> Result<ZoneName, Problem> {
    let Some(scope) = scope else { return Ok(ZoneName::default()) };
    let mut tx = door.database.begin(scope).await?;
    let zone = tenants::store::timezone(&mut tx).await?;
    tx.commit().await?;
    Ok(zone.parse().unwrap_or_default())
}

fn refused(error: sqlx::Error) -> Problem {
    match broken_constraint(&error) {
        Some("tenant_phone_numbers_pkey") => {
            Problem::conflict("phone_number", "The number has a tenant already. PATCH it to move it.")
        }
        Some(_) | None => error.into(),
    }
}

/// Shows one number.
pub async fn show(
    State(door): State<ApiDoor>,
    operator: VerifiedOperator,
    Path(number): Path<String>,
) -> Result<Json<Number>, Problem> {
    let number = in_path(&number)?;
    let mut connection = door.database.operator(operator).await?;
    Ok(Json(store::number(&mut connection, &number).await?.ok_or_else(Problem::not_found)?))
}

/// Changes a number's label, or moves it to another tenant.
pub async fn change(
    State(door): State<ApiDoor>,
    operator: VerifiedOperator,
    Path(number): Path<String>,
    mut fields: JsonFields,
) -> Result<Json<Number>, Problem> {
    let number = in_path(&number)?;
    let new_tenant = tenants::body::named(&mut fields, &door.database, operator).await?;
    let label = fields.change("label", read_text(LONGEST_LABEL));
    fields.finish(Some(()))?;
    let mut connection = door.database.begin_operator(operator).await?;
    if let Some(scope) = new_tenant {
        store::move_to(&mut connection, &number, scope.tenant_id()).await?;
    }
    match label {
        Change::Keep => {}
        Change::Clear => store::label(&mut connection, &number, None).await?,
        Change::Set(label) => store::label(&mut connection, &number, Some(&label)).await?,
    }
    let changed = store::number(&mut connection, &number).await?.ok_or_else(Problem::not_found)?;
    connection.commit().await?;
    door.routes_changed();
    Ok(Json(changed))
}

/// Takes a number from its tenant: later calls to it are nobody's.
pub async fn remove(
    State(door): State<ApiDoor>,
    operator: VerifiedOperator,
    Path(number): Path<String>,
) -> Result<StatusCode, Problem> {
    let number = in_path(&number)?;
    let mut connection = door.database.begin_operator(operator).await?;
    let removed = store::remove(&mut connection, &number).await?;
    connection.commit().await?;
    door.routes_changed();
    if removed { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::not_found()) }
}

/// The number in an address: E.164, as the lists show it.
fn in_path(text: &str) -> Result<E164PhoneNumber, Problem> {
    E164PhoneNumber::parse(text).map_err(|_| Problem::not_found())
}

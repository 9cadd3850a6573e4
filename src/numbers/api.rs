//! Numbers over HTTP, for operators: `/api/v1/numbers` and `/api/v1/numbers/{phone_number}`.
//!
//! Promises: a number changes hands in one step, so that no call in between belongs to nobody; calls that it had before
//! stay with the tenant that was called. Doesn't: touch anything at Twilio.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::store::{self, Number};
use crate::tenancy::db_error::broken_constraint;
use crate::tenancy::{ApiDoor, Once, TenantScope, VerifiedOperator, directory};
use crate::tenants;
use crate::tenants::tenant::ZoneName;
use crate::twilio::phone_number::E164PhoneNumber;
use crate::web::json_fields::{Change, JsonFields, read_text};
use crate::web::keyed_json::{IdempotencyKey, JsonAnswer, KeyedJson};
use crate::web::page::{NameCursor, Page};
use crate::web::problem::Problem;
use crate::web::query::{NamePage, Parameters};

const LONGEST_LABEL: usize = 100;

/// The parameters of the list, as they come.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListParameters {
    /// Only the numbers of the tenant with this short name.
    #[param(example = "acme-hvac")]
    tenant: Option<String>,
    /// How many rows a page may have.
    #[param(value_type = Option<u8>, minimum = 1, maximum = 200, default = 50, example = 50)]
    limit: Option<String>,
    /// `next_cursor` of the page before.
    #[param(format = "cursor", example = "KzEyMTQ1NTUwMTAw")]
    cursor: Option<String>,
}

/// Which number goes to which tenant.
#[derive(Debug, ToSchema)]
pub struct NewNumberBody {
    /// The tenant's short name.
    #[schema(example = "acme-hvac")]
    pub tenant: String,
    /// The number in any form that people type. Without a country code it is meant in the country of the tenant's time zone.
    #[schema(format = "phone-number", example = "(214) 555-0100")]
    pub phone_number: String,
    /// What people call it.
    #[schema(min_length = 1, max_length = 100, example = "ad line")]
    pub label: Option<String>,
}

/// What changes about a number.
#[derive(Debug, ToSchema)]
pub struct NumberChangeBody {
    /// The short name of the tenant that has it from now on.
    #[schema(nullable = false, example = "acme-hvac")]
    pub tenant: Option<String>,
    /// What people call it; null takes the label away.
    #[schema(min_length = 1, max_length = 100, example = "ad line")]
    pub label: Option<String>,
}

/// A page of numbers.
pub type NumberPage = Page<Number, NameCursor>;

/// Lists numbers, of all tenants or of one.
#[utoipa::path(
    get,
    path = "/api/v1/numbers",
    operation_id = "list_numbers",
    tag = "Numbers",
    params(ListParameters),
    responses((status = 200, description = "A page of numbers.", body = NumberPage)),
    security(("operator_key" = []))
)]
pub async fn list(
    State(door): State<ApiDoor>,
    operator: VerifiedOperator,
    Parameters(parameters): Parameters<ListParameters>,
) -> Result<Json<NumberPage>, Problem> {
    let page = NamePage::read(parameters.limit.as_deref(), parameters.cursor.as_deref())?;
    let tenant = match &parameters.tenant {
        Some(slug) => {
            let scope = directory::scope_of_slug(&door.database, operator, slug).await?;
            Some(scope.ok_or_else(Problem::not_found)?.tenant_id())
        }
        None => None,
    };
    let mut connection = door.database.operator(operator).await?;
    let numbers = store::page(&mut connection, tenant, page.after(), page.one_more()).await?;
    Ok(page.cut(numbers, |number| &number.phone_number))
}

/// Gives a number to a tenant.
///
/// From the next call on, the number is answered with that tenant's greeting. A tenant's first number is its primary one.
#[utoipa::path(
    post,
    path = "/api/v1/numbers",
    operation_id = "give_number",
    tag = "Numbers",
    params(IdempotencyKey),
    request_body = NewNumberBody,
    responses(
        (status = 201, description = "The number is the tenant's.", body = Number),
        (status = 409, description = "The number has a tenant already."),
    ),
    security(("operator_key" = []))
)]
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
#[utoipa::path(
    get,
    path = "/api/v1/numbers/{phone_number}",
    operation_id = "show_number",
    tag = "Numbers",
    params(("phone_number" = String, Path, description = "The number in E.164, as the lists show it.", example = "+12145550100")),
    responses((status = 200, description = "The number.", body = Number)),
    security(("operator_key" = []))
)]
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
///
/// The calls that it had stay with the tenant that was called. A field that is missing stays as it is.
#[utoipa::path(
    patch,
    path = "/api/v1/numbers/{phone_number}",
    operation_id = "change_number",
    tag = "Numbers",
    params(("phone_number" = String, Path, description = "The number in E.164, as the lists show it.", example = "+12145550100")),
    request_body = NumberChangeBody,
    responses((status = 200, description = "The number after the change.", body = Number)),
    security(("operator_key" = []))
)]
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

/// Takes a number from its tenant.
///
/// Later calls to it belong to nobody, and wait in quarantine. If it was the tenant's primary number, the oldest of the
/// others takes its place.
#[utoipa::path(
    delete,
    path = "/api/v1/numbers/{phone_number}",
    operation_id = "take_number",
    tag = "Numbers",
    params(("phone_number" = String, Path, description = "The number in E.164, as the lists show it.", example = "+12145550100")),
    responses((status = 204, description = "The number has no tenant any more.")),
    security(("operator_key" = []))
)]
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

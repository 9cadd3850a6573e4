//! Tenants over HTTP, for operators: `/api/v1/tenants` and `/api/v1/tenants/{slug}`.
//!
//! Promises: a tenant is switched off by `is_active`, and keeps all that it has. Doesn't: delete; calls and visits are
//! records of a business.

use axum::Json;
use axum::extract::{Path, State};

use super::body::{self, NewTenantBody, TenantChangeBody};
use super::store;
use super::tenant::{NewTenant, Slug, Tenant};
use crate::tenancy::db_error::broken_constraint;
use crate::tenancy::{ApiDoor, Once, TenantScope, TenantTx, VerifiedOperator, directory};
use crate::web::json_fields::JsonFields;
use crate::web::keyed_json::{IdempotencyKey, JsonAnswer, KeyedJson};
use crate::web::page::{NameCursor, Page};
use crate::web::problem::Problem;
use crate::web::query::{NameListParameters, Parameters};

/// A page of tenants.
pub type TenantPage = Page<Tenant, NameCursor>;

/// Lists all tenants by their short names.
#[utoipa::path(
    get,
    path = "/api/v1/tenants",
    operation_id = "list_tenants",
    tag = "Tenants",
    params(NameListParameters),
    responses((status = 200, description = "A page of tenants.", body = TenantPage)),
    security(("operator_key" = []))
)]
pub async fn list(
    State(door): State<ApiDoor>,
    operator: VerifiedOperator,
    Parameters(parameters): Parameters<NameListParameters>,
) -> Result<Json<TenantPage>, Problem> {
    let page = parameters.read()?;
    let mut connection = door.database.operator(operator).await?;
    let tenants = store::page(&mut connection, page.after(), page.one_more()).await?;
    Ok(page.cut(tenants, |tenant| &tenant.slug))
}

/// Makes a tenant.
///
/// Its calls are answered as soon as it has a number. Nothing that a tenant has is ever deleted.
#[utoipa::path(
    post,
    path = "/api/v1/tenants",
    operation_id = "create_tenant",
    tag = "Tenants",
    params(IdempotencyKey),
    request_body = NewTenantBody,
    responses(
        (status = 201, description = "The tenant is made.", body = Tenant),
        (status = 409, description = "The slug is in use."),
    ),
    security(("operator_key" = []))
)]
pub async fn create(
    State(door): State<ApiDoor>,
    operator: VerifiedOperator,
    KeyedJson { key, fields }: KeyedJson,
) -> Result<JsonAnswer, Problem> {
    let tenant = body::new_tenant(fields)?;
    let once = Once::of_operator(operator, key);
    let mut tx = door.database.begin_new_tenant(operator).await?;
    if let Some(answer) = once.earlier_answer(tx.connection(), door.clock.now()).await? {
        return Ok(answer);
    }
    store::create(&mut tx, &tenant, door.clock.now()).await.map_err(|error| refused(error, &tenant))?;
    let answer = JsonAnswer::created(&store::tenant(&mut tx).await?)?;
    once.keep(tx.connection(), &answer).await?;
    tx.commit().await?;
    Ok(answer)
}

fn refused(error: sqlx::Error, tenant: &NewTenant) -> Problem {
    match broken_constraint(&error) {
        Some("tenants_slug_key") => Problem::conflict("slug", format!("The slug {} is in use.", tenant.slug)),
        Some(_) | None => error.into(),
    }
}

/// Shows one tenant.
#[utoipa::path(
    get,
    path = "/api/v1/tenants/{slug}",
    operation_id = "show_tenant",
    tag = "Tenants",
    params(("slug" = String, Path, description = "The tenant's short name.", example = "acme-hvac")),
    responses((status = 200, description = "The tenant.", body = Tenant)),
    security(("operator_key" = []))
)]
pub async fn show(
    State(door): State<ApiDoor>,
    operator: VerifiedOperator,
    Path(slug): Path<String>,
) -> Result<Json<Tenant>, Problem> {
    let mut tx = begin(&door, operator, &slug).await?;
    let tenant = store::tenant(&mut tx).await?;
    tx.commit().await?;
    Ok(Json(tenant))
}

/// Changes a tenant.
///
/// A field that is missing stays as it is; `null` empties one that may be empty. `"is_active": false` switches the tenant
/// off: its calls go into quarantine and its keys stop, and all that it has stays.
#[utoipa::path(
    patch,
    path = "/api/v1/tenants/{slug}",
    operation_id = "change_tenant",
    tag = "Tenants",
    params(("slug" = String, Path, description = "The tenant's short name.", example = "acme-hvac")),
    request_body = TenantChangeBody,
    responses((status = 200, description = "The tenant after the change.", body = Tenant)),
    security(("operator_key" = []))
)]
pub async fn change(
    State(door): State<ApiDoor>,
    operator: VerifiedOperator,
    Path(slug): Path<String>,
    fields: JsonFields,
) -> Result<Json<Tenant>, Problem> {
    let mut tx = begin(&door, operator, &slug).await?;
    let tenant = body::changed(fields, store::tenant(&mut tx).await?, door.clock.now())?;
    store::change(&mut tx, &tenant).await?;
    tx.commit().await?;
    door.routes_changed();
    Ok(Json(tenant))
}

async fn begin(door: &ApiDoor, operator: VerifiedOperator, slug: &str) -> Result<TenantTx, Problem> {
    let slug: Slug = slug.parse().map_err(|_| Problem::not_found())?;
    let scope: Option<TenantScope> =
        directory::scope_of_slug(&door.database, operator, slug.as_str()).await?;
    Ok(door.database.begin(scope.ok_or_else(Problem::not_found)?).await?)
}

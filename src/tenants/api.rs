//! Tenants over HTTP, for operators: `/api/v1/tenants` and `/api/v1/tenants/{slug}`.
//!
//! Promises: a tenant is switched off by `is_active`, and keeps all that it has. Doesn't: delete; calls and visits are
//! records of a business.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use serde::Deserialize;

use super::tenant::{NewTenant, Slug, Tenant};
use super::{body, store};
use crate::tenancy::db_error::broken_constraint;
use crate::tenancy::{ApiDoor, Once, TenantScope, TenantTx, VerifiedOperator, directory};
use crate::web::json_fields::JsonFields;
use crate::web::keyed_json::{JsonAnswer, KeyedJson};
use crate::web::page::{NameCursor, Page};
use crate::web::problem::Problem;
use crate::web::query::{QueryReader, one_more, read_name_cursor, unknown_parameter};

/// The parameters of the list, as they come.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListParameters {
    limit: Option<String>,
    cursor: Option<String>,
}

/// Lists tenants by slug.
pub async fn list(
    State(door): State<ApiDoor>,
    operator: VerifiedOperator,
    parameters: Result<Query<ListParameters>, QueryRejection>,
) -> Result<Json<Page<Tenant, NameCursor>>, Problem> {
    let Query(parameters) = parameters.map_err(|rejection| unknown_parameter(&rejection))?;
    let mut reader = QueryReader::default();
    let after = reader.parsed("cursor", parameters.cursor.as_deref(), read_name_cursor);
    let limit = reader.limit(parameters.limit.as_deref());
    reader.finish()?;
    let mut connection = door.database.operator(operator).await?;
    let after = after.as_ref().map(NameCursor::name);
    let tenants = store::page(&mut connection, after, one_more(limit)).await?;
    Ok(Json(Page::cut(tenants, limit, |tenant| NameCursor::after(&tenant.slug))))
}

/// Makes a tenant.
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

/// Changes a tenant; what the body doesn't name stays.
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

//! Settings for a trade, to begin with: `/api/v1/settings/templates`.
//!
//! Promises: a template is the tenant's own settings with a trade's sentences, so it can be looked at, changed and sent as
//! it is. Doesn't: save it.

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::document::Settings;
use super::store;
use crate::handling::{Trade, shown, template};
use crate::tenancy::TenantScope;
use crate::tenancy::api_door::{ApiDoor, NamedTenant};
use crate::web::problem::Problem;

/// The templates that there are.
#[derive(Debug, Serialize, ToSchema)]
pub struct TemplateList {
    /// All of them.
    pub data: Vec<ListedTemplate>,
}

/// A template.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListedTemplate {
    /// The word in its address.
    #[schema(example = "hvac")]
    pub name: &'static str,
    /// The trade that it is for.
    #[schema(example = "Heating and air conditioning")]
    pub title: &'static str,
}

/// Lists the templates for trades.
#[utoipa::path(
    get,
    path = "/api/v1/settings/templates",
    operation_id = "list_settings_templates",
    tag = "Settings",
    params(NamedTenant),
    responses((status = 200, description = "All templates.", body = TemplateList)),
    security(("tenant_key" = []), ("operator_key" = []))
)]
pub async fn list(_: TenantScope) -> Json<TemplateList> {
    let listed = |trade: Trade| ListedTemplate { name: trade.as_str(), title: trade.title() };
    Json(TemplateList { data: Trade::ALL.map(listed).into() })
}

/// Shows the settings of a tenant as a trade would have them.
///
/// The sentences are the template's, with the firm's name; hours, telephones and numbers that are blocked stay the tenant's
/// own. Change what you like, and send it to `PATCH /api/v1/settings`; nothing is saved before. Where nobody is rung yet,
/// `emergency.ladder` is empty, and has to be filled in.
#[utoipa::path(
    get,
    path = "/api/v1/settings/templates/{name}",
    operation_id = "show_settings_template",
    tag = "Settings",
    params(("name" = String, Path, description = "The name of the template.", example = "hvac"), NamedTenant),
    responses((status = 200, description = "The settings, not saved.", body = Settings)),
    security(("tenant_key" = []), ("operator_key" = []))
)]
pub async fn show(
    State(door): State<ApiDoor>,
    scope: TenantScope,
    Path(name): Path<String>,
) -> Result<Json<Value>, Problem> {
    let trade = Trade::parse(&name).ok_or_else(Problem::not_found)?;
    let mut tx = door.database.begin(scope).await?;
    let row = store::row(&mut tx).await?;
    tx.commit().await?;
    let firm = row.get("company_name").and_then(Value::as_str).unwrap_or_default();
    Ok(Json(template(trade, firm, &shown(&row))))
}

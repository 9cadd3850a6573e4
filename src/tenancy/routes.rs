//! Whose the numbers are, and how their calls are handled: for work that goes over all tenants.
//!
//! Promises: active tenants alone. Doesn't: route a call; `ingest_call_event` does, for each by itself.

use std::sync::Arc;

use serde_json::Value;

use super::database::Database;
use super::ids::TenantId;
use super::ingest::CallSettings;
use super::scope::{TenantScope, VerifiedOperator};
use crate::handling::SettingsRow;

/// A number and what its caller would hear.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) number: String,
    pub(super) scope: TenantScope,
    pub(super) settings: Arc<CallSettings>,
}

/// How the calls to a number are handled.
#[derive(Debug)]
pub struct StoredSettings {
    /// The tenant's short name.
    pub slug: String,
    /// One of its numbers, in E.164.
    pub number: String,
    /// Its row, as its calls read it.
    pub row: Value,
}

/// How the calls to all numbers of active tenants are handled, for an operator who looks whether it can be read.
pub async fn stored_settings(
    database: &Database,
    _: VerifiedOperator,
) -> Result<Vec<StoredSettings>, sqlx::Error> {
    let settings = |Route { number, settings, .. }: Route| StoredSettings {
        slug: settings.slug.clone(),
        number,
        row: settings.row.value(),
    };
    Ok(routes(database).await?.into_iter().map(settings).collect())
}

/// Every active tenant, for work that goes through all of them, one after the other.
pub async fn scopes(database: &Database) -> Result<Vec<TenantScope>, sqlx::Error> {
    let mut connection = database.directory().await?;
    let ids = sqlx::query_scalar!(
        r#"SELECT id AS "id!: TenantId" FROM switchboard.list_tenants() WHERE is_active"#
    )
    .fetch_all(&mut *connection)
    .await?;
    Ok(ids.into_iter().map(TenantScope::proven).collect())
}

/// The routes of all active tenants.
pub(super) async fn routes(database: &Database) -> Result<Vec<Route>, sqlx::Error> {
    let mut connection = database.directory().await?;
    let rows = sqlx::query!(
        r#"SELECT phone_number AS "phone_number!", tenant_id AS "tenant_id!", slug AS "slug!",
                  company_name AS "company_name!", settings::text AS "settings!"
             FROM switchboard.list_routes()"#
    )
    .fetch_all(&mut *connection)
    .await?;
    let route = rows.into_iter().map(|row| Route {
        number: row.phone_number,
        scope: TenantScope::proven(row.tenant_id.into()),
        settings: Arc::new(CallSettings {
            slug: row.slug,
            company_name: row.company_name,
            row: SettingsRow::new(row.settings),
        }),
    });
    Ok(route.collect())
}

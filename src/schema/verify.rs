//! Looks at what stands and at what should, for a verification.
//!
//! Promises: nothing is changed. A login that may not have the expected schema built beside the real one is told what the
//! catalogue alone says, and what could not be compared.

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, PgConnection};

use super::apply::Migrated;
use super::catalogue::{Catalogue, Relation};
use super::compare::Building;
use super::converge::whole_plan;
use super::count::count_by_tenant;
use super::error::SchemaError;
use super::legacy;
use super::names::Names;
use super::prepare::connect;
use super::read::{self, Rows, Target};
use super::report::{Compared, DefaultTenant, Evidence, Verified, report};
use super::rights;
use super::standing::fingerprint;
use super::target;

/// Whether each part of the schema is what it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verification {
    /// Nothing of ours stands, and nothing that must become ours.
    NothingYet,
    /// A line for each part.
    Of(Vec<Verified>),
}

/// Whether each part is what it should be, with the rows counted if that is asked for. Changes nothing.
pub async fn verify(options: &PgConnectOptions, rows: Rows) -> Result<Verification, SchemaError> {
    verify_against(options, rows, None).await
}

/// The same right after a migration: looks at what stands now, and compares it with what the migration compared with.
pub async fn verify_migrated(
    options: &PgConnectOptions,
    rows: Rows,
    migrated: &Migrated,
) -> Result<Verification, SchemaError> {
    verify_against(options, rows, migrated.target.as_ref()).await
}

async fn verify_against(
    options: &PgConnectOptions,
    rows: Rows,
    target: Option<&Target>,
) -> Result<Verification, SchemaError> {
    let mut connection = connect(options).await?;
    let verification = look_at_all(&mut connection, rows, target).await;
    // It was read only; a failed close loses nothing.
    let _ = connection.close().await;
    verification
}

async fn look_at_all(
    connection: &mut PgConnection,
    rows: Rows,
    target: Option<&Target>,
) -> Result<Verification, SchemaError> {
    let names = Names::of_database(connection).await?;
    let mut found = look(connection, &names, rows).await?;
    if holds_nothing(&found, &names) {
        return Ok(Verification::NothingYet);
    }
    let target = target.and_then(|target| target.under(&names));
    let compared = compare(connection, &found, &names, target).await?;
    let is_right = matches!(&compared, Compared::With { plan: Ok(plan), .. } if plan.steps.is_empty());
    if is_right && rows == Rows::Counted {
        count_by_tenant(connection, &names, &mut found).await;
    }
    let default_tenant = default_tenant(connection, &found, &names).await;
    let is_member = membership(connection).await?;
    Ok(Verification::Of(report(&Evidence { names, found, rows, compared, default_tenant, is_member })))
}

/// What stands; a login that may not even look is told so.
pub(super) async fn look(
    connection: &mut PgConnection,
    names: &Names,
    rows: Rows,
) -> Result<Catalogue, SchemaError> {
    match read::read(connection, names, rows).await {
        Err(SchemaError::Database(error)) => Err(rights::explain(connection, error).await),
        outcome => outcome,
    }
}

fn holds_nothing(found: &Catalogue, names: &Names) -> bool {
    let is_ours = |relation: &Relation| {
        relation.schema == names.own
            || relation.schema == names.shared && legacy::OURS.contains(&relation.name.as_str())
            || legacy::is_neighbour(relation, &names.shared)
    };
    let functions = found
        .functions
        .iter()
        .any(|function| function.schema == names.own || function.name == legacy::LOOK_UP_OF_TENANTS);
    !functions && !found.relations.iter().any(is_ours)
}

async fn compare(
    connection: &mut PgConnection,
    found: &Catalogue,
    names: &Names,
    target: Option<&Catalogue>,
) -> Result<Compared, SchemaError> {
    let newest = found.applied.iter().max().copied().unwrap_or_default();
    if newest > target::latest_version() {
        return Ok(Compared::Not(format!(
            "the database is at version {newest}, newer than this program, which serves all the same"
        )));
    }
    let target = match target {
        Some(target) => Ok(target.clone()),
        None => read::read_target(connection, names).await,
    };
    let refused = match target {
        Ok(target) => {
            let plan = whole_plan(found, &target, names, Building::WhileCallsCome);
            return Ok(Compared::With { target: Box::new(target), plan });
        }
        Err(SchemaError::Database(error)) => error,
        Err(error) => return Err(error),
    };
    // The database is asked for something new, and rolls it back. Some logins may not, and no standby can.
    let Some(reason) = refused.as_database_error().map(|refused| refused.message().to_owned()) else {
        return Err(refused.into());
    };
    if verified(connection).await == Some(fingerprint(found)?) {
        return Ok(Compared::AsVerified);
    }
    let login = &found.login;
    Ok(Compared::Not(format!(
        "the login `{login}` may not have the expected schema built in passing, to compare with ({reason}); set \
         MIGRATION_DATABASE_URL to the login that owns it"
    )))
}

/// What was kept when the schema was last right; none where there is nothing, or nothing that the login may read.
async fn verified(connection: &mut PgConnection) -> Option<String> {
    sqlx::query_scalar("SELECT fingerprint FROM switchboard.verified_schema").fetch_one(connection).await.ok()
}

async fn default_tenant(connection: &mut PgConnection, found: &Catalogue, names: &Names) -> DefaultTenant {
    let has = |schema: &str, name: &str, columns: [&str; 2]| {
        found
            .relation(schema, name)
            .is_some_and(|table| columns.iter().all(|column| table.column(column).is_some()))
    };
    if !has(&names.own, "migration_audit", ["decision", "detail"])
        || !has(&names.shared, "tenants", ["id", "slug"])
    {
        return DefaultTenant::NotChosen;
    }
    let chosen: Result<Option<(bool, Option<String>)>, sqlx::Error> = sqlx::query_as(
        "SELECT t.id IS NOT NULL, t.slug::text FROM switchboard.migration_audit a
           LEFT JOIN public.tenants t ON t.id::text = a.detail ->> 'tenant_id'
          WHERE a.decision = 'default tenant chosen' ORDER BY (t.id IS NULL), a.decided_at LIMIT 1",
    )
    .fetch_optional(connection)
    .await;
    match chosen {
        Ok(None) => DefaultTenant::NotChosen,
        Ok(Some((true, slug))) => DefaultTenant::Chosen(slug),
        Ok(Some((false, _))) => DefaultTenant::Gone,
        Err(error) => DefaultTenant::Unread(reason(&error)),
    }
}

/// Whether the login may work as the server's role; none where that role does not exist.
async fn membership(connection: &mut PgConnection) -> Result<Option<bool>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT pg_has_role(current_user, oid, 'MEMBER') FROM pg_roles WHERE rolname = 'switchboard_app'",
    )
    .fetch_optional(connection)
    .await
}

/// What the database said, without its code.
pub(super) fn reason(error: &sqlx::Error) -> String {
    error.as_database_error().map_or_else(|| error.to_string(), |refused| refused.message().to_owned())
}

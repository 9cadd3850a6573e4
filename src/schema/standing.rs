//! What a look at the whole catalogue says before anything is compared, and the fingerprint that spares the comparison.
//!
//! Promises: two catalogues with one fingerprint need no second comparison. What the fingerprint is taken of comes as an
//! argument, so that one read serves several questions.
//! Doesn't: compare.

use sha2::{Digest as _, Sha256};
use sqlx::{Executor as _, PgConnection};

use super::catalogue::Catalogue;
use super::error::{SchemaError, StateError};
use super::names::{Names, literal};
use super::plan::hex;
use super::target;

/// One text for everything that a comparison looks at: two equal ones need no second comparison.
pub(super) fn fingerprint(found: &Catalogue) -> Result<String, SchemaError> {
    let mut found = found.clone();
    found.login.clear();
    found.database.clear();
    found.bypasses_row_security = false;
    found.decided.clear();
    found.roles.clear();
    for relation in &mut found.relations {
        relation.has_rows = false;
        relation.rows = None;
        relation.without_tenant = None;
        relation.made = 0;
        relation.ours_to_change = true;
    }
    for function in &mut found.functions {
        function.made = 0;
        function.ours_to_change = true;
        function.used = false;
    }
    let text = serde_json::to_string(&found).map_err(|error| SchemaError::State(StateError(error)))?;
    Ok(format!("{} {}", target::latest_version(), hex(&Sha256::digest(text))))
}

/// What a look at the whole catalogue says before anything is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Neither schema holds anything.
    Empty,
    /// It is as this version verified it, or the login may only serve.
    Verified,
    /// Something stands, and must be compared.
    Unknown,
}

/// Asks at most what was kept; the catalogue was just read.
pub(super) async fn standing(
    connection: &mut PgConnection,
    names: &Names,
    found: &Catalogue,
) -> Result<Standing, SchemaError> {
    let is_list = |name: &str| name == "_sqlx_migrations";
    let stands = found.relations.iter().any(|relation| {
        relation.schema == names.shared || relation.schema == names.own && !is_list(&relation.name)
    });
    if !stands && found.functions.is_empty() && found.types.is_empty() && found.applied.is_empty() {
        return Ok(Standing::Empty);
    }
    let kept =
        found.relation(&names.own, "verified_schema").filter(|kept| kept.column("fingerprint").is_some());
    let Some(kept) = kept else { return Ok(Standing::Unknown) };
    if !kept.ours_to_change {
        return Ok(Standing::Verified);
    }
    let fingerprint = fingerprint(found)?;
    let kept: Option<String> = sqlx::query_scalar("SELECT fingerprint FROM switchboard.verified_schema")
        .fetch_optional(connection)
        .await?;
    Ok(if kept == Some(fingerprint) { Standing::Verified } else { Standing::Unknown })
}

/// Keeps this catalogue as the one that is right.
pub(super) async fn keep_verified(
    connection: &mut PgConnection,
    found: &Catalogue,
) -> Result<(), SchemaError> {
    let kept = literal(&fingerprint(found)?);
    let statement = format!(
        "INSERT INTO switchboard.verified_schema (fingerprint) VALUES ({kept})
         ON CONFLICT (single) DO UPDATE SET fingerprint = excluded.fingerprint, verified_at = now()
         WHERE verified_schema.fingerprint <> excluded.fingerprint"
    );
    connection.execute(sqlx::AssertSqlSafe(statement)).await?;
    Ok(())
}

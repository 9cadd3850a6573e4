//! Reads the catalogue of a database, and the catalogue that the migrations make.
//!
//! Promises: nothing is changed. The target is built beside, in a transaction that is rolled back, so that it is what this
//! very server makes of `migrations/`.

use sqlx::{Connection as _, Executor as _, PgConnection};

use super::catalogue::Catalogue;
use super::error::{SchemaError, StateError};
use super::names::{Names, literal, quoted};
use super::target::{self, Fills};

const SHADOW_OF_SHARED: &str = "switchboard_target_shared";
const SHADOW_OF_OWN: &str = "switchboard_target_own";

/// Whether rows are counted, which takes as long as reading the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    /// For a plan that people read.
    Counted,
    /// For a comparison.
    Ignored,
    /// For a fingerprint: not even what was decided about them is read.
    Unread,
}

/// The read-only query whose single value is the state of the database as JSON.
#[must_use]
pub fn state_query(names: &Names, rows: Rows) -> String {
    include_str!("state.sql")
        .replace("{shared}", &literal(&names.shared))
        .replace("{own}", &literal(&names.own))
        .replace("{ledger}", &literal(&names.ledger()))
        .replace("{audit}", &literal(&format!("{}.migration_audit", quoted(&names.own))))
        .replace("{counted}", if rows == Rows::Counted { "true" } else { "false" })
        .replace("{unread}", if rows == Rows::Unread { "true" } else { "false" })
}

/// What stands under these names.
pub(super) async fn read(
    connection: &mut PgConnection,
    names: &Names,
    rows: Rows,
) -> Result<Catalogue, SchemaError> {
    let mut transaction = connection.begin().await?;
    let text = read_text(&mut transaction, names, rows).await?;
    transaction.rollback().await?;
    Ok(parse(&text)?)
}

/// A state that was sent, or read a moment ago.
pub fn parse(text: &str) -> Result<Catalogue, StateError> {
    serde_json::from_str(text).map_err(StateError)
}

async fn read_text(connection: &mut PgConnection, names: &Names, rows: Rows) -> Result<String, sqlx::Error> {
    let query = state_query(names, rows);
    // Prepared once for a connection: to plan it takes as long as to run it, and a migration looks several times.
    sqlx::query_scalar(sqlx::AssertSqlSafe(query)).fetch_one(connection).await
}

/// What the migrations make on a certain server under certain names. To build it takes a tenth of a second; whoever looks
/// twice within one command keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    names: Names,
    catalogue: Catalogue,
}

impl Target {
    /// Builds it, and takes it back.
    pub(super) async fn build(connection: &mut PgConnection, names: &Names) -> Result<Self, SchemaError> {
        let catalogue = read_target(connection, names).await?;
        Ok(Self { names: names.clone(), catalogue })
    }

    /// What should stand.
    pub(super) fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The same, for a database of these names; none for one of others.
    pub(super) fn under(&self, names: &Names) -> Option<&Catalogue> {
        (self.names == *names).then_some(&self.catalogue)
    }
}

/// What the migrations make of an empty database, as if it stood under the real names.
pub(super) async fn read_target(
    connection: &mut PgConnection,
    names: &Names,
) -> Result<Catalogue, SchemaError> {
    let shadow = Names {
        shared: SHADOW_OF_SHARED.to_owned(),
        own: SHADOW_OF_OWN.to_owned(),
        extensions: names.extensions.clone(),
    };
    let mut transaction = connection.begin().await?;
    transaction.execute(sqlx::AssertSqlSafe(shadow.preparation())).await?;
    sqlx::migrate::Migrate::ensure_migrations_table(&mut *transaction, &shadow.ledger()).await?;
    transaction.execute(sqlx::AssertSqlSafe(shadow.closing_of_the_ledger())).await?;
    for migration in target::migrations() {
        let path = literal(&shadow.search_path(Fills::of(migration)?));
        transaction
            .execute(sqlx::AssertSqlSafe(format!("SELECT set_config('search_path', {path}, true)")))
            .await?;
        transaction.execute(migration.sql.clone()).await?;
    }
    let text = read_text(&mut transaction, &shadow, Rows::Ignored).await?;
    transaction.rollback().await?;
    let mut target = parse(&text)?;
    // Views of others were read along, for their dependence on what stands under the real names.
    target.relations.retain(|relation| [SHADOW_OF_SHARED, SHADOW_OF_OWN].contains(&relation.schema.as_str()));
    let text = serde_json::to_string(&target).map_err(StateError)?;
    Ok(parse(&text.replace(SHADOW_OF_SHARED, &names.shared).replace(SHADOW_OF_OWN, &names.own))?)
}

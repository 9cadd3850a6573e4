//! The names of the two schemas that we fill, and of the one that holds the extensions.
//!
//! Promises: migrations never name them; both can be built under other names, beside the real ones, for comparison.

use sqlx::PgConnection;

use super::error::SchemaError;
use super::target::Fills;

/// Which schemas to fill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// Holds only the names that older programs know (`public`).
    pub shared: String,
    /// Holds all else, and is not exposed by hosted services (`switchboard`).
    pub own: String,
    /// Where extensions are installed.
    pub extensions: String,
}

impl Names {
    /// The real ones, where no database is at hand.
    #[must_use]
    pub fn usual() -> Self {
        Self {
            shared: "public".to_owned(),
            own: "switchboard".to_owned(),
            extensions: "extensions".to_owned(),
        }
    }

    /// The real ones.
    pub async fn of_database(connection: &mut PgConnection) -> Result<Self, SchemaError> {
        Self::other(connection, "public", "switchboard").await
    }

    /// Other ones in the same database. The extensions stay where they are; where there are none yet, they go to
    /// `extensions`, as hosted services have it.
    pub async fn other(connection: &mut PgConnection, shared: &str, own: &str) -> Result<Self, SchemaError> {
        let installed: Option<String> = sqlx::query_scalar(
            "SELECT n.nspname::text FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'btree_gist'",
        )
        .fetch_optional(connection)
        .await?;
        Ok(Self {
            shared: shared.to_owned(),
            own: own.to_owned(),
            extensions: installed.unwrap_or_else(|| "extensions".to_owned()),
        })
    }

    /// What a migration that fills `fills` finds unqualified names by. `pg_temp` stands last: it would be searched first
    /// otherwise, and functions keep this path.
    pub(super) fn search_path(&self, fills: Fills) -> String {
        let (first, second) = match fills {
            Fills::Shared => (&self.shared, &self.own),
            Fills::Own => (&self.own, &self.shared),
        };
        format!("{}, {}, {}, pg_temp", quoted(first), quoted(second), quoted(&self.extensions))
    }

    /// `prepare.sql` with the names filled in.
    pub(super) fn preparation(&self) -> String {
        self.fill_in(include_str!("prepare.sql"))
    }

    /// `close_ledger.sql` with the names filled in.
    pub(super) fn closing_of_the_ledger(&self) -> String {
        self.fill_in(include_str!("close_ledger.sql"))
    }

    fn fill_in(&self, statements: &str) -> String {
        statements
            .replace("{own}", &quoted(&self.own))
            .replace("{shared}", &quoted(&self.shared))
            .replace("{extensions}", &quoted(&self.extensions))
    }

    /// The table in which the migrations that were applied are noted.
    pub(super) fn ledger(&self) -> String {
        format!("{}._sqlx_migrations", quoted(&self.own))
    }
}

/// A name as SQL takes it, whatever characters it has.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text as SQL takes it.
pub(super) fn literal(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('\'', "''");
    if text.contains('\\') { format!(" E'{escaped}'") } else { format!("'{escaped}'") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_a_quote_stays_one_name() {
        assert_eq!(quoted("a\"b"), "\"a\"\"b\"");
    }

    #[test]
    fn each_kind_of_migration_fills_the_first_schema_of_its_path() {
        let names =
            Names { shared: "public".into(), own: "switchboard".into(), extensions: "extensions".into() };

        assert_eq!(names.search_path(Fills::Own), r#""switchboard", "public", "extensions", pg_temp"#);
        assert_eq!(names.search_path(Fills::Shared), r#""public", "switchboard", "extensions", pg_temp"#);
    }
}

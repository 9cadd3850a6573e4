//! The target: the files of `migrations/`, in order.
//!
//! Promises: each file says in its first line which schema it fills; one that doesn't is an error, not a guess.

use sqlx::migrate::{Migration, Migrator};

use super::error::SchemaError;

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// Which of the two schemas a migration fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fills {
    /// The one whose names older programs know.
    Shared,
    /// Ours.
    Own,
}

impl Fills {
    /// Reads the first line of a migration, `-- schema: shared` or `-- schema: own`.
    pub(super) fn of(migration: &Migration) -> Result<Self, SchemaError> {
        match migration.sql.as_str().lines().next().map(str::trim) {
            Some("-- schema: shared") => Ok(Self::Shared),
            Some("-- schema: own") => Ok(Self::Own),
            Some(_) | None => Err(SchemaError::UnknownSchema { version: migration.version }),
        }
    }
}

/// All migrations, oldest first.
pub(super) fn migrations() -> impl Iterator<Item = &'static Migration> {
    MIGRATIONS.iter()
}

/// The number of the newest migration that this program knows.
#[must_use]
pub fn latest_version() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_migration_says_which_schema_it_fills() {
        for migration in migrations() {
            assert!(Fills::of(migration).is_ok(), "migration {}", migration.version);
        }
    }
}

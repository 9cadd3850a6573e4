//! Which version of each row a database has: of the catalogue and of all tables, to see that nothing was touched.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, PgConnection};

/// A text for each table that changes with any of its rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Versions(BTreeMap<String, String>);

impl Versions {
    /// As they are now.
    pub(crate) async fn now(superuser: &mut PgConnection) -> Self {
        let queries: Vec<String> =
            sqlx::query_scalar(include_str!("versions.sql")).fetch_all(&mut *superuser).await.unwrap();
        let all = queries.join(" UNION ALL ");
        let found: Vec<(String, String)> =
            sqlx::query_as(AssertSqlSafe(all)).fetch_all(superuser).await.unwrap();
        Self(found.into_iter().collect())
    }

    /// The tables of which a row was touched since.
    pub(crate) fn changed_since(&self, before: &Self) -> Vec<String> {
        let names = self.0.keys().chain(before.0.keys());
        let mut changed: Vec<String> =
            names.filter(|name| self.0.get(*name) != before.0.get(*name)).cloned().collect();
        changed.sort();
        changed.dedup();
        changed
    }
}

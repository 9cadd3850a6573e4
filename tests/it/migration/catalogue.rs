//! Two looks into the catalogue: what is there, to compare two databases; and which version of each row it has, to see
//! that nothing was touched.

use std::collections::BTreeMap;

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _};

/// Every object of ours, a text each.
pub(crate) async fn objects(database: &PgConnectOptions) -> Vec<String> {
    objects_of(database, "public", "switchboard").await
}

/// The same of two schemas with other names, told by the real ones.
pub(super) async fn objects_of(database: &PgConnectOptions, shared: &str, own: &str) -> Vec<String> {
    let mut connection = database.clone().options([("search_path", "''")]).connect().await.unwrap();
    let lines: Vec<String> = sqlx::query_scalar(include_str!("objects.sql"))
        .bind(shared)
        .bind(own)
        .fetch_all(&mut connection)
        .await
        .unwrap();
    let mut lines: Vec<String> =
        lines.iter().map(|line| line.replace(shared, "public").replace(own, "switchboard")).collect();
    lines.sort();
    lines
}

/// Fails with what only one of them has.
#[track_caller]
pub(crate) fn assert_same_objects(found: &[String], wanted: &[String]) {
    let only_in = |these: &[String], those: &[String]| -> Vec<String> {
        these.iter().filter(|line| !those.contains(line)).cloned().collect()
    };
    let (strange, missing) = (only_in(found, wanted), only_in(wanted, found));
    assert!(found == wanted, "strange: {strange:#?}\nmissing: {missing:#?}");
}

/// A text for each table of the catalogue that changes with any change of any of its rows.
pub(super) async fn versions(database: &PgConnectOptions) -> BTreeMap<String, String> {
    let mut connection = database.connect().await.unwrap();
    // Statistics come and go by themselves; shared tables belong to all databases.
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT relname::text FROM pg_class
          WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'r' AND NOT relisshared
            AND relname NOT IN ('pg_statistic', 'pg_statistic_ext_data', 'pg_largeobject')",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    let mut versions = BTreeMap::new();
    for table in tables {
        let query = format!(
            "SELECT coalesce(string_agg(format('%s %s', ctid, xmin), ',' ORDER BY ctid), '') FROM pg_catalog.{table}"
        );
        let version = sqlx::query_scalar(AssertSqlSafe(query)).fetch_one(&mut connection).await.unwrap();
        versions.insert(table, version);
    }
    versions
}

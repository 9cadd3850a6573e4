//! A start on a database that is right already: a handful of statements, of whatever size it is.

use switchboard::schema;

use crate::support::{TestDatabase, Wire};

/// What stands at most between a start and the first call, as far as the schema is concerned.
const A_HANDFUL: usize = 8;

/// Rows of tables that were read since the statistics began; what a migration keeps for itself has a row for each migration.
const READ: &str = "
    SELECT relname, seq_tup_read + coalesce(idx_tup_fetch, 0) AS rows FROM pg_stat_user_tables
     WHERE relname NOT IN ('_sqlx_migrations', 'verified_schema') AND seq_tup_read + coalesce(idx_tup_fetch, 0) > 0";

/// An older program's database, made right, with many rows and many decisions about them.
async fn adopted() -> TestDatabase {
    let database = TestDatabase::empty().await;
    database
        .run("CREATE TABLE leads (id serial PRIMARY KEY, name text); INSERT INTO leads (name) VALUES ('Ada')")
        .await;
    schema::migrate(&database.options()).await.unwrap();
    database
        .run(
            "INSERT INTO leads (name) SELECT 'Ada' FROM generate_series(1, 1000);
             INSERT INTO call_logs (tenant_id, call_sid) SELECT t.id, 'CA' || n FROM tenants t, generate_series(1, 1000) n;
             INSERT INTO switchboard.migration_audit (relation, decision) SELECT 'call_logs', 'row ' || n FROM generate_series(1, 1000) n",
        )
        .await;
    database
}

/// The statistics of a session are complete once it has ended.
async fn alone(database: &TestDatabase) {
    const OTHERS: &str = "pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'";
    while database.count(OTHERS).await > 0 {}
}

#[tokio::test]
async fn a_start_on_a_right_database_is_a_handful_of_statements_and_reads_nobodys_rows() {
    let wire = Wire::new().await;
    let database = adopted().await;
    alone(&database).await;
    database.run("SELECT pg_stat_reset()").await;

    let migrated = schema::migrate(&wire.to(&database)).await.unwrap();

    let messages = wire.take_messages();
    let executed: Vec<&str> = messages
        .iter()
        .filter(|message| matches!(message.kind, 'E' | 'Q'))
        .map(|message| message.statement.as_deref().unwrap())
        .collect();
    println!("{} statements", executed.len());
    assert!(migrated.applied.is_empty() && migrated.steps.is_empty(), "{migrated:?}");
    assert!((1..=A_HANDFUL).contains(&executed.len()), "{executed:#?}");
    alone(&database).await;
    assert_eq!(database.rows(READ).await, Vec::<serde_json::Value>::new());
}

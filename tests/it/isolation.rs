//! No tenant sees another: every table that the catalogue has rows of tenants in, and every way to a row.

mod attempts;
mod breaches;
mod rows;
mod tenant_tables;

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

pub(crate) use breaches::{breaches, set_tenant, sqlstate};
pub(crate) use rows::TwoTenants;

use crate::support::TestDatabase;

async fn count(connection: &mut PgConnection, table: &str) -> i64 {
    let query = format!("SELECT count(*) FROM {table}");
    sqlx::query_scalar(AssertSqlSafe(query)).fetch_one(connection).await.unwrap()
}

async fn as_the_server(database: &TestDatabase) -> PgConnection {
    database.connect_as("switchboard_app").await
}

#[tokio::test]
async fn a_tenant_reaches_no_row_of_another_in_any_table() {
    let database = TestDatabase::new().await;
    let tenants = TwoTenants::fill(&mut database.connect().await).await;

    let found = breaches(&database.options(), &tenants, &tenants.tables).await;

    assert!(tenants.tables.len() >= 9, "the catalogue has lost tables: {:?}", tenants.tables);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[tokio::test]
async fn a_policy_that_is_opened_does_not_go_unnoticed() {
    // A restrictive one lets nobody in: it only takes away.
    let policies = TestDatabase::new()
        .await
        .rows(
            "SELECT p.polrelid::regclass::text AS table, p.polname AS name FROM pg_policy p
              WHERE p.polpermissive
                AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = p.polrelid
                              AND (a.attname = 'tenant_id' OR p.polrelid = 'tenants'::regclass))",
        )
        .await;
    assert!(policies.len() >= 8, "{policies:?}");

    for policy in policies {
        let (table, name) = (policy["table"].as_str().unwrap(), policy["name"].as_str().unwrap());
        let database = TestDatabase::new().await;
        let tenants = TwoTenants::fill(&mut database.connect().await).await;
        let opened: Vec<_> = tenants.tables.iter().filter(|known| known.name == table).cloned().collect();

        database.run(&format!("ALTER POLICY {name} ON {table} USING (true) WITH CHECK (true)")).await;

        let found = breaches(&database.options(), &tenants, &opened).await;
        assert!(!found.is_empty(), "nobody noticed that {name} on {table} is open");
    }
}

#[tokio::test]
async fn what_a_transaction_saw_the_next_one_on_its_connection_does_not() {
    let database = TestDatabase::new().await;
    let tenants = TwoTenants::fill(&mut database.connect().await).await;
    let mut connection = as_the_server(&database).await;
    assert_eq!(count(&mut connection, "call_logs").await, 0, "before any tenant was set");

    for is_committed in [true, false] {
        let mut transaction = connection.begin().await.unwrap();
        set_tenant(&mut transaction, tenants.acting).await;
        assert_eq!(count(&mut transaction, "call_logs").await, 1);
        if is_committed {
            transaction.commit().await.unwrap();
        } else {
            transaction.rollback().await.unwrap();
        }

        assert_eq!(count(&mut connection, "call_logs").await, 0, "committed: {is_committed}");
        let left: String = sqlx::query_scalar("SELECT current_setting('switchboard.tenant_id')")
            .fetch_one(&mut connection)
            .await
            .unwrap();
        assert_eq!(left, "");
    }
}

#[tokio::test]
async fn the_tenant_lasts_for_one_statement_outside_of_a_transaction() {
    let database = TestDatabase::new().await;
    let tenants = TwoTenants::fill(&mut database.connect().await).await;
    let mut connection = as_the_server(&database).await;

    set_tenant(&mut connection, tenants.acting).await;

    assert_eq!(count(&mut connection, "call_logs").await, 0);
}

#[tokio::test]
async fn a_tenant_that_is_none_shows_nothing() {
    let database = TestDatabase::new().await;
    TwoTenants::fill(&mut database.connect().await).await;
    let mut connection = as_the_server(&database).await;

    let nobody =
        sqlx::query("SELECT switchboard.set_tenant(NULL)").execute(&mut connection).await.unwrap_err();
    let mut transaction = connection.begin().await.unwrap();
    sqlx::query("SET LOCAL switchboard.tenant_id = '%'").execute(&mut *transaction).await.unwrap();
    let garbage = sqlx::query("SELECT FROM call_logs").execute(&mut *transaction).await.unwrap_err();

    assert_eq!(sqlstate(&nobody), "22004");
    assert_eq!(sqlstate(&garbage), "22P02");
}

#[tokio::test]
async fn the_server_can_put_into_quarantine_and_not_look() {
    let database = TestDatabase::new().await;
    let mut connection = as_the_server(&database).await;
    let put =
        "INSERT INTO switchboard.unrouted_calls (account_sid, call_sid, reason, received_at, adopted_by)
               VALUES ('AC1', 'CA1', 'unknown_number', now(), ";

    let given_away = format!("{put} gen_random_uuid())");
    let adopted = sqlx::raw_sql(AssertSqlSafe(given_away)).execute(&mut connection).await.unwrap_err();
    sqlx::raw_sql(AssertSqlSafe(format!("{put} NULL)"))).execute(&mut connection).await.unwrap();

    assert_eq!(sqlstate(&adopted), "42501");
    for attempt in [
        "SELECT FROM switchboard.unrouted_calls",
        "UPDATE switchboard.unrouted_calls SET reason = reason",
        "DELETE FROM switchboard.unrouted_calls",
        "SELECT FROM switchboard.unrouted_call_events",
        "SELECT FROM switchboard.operator_keys",
        "SELECT FROM switchboard.encryption_canaries",
        "SELECT FROM switchboard.twilio_accounts",
    ] {
        let refused = sqlx::raw_sql(attempt).execute(&mut connection).await.unwrap_err();
        assert_eq!(sqlstate(&refused), "42501", "{attempt}");
    }
    assert_eq!(database.count("switchboard.unrouted_calls").await, 1);
}

#[tokio::test]
async fn a_line_of_the_ledger_is_never_changed() {
    let database = TestDatabase::new().await;
    let tenants = TwoTenants::fill(&mut database.connect().await).await;
    let mut connection = as_the_server(&database).await;

    for attempt in
        ["UPDATE switchboard.call_events SET kind = 'decision'", "TRUNCATE switchboard.call_events"]
    {
        let mut transaction = connection.begin().await.unwrap();
        set_tenant(&mut transaction, tenants.acting).await;
        let refused = sqlx::raw_sql(attempt).execute(&mut *transaction).await.unwrap_err();

        assert_eq!(sqlstate(&refused), "42501", "{attempt}");
    }
}

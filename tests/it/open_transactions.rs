//! Somebody reads in a transaction that stays open while an older database is adopted.

use sqlx::Executor as _;
use switchboard::schema::{self, Approval};

use crate::support::TestDatabase;

#[tokio::test]
async fn an_open_reader_holds_up_the_migration_and_nobody_who_comes_behind_it() {
    let database = TestDatabase::empty().await;
    database
        .run(
            "CREATE TABLE call_logs (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), call_sid varchar(100) NOT NULL);
             INSERT INTO call_logs (call_sid) VALUES ('CA1')",
        )
        .await;
    let mut reader = database.connect().await;
    reader.execute("BEGIN").await.unwrap();
    reader.execute("SELECT * FROM call_logs").await.unwrap();
    let mut caller = database.connect().await;

    let people = async {
        while database.count("pg_locks WHERE NOT granted AND relation = 'public.call_logs'::regclass").await
            == 0
        {}
        // Without the migration's own limit it would wait behind it for as long as the reader reads.
        caller.execute("SET lock_timeout = '5s'").await.unwrap();
        let written = caller.execute("INSERT INTO call_logs (call_sid) VALUES ('CA2')").await;
        reader.execute("COMMIT").await.unwrap();
        written
    };
    let options = database.options();
    let (migrated, written) = tokio::join!(schema::migrate_with(&options, &Approval::All), people);

    assert!(written.is_ok(), "{written:?}");
    assert!(migrated.is_ok(), "{migrated:?}");
    assert_eq!(database.count("call_logs WHERE tenant_id IS NOT NULL").await, 2);
}

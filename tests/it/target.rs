//! `src/schema/target.json` is what the migrations make of a database, whoever makes it.

use std::fs;

use sqlx::postgres::PgConnectOptions;
use switchboard::config::Environment;
use switchboard::schema;

use crate::support::TestDatabase;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/schema/target.json");
/// Set by `just target`.
const WRITE: &str = "SWITCHBOARD_WRITE_TARGET";

async fn made(options: &PgConnectOptions) -> String {
    schema::target_snapshot(options).await.unwrap()
}

#[tokio::test]
async fn the_target_in_the_repository_is_what_the_migrations_make() {
    let made = made(&TestDatabase::empty().await.options()).await;
    if Environment::of_process().get(WRITE).is_some() {
        fs::write(FILE, &made).unwrap();
    }

    let kept = fs::read_to_string(FILE).unwrap();

    let differing: Vec<(&str, &str)> =
        kept.lines().zip(made.lines()).filter(|(kept, made)| kept != made).take(3).collect();
    assert!(
        kept == made,
        "src/schema/target.json is not what the migrations make: run `just target`, and commit it\n{differing:#?}"
    );
}

#[tokio::test]
async fn the_target_does_not_depend_on_what_stands_or_on_who_looks() {
    let empty = TestDatabase::empty().await;
    let migrated = TestDatabase::new().await;
    migrated
        .run(
            "CREATE ROLE looker LOGIN CREATEROLE; GRANT switchboard_app TO looker WITH ADMIN OPTION;
             DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO looker', current_database()); END $$;
             CREATE VIEW of_theirs AS SELECT slug FROM tenants",
        )
        .await;

    let as_looker = made(&migrated.options().username("looker")).await;

    assert_eq!(as_looker, made(&empty.options()).await);
    migrated.run("DROP OWNED BY looker; DROP ROLE looker").await;
}

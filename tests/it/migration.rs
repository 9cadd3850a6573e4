//! The database comes to the schema of the program, from nothing or from half-way, once, and stays as it is after that.

mod catalogue;

use sqlx::PgConnection;
use switchboard::schema::{self, Names, Refusal, SchemaError};
use tokio::task::JoinSet;

pub(crate) use catalogue::{assert_same_objects, objects};

use crate::support::{Call, Stage, TestDatabase};

/// The whole state of a database, as far as a migration could change it.
async fn state(database: &TestDatabase) -> impl PartialEq + use<> {
    (catalogue::versions(&database.options()).await, database.contents().await)
}

/// What a migration makes of an empty database when nothing comes between.
pub(crate) async fn fresh_objects() -> Vec<String> {
    objects(&TestDatabase::new().await.options()).await
}

#[track_caller]
fn refusal(outcome: Result<schema::Migrated, SchemaError>) -> Refusal {
    match outcome {
        Err(SchemaError::Refused(refusal)) => {
            assert!(refusal.to_string().contains("Nothing was changed"), "{refusal}");
            refusal
        }
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn an_empty_database_gets_the_whole_schema() {
    let database = TestDatabase::empty().await;

    let migrated = schema::migrate(&database.options()).await.unwrap();

    let newest = format!("{} ", schema::latest_version());
    assert!(migrated.applied.last().unwrap().starts_with(&newest), "{:?}", migrated.applied);
    assert_eq!(database.count("tenants").await, 0);
    assert!(schema::is_current(&database.options()).await.unwrap());
}

#[tokio::test]
async fn an_empty_database_is_not_current() {
    let database = TestDatabase::empty().await;

    assert!(!schema::is_current(&database.options()).await.unwrap());
}

#[tokio::test]
async fn a_second_run_changes_no_row_of_the_catalogue_and_none_of_ours() {
    let database = TestDatabase::new().await;
    let before = state(&database).await;

    let migrated = schema::migrate(&database.options()).await.unwrap();

    assert_eq!(migrated.applied, Vec::<String>::new());
    assert!(before == state(&database).await);
}

#[tokio::test]
async fn of_six_servers_that_start_at_once_one_migrates_and_all_go_on() {
    let database = TestDatabase::empty().await;
    let mut servers = JoinSet::new();
    for _ in 0..6 {
        let options = database.options();
        servers.spawn(async move { schema::migrate(&options).await });
    }

    let migrated = servers.join_all().await;

    let did_it = migrated.iter().filter(|migrated| !migrated.as_ref().unwrap().applied.is_empty());
    assert_eq!(did_it.count(), 1, "{migrated:?}");
    assert_same_objects(&objects(&database.options()).await, &fresh_objects().await);
}

/// Ends the session that runs it, once a number of commands have made or changed something. A sequence counts on after a
/// rollback.
const SABOTEUR: &str = "
    CREATE SCHEMA saboteur;
    CREATE SEQUENCE saboteur.commands;
    CREATE TABLE saboteur.plan (strikes_at bigint NOT NULL);
    INSERT INTO saboteur.plan VALUES (0);
    CREATE FUNCTION saboteur.strike() RETURNS event_trigger LANGUAGE plpgsql AS $$
    BEGIN
        -- The hundreds of commands that an extension consists of are one.
        IF tg_tag NOT IN ('GRANT', 'REVOKE') AND NOT EXISTS (SELECT FROM pg_event_trigger_ddl_commands() WHERE in_extension)
           AND nextval('saboteur.commands') = (SELECT strikes_at FROM saboteur.plan) THEN
            PERFORM pg_terminate_backend(pg_backend_pid());
        END IF;
    END $$;
    CREATE EVENT TRIGGER saboteur ON ddl_command_end EXECUTE FUNCTION saboteur.strike()";

#[tokio::test]
async fn a_migration_that_is_killed_after_any_of_its_commands_is_finished_by_the_next() {
    let database = TestDatabase::empty().await;
    database.run(SABOTEUR).await;
    let mut observer = database.connect().await;
    let (mut command, mut killed, mut applied) = (1_i64, 0, 0);

    loop {
        sqlx::query("UPDATE saboteur.plan SET strikes_at = $1 + setval('saboteur.commands', 1, false) - 1")
            .bind(command)
            .execute(&mut observer)
            .await
            .unwrap();
        if schema::migrate(&database.options()).await.is_ok() {
            break;
        }
        killed += 1;
        // Each migration is killed after its first command, its second, and so on, until it is through.
        let through = applied_to(&mut observer).await;
        command = if through > applied { 1 } else { command + 1 };
        applied = through;
    }

    assert!(killed > 50, "killed {killed} times only");
    assert_same_objects(&objects(&database.options()).await, &fresh_objects().await);
}

async fn applied_to(observer: &mut PgConnection) -> i64 {
    let ledger: Option<String> =
        sqlx::query_scalar("SELECT to_regclass('switchboard._sqlx_migrations')::text")
            .fetch_one(&mut *observer)
            .await
            .unwrap();
    match ledger {
        Some(_) => sqlx::query_scalar("SELECT count(*) FROM switchboard._sqlx_migrations")
            .fetch_one(observer)
            .await
            .unwrap(),
        None => 0,
    }
}

#[tokio::test]
async fn a_migration_that_was_applied_in_another_form_is_refused() {
    let database = TestDatabase::new().await;
    database.run("UPDATE switchboard._sqlx_migrations SET checksum = '\\x00' WHERE version = 3").await;
    let before = state(&database).await;

    let refused = refusal(schema::migrate(&database.options()).await);

    assert_eq!(refused, Refusal::Changed { version: 3 });
    assert!(before == state(&database).await);
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_served_all_the_same() {
    let stage = Stage::new().await;
    let firm = stage.firm("acme", "+12145550100").await;
    stage
        .database
        .run(
            "INSERT INTO switchboard._sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (9999, 'of tomorrow', true, '\\x00', 0)",
        )
        .await;

    let migrated = schema::migrate(&stage.database.options()).await.unwrap();

    assert_eq!(migrated.from_the_future, [9999]);
    let app = stage.open().await;
    let answer = app.post(&stage.agency.voice(&Call::to(&firm.number, 1))).await;
    assert!(answer.twiml().contains("Thank you for calling acme."));
    app.finish().await;
}

#[tokio::test]
async fn the_extension_goes_to_its_own_schema_unless_it_is_there_already() {
    let where_it_is =
        "SELECT extnamespace::regnamespace::text AS schema FROM pg_extension WHERE extname = 'btree_gist'";

    let fresh = TestDatabase::new().await;
    assert_eq!(fresh.row(where_it_is).await["schema"], "extensions");

    for schema in ["public", "elsewhere"] {
        let database = TestDatabase::empty().await;
        database
            .run(&format!(
                "CREATE SCHEMA IF NOT EXISTS {schema}; CREATE EXTENSION btree_gist SCHEMA {schema}"
            ))
            .await;

        schema::migrate(&database.options()).await.unwrap();

        assert_eq!(database.row(where_it_is).await["schema"], schema);
        assert_eq!(database.count("pg_namespace WHERE nspname = 'extensions'").await, 0);
    }
}

#[tokio::test]
async fn the_same_migrations_build_the_same_objects_under_other_names() {
    let database = TestDatabase::new().await;
    let before = objects(&database.options()).await;
    let mut connection = database.connect().await;
    let names = Names::other(&mut connection, "shadow_of_shared", "shadow_of_own").await.unwrap();

    let migrated = schema::migrate_into(&mut connection, &names).await.unwrap();

    let newest = format!("{} ", schema::latest_version());
    assert!(migrated.applied.last().unwrap().starts_with(&newest), "{:?}", migrated.applied);
    let beside = catalogue::objects_of(&database.options(), "shadow_of_shared", "shadow_of_own").await;
    assert!(before.len() > 200, "{}", before.len());
    assert_same_objects(&beside, &before);
    assert_same_objects(&objects(&database.options()).await, &before);
}

#[tokio::test]
async fn the_command_tells_done_from_refused_by_its_exit_code() {
    let database = TestDatabase::empty().await;

    let first = database.command(&["migrate"]).await;
    let second = database.command(&["migrate"]).await;
    database.run("UPDATE switchboard._sqlx_migrations SET checksum = '\\x00' WHERE version = 1").await;
    let refused = database.command(&["migrate"]).await;

    assert_eq!(first.status.code(), Some(0), "{first:?}");
    assert_eq!(second.status.code(), Some(0), "{second:?}");
    assert!(String::from_utf8_lossy(&second.stdout).contains("nothing to do"), "{second:?}");
    assert_eq!(refused.status.code(), Some(3), "{refused:?}");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("migration 1 was applied"), "{refused:?}");
}

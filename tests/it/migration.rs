//! The database comes to the schema of the program, from nothing or from half-way, once, and stays as it is after that.

mod catalogue;

use std::process::{Command, Output};

use sqlx::PgConnection;
use sqlx::postgres::PgConnectOptions;
use switchboard::schema::{self, Approval, Names, Refusal, SchemaError};
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
async fn names_that_an_older_program_uses_are_adopted() {
    for theirs in [
        "CREATE TABLE call_logs (id serial PRIMARY KEY, call_sid varchar(50))",
        "CREATE TABLE tenants (id int); CREATE SEQUENCE appointments",
        "CREATE FUNCTION get_tenant_by_phone(phone_number varchar) RETURNS uuid LANGUAGE sql AS 'SELECT NULL::uuid'",
    ] {
        let database = TestDatabase::empty().await;
        database.run(theirs).await;

        schema::migrate_with(&database.options(), &Approval::All).await.unwrap();

        let found = objects(&database.options()).await;
        let missing: Vec<String> =
            fresh_objects().await.into_iter().filter(|line| !found.contains(line)).collect();
        assert_eq!(missing, Vec::<String>::new(), "after {theirs}");
    }
}

#[tokio::test]
async fn what_may_disturb_an_older_program_waits_for_an_approval() {
    let database = TestDatabase::empty().await;
    database
        .run(
            "CREATE TABLE call_logs (id serial PRIMARY KEY, call_sid varchar(50));
             INSERT INTO call_logs (call_sid) VALUES ('CA1'), ('CA2')",
        )
        .await;

    let Refusal::Waiting { waiting, digest } = waits(schema::migrate(&database.options()).await) else {
        panic!("nothing waits")
    };

    assert!(waiting.iter().any(|step| step.contains("rename it to call_logs_legacy")), "{waiting:?}");
    assert_eq!(
        database.count("call_logs WHERE call_sid = 'CA1'").await,
        1,
        "the older table stands as it was"
    );
    assert_eq!(schema::plan(&database.options()).await.unwrap().digest(), digest);
    let other = Approval::Of("0000000000000000".to_owned());
    assert!(schema::migrate_with(&database.options(), &other).await.is_err());
    let migrated = schema::migrate_with(&database.options(), &Approval::Of(digest)).await.unwrap();
    assert!(!migrated.steps.is_empty());
    assert_eq!(database.count("call_logs WHERE tenant_id IS NOT NULL").await, 2);
    assert_eq!(database.count("call_logs_legacy").await, 2);
}

#[track_caller]
fn waits(outcome: Result<schema::Migrated, SchemaError>) -> Refusal {
    match outcome {
        Err(SchemaError::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn other_tables_of_an_older_program_stay_as_they_are() {
    let database = TestDatabase::empty().await;
    database
        .run(
            "CREATE TABLE customers (id serial PRIMARY KEY, name text); INSERT INTO customers (name) VALUES ('Ada');
             GRANT SELECT ON customers TO PUBLIC",
        )
        .await;
    let theirs = "SELECT c.oid::bigint, c.relacl::text, c.relrowsecurity, c.xmin::text FROM pg_class c WHERE relname = 'customers'";
    let before = database.row(theirs).await;

    schema::migrate(&database.options()).await.unwrap();

    assert_eq!(database.row(theirs).await, before);
    assert_eq!(database.count("customers").await, 1);
}

#[tokio::test]
async fn a_neighbour_gets_a_tenant_and_its_program_goes_on_unchanged() {
    let database = TestDatabase::empty().await;
    database
        .run(
            "CREATE TABLE leads (id serial PRIMARY KEY, name text, updated_at timestamp DEFAULT '2020-01-01');
             CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.updated_at := now(); RETURN NEW; END';
             CREATE TRIGGER touched BEFORE UPDATE ON leads FOR EACH ROW EXECUTE FUNCTION touch();
             INSERT INTO leads (name) VALUES ('Ada')",
        )
        .await;

    schema::migrate(&database.options()).await.unwrap();
    database.run("INSERT INTO leads (name) VALUES ('Grace')").await;

    let of_the_default = "leads JOIN tenants ON tenants.id = leads.tenant_id WHERE tenants.slug = 'default' AND leads.updated_at = '2020-01-01'";
    assert_eq!(database.count(of_the_default).await, 2);
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

/// `switchboard migrate` on the database.
async fn migrate_command(options: &PgConnectOptions) -> Output {
    let url = format!(
        "postgres://{}@localhost:{}/{}?host={}",
        options.get_username(),
        options.get_port(),
        options.get_database().unwrap(),
        options.get_socket().unwrap().display()
    );
    tokio::task::spawn_blocking(move || {
        let program = env!("CARGO_BIN_EXE_switchboard");
        Command::new(program).arg("migrate").env_clear().env("DATABASE_URL", url).output().unwrap()
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn the_command_tells_done_from_refused_by_its_exit_code() {
    let database = TestDatabase::empty().await;

    let first = migrate_command(&database.options()).await;
    let second = migrate_command(&database.options()).await;
    database.run("UPDATE switchboard._sqlx_migrations SET checksum = '\\x00' WHERE version = 1").await;
    let refused = migrate_command(&database.options()).await;

    assert_eq!(first.status.code(), Some(0), "{first:?}");
    assert_eq!(second.status.code(), Some(0), "{second:?}");
    assert!(String::from_utf8_lossy(&second.stdout).contains("nothing to do"), "{second:?}");
    assert_eq!(refused.status.code(), Some(3), "{refused:?}");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("migration 1 was applied"), "{refused:?}");
}

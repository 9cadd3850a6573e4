//! A clean slate takes what is ours and nothing else, with as many rows as somebody said.

use std::process::Command;

use sqlx::postgres::PgConnectOptions;
use switchboard::schema::{self, Approval, Cleared, End, Refusal, SchemaError, Wish};

use crate::migration::{assert_same_objects, fresh_objects, objects};
use crate::support::{OwnCluster, TestDatabase};

/// Two rows of ours, in tables whose policies are forced and not.
const ROWS: &str = "
    INSERT INTO tenants (slug, company_name) VALUES ('acme', 'Acme HVAC');
    INSERT INTO call_logs (tenant_id, call_sid) SELECT id, 'CA00000000000000000000000000000001' FROM tenants";

async fn clear(database: &TestDatabase, rows: i64) -> Cleared {
    schema::clean_slate(&database.options(), Wish::Drop { rows }).await.unwrap()
}

async fn refusal(database: &TestDatabase, rows: i64) -> Refusal {
    match schema::clean_slate(&database.options(), Wish::Drop { rows }).await {
        Err(SchemaError::Refused(refusal)) => {
            assert!(refusal.to_string().contains("Nothing was"), "{refusal}");
            refusal
        }
        other => panic!("not refused: {other:?}"),
    }
}

async fn is_gone(database: &TestDatabase) -> bool {
    database.count("pg_class WHERE relname IN ('tenants', 'call_logs')").await == 0
        && database.count("pg_namespace WHERE nspname = 'switchboard'").await == 0
        && database.count("pg_proc WHERE proname = 'get_tenant_by_phone'").await == 0
}

/// What the command prints, with its exit code.
async fn command(database: &PgConnectOptions, arguments: &'static [&'static str]) -> (Option<i32>, String) {
    let url = format!(
        "postgres://{}@localhost:{}/{}?host={}",
        database.get_username(),
        database.get_port(),
        database.get_database().unwrap(),
        database.get_socket().unwrap().display()
    );
    let output = tokio::task::spawn_blocking(move || {
        let mut program = Command::new(env!("CARGO_BIN_EXE_switchboard"));
        program.arg("migrate").args(arguments).env_clear().env("DATABASE_URL", url).output().unwrap()
    });
    let output = output.await.unwrap();
    let text = [output.stdout, output.stderr].concat();
    let lines = String::from_utf8(text).unwrap();
    // The first line names the database of this run.
    let lines: Vec<&str> = lines.lines().filter(|line| !line.starts_with("database: ")).collect();
    (output.status.code(), lines.join("\n"))
}

#[tokio::test]
async fn an_empty_database_has_nothing_to_drop() {
    let database = TestDatabase::empty().await;
    database.run("CREATE TABLE leads (id serial PRIMARY KEY, tenant_id integer)").await;

    let cleared = clear(&database, 0).await;

    assert_eq!((cleared.end, cleared.going), (End::Nothing, Vec::new()));
    assert_eq!(database.count("leads").await, 0);
}

#[tokio::test]
async fn an_installation_without_rows_goes_unasked_and_a_migration_makes_the_same_again() {
    let database = TestDatabase::new().await;

    let cleared = clear(&database, 0).await;

    assert_eq!((cleared.end, cleared.rows), (End::Dropped, 0));
    assert!(is_gone(&database).await);
    schema::migrate(&database.options()).await.unwrap();
    assert_same_objects(&objects(&database.options()).await, &fresh_objects().await);
}

#[tokio::test]
async fn rows_go_only_with_their_number() {
    let database = TestDatabase::new().await;
    database.run(ROWS).await;
    let before = database.contents().await;

    for told in [0, 1, 3] {
        let cleared = clear(&database, told).await;
        assert_eq!((cleared.end, cleared.rows), (End::OtherNumber { told }, 2));
        assert_eq!(database.contents().await, before);
    }
    let looked = schema::clean_slate(&database.options(), Wish::Look).await.unwrap();
    assert_eq!((looked.end, database.contents().await), (End::Shown, before));
    let cleared = clear(&database, 2).await;

    assert_eq!(cleared.end, End::Dropped);
    assert_eq!((&cleared.going, &cleared.staying), (&looked.going, &looked.staying));
    assert!(is_gone(&database).await);
}

#[tokio::test]
async fn an_owner_whom_policies_bind_counts_every_row() {
    let cluster = OwnCluster::start().await;
    cluster.run("postgres", &["CREATE ROLE firm LOGIN CREATEROLE", "CREATE DATABASE firm OWNER firm"]).await;
    let owner = cluster.options_as("firm", "firm");
    schema::migrate(&owner).await.unwrap();
    cluster.run("firm", &ROWS.split(';').collect::<Vec<_>>()).await;

    let told_none = schema::clean_slate(&owner, Wish::Drop { rows: 0 }).await.unwrap();
    let cleared = schema::clean_slate(&owner, Wish::Drop { rows: 2 }).await.unwrap();
    let again = schema::migrate(&owner).await.unwrap();

    assert_eq!((told_none.end, told_none.rows), (End::OtherNumber { told: 0 }, 2));
    assert_eq!(cleared.end, End::Dropped);
    assert!(again.applied.len() > 10, "{again:?}");
    assert_eq!(schema::diagnose(&owner).await.unwrap().plan, schema::Plan::default());
}

#[tokio::test]
async fn views_and_keys_of_others_are_named_with_what_to_drop_first() {
    let database = TestDatabase::new().await;
    database
        .run(
            "CREATE VIEW of_theirs AS SELECT slug FROM tenants;
             CREATE VIEW on_top AS SELECT slug FROM of_theirs;
             CREATE TABLE invoices (id serial PRIMARY KEY, tenant_id uuid REFERENCES tenants (id))",
        )
        .await;

    let refused = refusal(&database, 0).await;

    let Refusal::StillNeeded { statements, .. } = &refused else { panic!("{refused}") };
    assert_eq!(
        *statements,
        [
            r#"DROP VIEW "public"."on_top""#,
            r#"DROP VIEW "public"."of_theirs""#,
            r#"ALTER TABLE "public"."invoices" DROP CONSTRAINT IF EXISTS "invoices_tenant_id_fkey""#,
        ]
    );
    assert_eq!(database.count("tenants").await, 0);
    database.run(&statements.join(";")).await;
    assert_eq!(clear(&database, 0).await.end, End::Dropped);
    assert_eq!(database.count("invoices").await, 0, "the table of others stays");
}

#[tokio::test]
async fn what_only_the_database_knows_to_be_needed_is_told_in_its_words() {
    let database = TestDatabase::new().await;
    database
        .run("CREATE FUNCTION theirs() RETURNS SETOF tenants LANGUAGE sql AS 'SELECT * FROM public.tenants'")
        .await;

    let refused = refusal(&database, 0).await;

    let told = refused.to_string();
    assert!(told.contains("  - function public.theirs() depends on type public.tenants"), "{told}");
    assert_eq!(database.count("tenants").await, 0);
}

#[tokio::test]
async fn a_neighbour_keeps_its_rows_and_loses_what_a_migration_gave_it() {
    let database = TestDatabase::empty().await;
    database
        .run(
            "CREATE TABLE leads (id integer PRIMARY KEY, name text);
             INSERT INTO leads VALUES (1, 'Ada'), (2, 'Grace')",
        )
        .await;
    let before = database.contents().await;
    schema::migrate(&database.options()).await.unwrap();

    // The default tenant, and why it was made.
    let cleared = clear(&database, 2).await;

    assert_eq!(cleared.end, End::Dropped, "{cleared:?}");
    assert_eq!(database.contents().await, before);
    assert_eq!(database.count("pg_index WHERE indrelid = 'leads'::regclass").await, 1);
    schema::migrate(&database.options()).await.unwrap();
    assert_eq!(database.count("leads WHERE tenant_id IS NOT NULL").await, 2);
}

#[tokio::test]
async fn a_table_that_was_renamed_aside_stays_while_it_holds_rows() {
    let database = TestDatabase::empty().await;
    database
        .run(
            "CREATE TABLE call_logs (id serial PRIMARY KEY, call_sid varchar(50));
             CREATE TABLE appointments (id serial PRIMARY KEY);
             INSERT INTO call_logs (call_sid) VALUES ('CA1')",
        )
        .await;
    schema::migrate_with(&database.options(), &Approval::All).await.unwrap();

    let looked = schema::clean_slate(&database.options(), Wish::Look).await.unwrap();
    let cleared = clear(&database, looked.rows).await;

    assert_eq!(cleared.end, End::Dropped, "{cleared:?}");
    assert_eq!(database.count("call_logs_legacy").await, 1);
    assert_eq!(database.count("pg_class WHERE relname = 'appointments_legacy'").await, 0);
    assert_eq!(clear(&database, 0).await.end, End::Nothing);
}

#[tokio::test]
async fn what_a_newer_program_or_somebody_else_made_is_refused() {
    let database = TestDatabase::new().await;
    database
        .run(
            "INSERT INTO switchboard._sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (9999, 'of tomorrow', true, '\\x00', 0)",
        )
        .await;

    assert_eq!(refusal(&database, 0).await, Refusal::Newer { version: 9999 });

    database.run("DELETE FROM switchboard._sqlx_migrations WHERE version = 9999").await;
    database.run("GRANT CREATE, USAGE ON SCHEMA public, switchboard TO switchboard_app").await;
    let as_server = database.options().options([("role", "switchboard_app")]);
    let refused = schema::clean_slate(&as_server, Wish::Drop { rows: 0 }).await;
    let Err(SchemaError::Refused(Refusal::NotTheOwner { found, .. })) = refused else {
        panic!("not refused: {refused:?}")
    };
    assert!(found.contains("public.tenants (of "), "{found}");
}

#[tokio::test]
async fn it_reads_as_somebody_would_tell_it() {
    let database = TestDatabase::empty().await;
    database
        .run(
            "CREATE TABLE leads (id integer PRIMARY KEY, name text);
             INSERT INTO leads VALUES (1, 'Ada');
             CREATE TABLE call_logs (id serial PRIMARY KEY, call_sid varchar(50));
             INSERT INTO call_logs (call_sid) VALUES ('CA1'), ('CA2')",
        )
        .await;
    schema::migrate_with(&database.options(), &Approval::All).await.unwrap();
    // How much there was to note is no part of the text.
    database.run("DELETE FROM switchboard.migration_audit").await;

    let (shown, looked) = command(&database.options(), &["--clean-slate", "--dry-run"]).await;
    let (refused, unasked) = command(&database.options(), &["--clean-slate"]).await;

    assert_eq!((shown, refused), (Some(0), Some(3)));
    let list = |text: &str| {
        text.split("\n\nNothing was").next().unwrap().split("\nswitchboard: ").next().unwrap().to_owned()
    };
    assert_eq!(list(&looked).trim(), list(&unasked).trim());
    insta::assert_snapshot!(unasked);
}

#[tokio::test]
async fn a_table_of_our_name_that_an_older_program_made_is_said_to_be_its() {
    let database = TestDatabase::empty().await;
    database
        .run("CREATE TABLE call_logs (id serial PRIMARY KEY, call_sid text); INSERT INTO call_logs DEFAULT VALUES")
        .await;

    let looked = schema::clean_slate(&database.options(), Wish::Look).await.unwrap();

    let whats: Vec<&str> = looked.going.iter().map(|going| going.what.as_str()).collect();
    assert_eq!(whats, ["table call_logs, of an older program: it has no tenant_id"]);
    assert_eq!((looked.rows, clear(&database, 1).await.end), (1, End::Dropped));
}

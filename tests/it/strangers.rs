//! Another program may make functions in the shared schema. None of them is ever run by ours, neither while migrating nor
//! while answering, however well it fits.

use axum::http::StatusCode;
use serde_json::json;
use switchboard::schema::{self, Refusal, SchemaError};

use crate::support::{Call, Stage, TestDatabase};

/// Functions that fit our calls better than PostgreSQL's own, or as well as ours.
const TRAPS: [&str; 12] = [
    "format(text, uuid) RETURNS text",
    "format(text, regclass) RETURNS text",
    "format(text, regprocedure) RETURNS text",
    "format(text, regclass, text) RETURNS text",
    "format(text, regclass, name) RETURNS text",
    "make_interval(secs integer) RETURNS interval",
    "current_setting(text, boolean) RETURNS text",
    "regexp_replace(text, text, text, text) RETURNS text",
    "close_table(text) RETURNS void",
    "close_function(text) RETURNS void",
    "set_tenant(text) RETURNS void",
    "normalise_phone_number(character varying) RETURNS text",
];

async fn set_traps(database: &TestDatabase) {
    for trap in TRAPS {
        let body = "LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a stranger was called'; END $$";
        database.run(&format!("CREATE FUNCTION public.{trap} {body}")).await;
    }
    database
        .run("CREATE FUNCTION public.trap(text, text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a stranger was called'; END $$")
        .await;
    database
        .run("CREATE AGGREGATE public.array_agg(text) (SFUNC = public.trap, STYPE = text, INITCOND = '')")
        .await;
}

#[tokio::test]
async fn a_migration_runs_nobody_elses_function() {
    let database = TestDatabase::empty().await;
    set_traps(&database).await;

    schema::migrate(&database.options()).await.unwrap();

    assert!(schema::is_current(&database.options()).await.unwrap());
}

#[tokio::test]
async fn a_call_runs_nobody_elses_function() {
    let stage = Stage::new().await;
    let acme = stage.firm("acme", "+12145550100").await;
    set_traps(&stage.database).await;
    let call = Call::to(&acme.number, 1);
    let app = stage.open().await;

    let answers = [
        app.post(&stage.agency.voice(&call)).await.status,
        app.post(&stage.agency.dial_result(&acme, &call, "completed")).await.status,
        app.post(&stage.agency.status(&call, "completed", 2)).await.status,
        stage.client_of(&acme).await.get(&app, "/api/v1/calls").await.status,
    ];
    app.finish().await;

    assert_eq!(answers, [StatusCode::OK, StatusCode::OK, StatusCode::NO_CONTENT, StatusCode::OK]);
    let row = stage.database.row("SELECT status, outcome FROM public.call_logs").await;
    assert_eq!(row, json!({ "status": "completed", "outcome": "answered" }));
}

#[tokio::test]
async fn a_schema_of_our_name_that_somebody_else_made_is_refused() {
    let database = TestDatabase::empty().await;
    database
        .run("DO $$ BEGIN CREATE ROLE stranger_with_a_schema NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
        .await;
    database.run("CREATE SCHEMA switchboard AUTHORIZATION stranger_with_a_schema").await;

    let outcome = schema::migrate(&database.options()).await;

    let Err(SchemaError::Refused(refusal @ Refusal::ForeignSchema { .. })) = outcome else {
        panic!("{outcome:?}")
    };
    assert!(refusal.to_string().contains("ALTER SCHEMA \"switchboard\" OWNER TO"), "{refusal}");
}

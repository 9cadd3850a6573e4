//! Who migrates, who serves: logins that are no superuser, and what each is told that may not.

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection};
use switchboard::app::{App, StartError};
use switchboard::schema::{self, Refusal, SchemaError};
use switchboard::tenancy::Database;
use switchboard::tenancy::database::PoolSizes;

use crate::isolation::{TwoTenants, breaches, set_tenant};
use crate::migration::{assert_same_objects, fresh_objects, objects};
use crate::support::{Call, OwnCluster, Stage, TestApp, TestDatabase};

/// A cluster that has never seen Switchboard, with a database that its owner may fill, and the owner may make roles.
async fn owned() -> (OwnCluster, PgConnectOptions) {
    let cluster = OwnCluster::start().await;
    cluster
        .run("postgres", &["CREATE ROLE the_owner LOGIN CREATEROLE", "CREATE DATABASE firm OWNER the_owner"])
        .await;
    let owner = cluster.options_as("the_owner", "firm");
    (cluster, owner)
}

async fn warm_up(options: &PgConnectOptions) -> Result<(), sqlx::Error> {
    let database = Database::new(options, PoolSizes { webhooks: 1, reports: 1 });
    let outcome = database.warm_up().await;
    database.close().await;
    outcome
}

async fn count(connection: &mut PgConnection, query: &'static str) -> i64 {
    sqlx::query_scalar(query).fetch_one(connection).await.unwrap()
}

#[tokio::test]
async fn an_owner_who_is_no_superuser_makes_the_same_schema_and_tenants_are_as_far_apart() {
    let (cluster, owner) = owned().await;

    schema::migrate(&owner).await.unwrap();

    let made: Vec<String> =
        objects(&owner).await.into_iter().map(|line| line.replace("the_owner", "postgres")).collect();
    assert_same_objects(&made, &fresh_objects().await);
    let superuser = cluster.options("firm");
    let tenants = TwoTenants::fill(&mut superuser.connect().await.unwrap()).await;
    let found = breaches(&superuser, &tenants, &tenants.tables).await;
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[tokio::test]
async fn row_level_security_binds_the_owner_too_and_breaks_neither_keys_nor_look_ups() {
    let (cluster, owner) = owned().await;
    schema::migrate(&owner).await.unwrap();
    let superuser = cluster.options("firm");
    let tenants = TwoTenants::fill(&mut superuser.connect().await.unwrap()).await;

    let mut as_owner = owner.connect().await.unwrap();
    for table in tenants.tables.iter().filter(|table| !table.is_directory) {
        let seen = sqlx::query(sqlx::AssertSqlSafe(format!("SELECT FROM {}", table.name)))
            .fetch_all(&mut as_owner)
            .await
            .unwrap();
        assert!(seen.is_empty(), "the owner sees {} rows of {}", seen.len(), table.name);
    }

    // The server's role: a look-up that runs as the owner finds the number, and new rows find those that they point at.
    let mut server = superuser.clone().options([("role", "switchboard_app")]).connect().await.unwrap();
    let number = tenants.row("switchboard.tenant_phone_numbers", tenants.acting)["phone_number"].clone();
    let ingest = format!(
        "SELECT routed_tenant_id FROM switchboard.ingest_call_event(
            'AC1', 'environment', {number}, NULL, gen_random_uuid(), gen_random_uuid(), 'CA1', 'incoming', 'key', 'ringing',
            NULL, now(), now(), '{{}}')"
    );
    let routed: Option<uuid::Uuid> =
        sqlx::query_scalar(sqlx::AssertSqlSafe(ingest)).fetch_one(&mut server).await.unwrap();
    assert_eq!(routed, Some(tenants.acting));
    let mut transaction = server.begin().await.unwrap();
    set_tenant(&mut transaction, tenants.acting).await;
    sqlx::query(
        "INSERT INTO appointments (tenant_id, call_log_id, customer_name, starts_at, ends_at)
         SELECT tenant_id, id, 'Ada', now(), now() + interval '1 hour' FROM call_logs WHERE call_sid = 'CA1'",
    )
    .execute(&mut *transaction)
    .await
    .unwrap();
    transaction.commit().await.unwrap();
    let mut observer = superuser.connect().await.unwrap();
    assert_eq!(
        count(&mut observer, "SELECT count(*) FROM switchboard.call_events WHERE call_sid = 'CA1'").await,
        1
    );
    assert_eq!(
        count(&mut observer, "SELECT count(*) FROM appointments WHERE customer_name = 'Ada'").await,
        1
    );
}

#[tokio::test]
async fn a_login_that_lacks_rights_is_told_the_statements_and_they_suffice() {
    let cluster = OwnCluster::start().await;
    cluster.run("postgres", &["CREATE ROLE \"plain login\" LOGIN", "CREATE DATABASE firm"]).await;
    let login = cluster.options_as("plain login", "firm");

    let refused = schema::migrate(&login).await;

    let Err(SchemaError::Refused(refusal)) = refused else { panic!("not refused: {refused:?}") };
    let told = refusal.to_string();
    let Refusal::MissingRights { login: named, statements } = refusal else { panic!("{told}") };
    assert_eq!(named, "plain login");
    assert_eq!(
        statements.lines().collect::<Vec<_>>(),
        [
            "CREATE ROLE switchboard_app NOLOGIN;",
            "GRANT switchboard_app TO \"plain login\";",
            "GRANT CREATE ON DATABASE firm TO \"plain login\";",
            "GRANT CREATE, USAGE ON SCHEMA public TO \"plain login\";",
        ]
    );
    assert!(told.contains("Nothing was changed") && told.contains(&statements), "{told}");
    let mut observer = cluster.options("firm").connect().await.unwrap();
    let ours = "SELECT count(*) FROM pg_namespace WHERE nspname IN ('switchboard', 'extensions')";
    assert_eq!(count(&mut observer, ours).await, 0);

    cluster.run("firm", &statements.lines().collect::<Vec<_>>()).await;
    schema::migrate(&login).await.unwrap();
    assert!(schema::is_current(&login).await.unwrap());
}

#[tokio::test]
async fn only_the_rights_that_are_missing_are_asked_for() {
    let cluster = OwnCluster::start().await;
    cluster
        .run(
            "postgres",
            &[
                "CREATE ROLE switchboard_app NOLOGIN",
                "CREATE ROLE plain LOGIN",
                "CREATE DATABASE firm OWNER plain",
            ],
        )
        .await;
    let login = cluster.options_as("plain", "firm");

    let refused = schema::migrate(&login).await;

    let Err(SchemaError::Refused(Refusal::MissingRights { statements, .. })) = refused else {
        panic!("not refused: {refused:?}")
    };
    assert_eq!(statements, "GRANT switchboard_app TO plain;");
    cluster.run("firm", &[statements.as_str()]).await;
    schema::migrate(&login).await.unwrap();
}

#[tokio::test]
async fn a_schema_that_somebody_else_owns_is_left_to_them() {
    let (cluster, owner) = owned().await;
    cluster.run("firm", &["CREATE SCHEMA switchboard"]).await;

    let refused = schema::migrate(&owner).await;

    let Err(SchemaError::Refused(Refusal::Denied { login, reason })) = refused else {
        panic!("not refused: {refused:?}")
    };
    assert_eq!(login, "the_owner");
    assert!(reason.contains("schema switchboard"), "{reason}");
}

/// The documented way for production: the server's login can do what the server does, and no more.
#[tokio::test]
async fn a_login_that_is_a_member_of_the_servers_role_and_nothing_else_can_serve() {
    let stage = Stage::new().await;
    let firm = stage.firm("acme", "+12145550100").await;
    stage
        .database
        .run(
            "DO $$ BEGIN CREATE ROLE server_login LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
             GRANT switchboard_app TO server_login",
        )
        .await;
    let login = stage.database.options().username("server_login");

    let migrated = schema::migrate(&login).await;
    let app = TestApp::start(stage.parts_through(login.clone())).await;
    let answer = app.post(&stage.agency.voice(&Call::to(&firm.number, 1))).await;
    app.finish().await;

    assert!(migrated.unwrap().applied.is_empty());
    assert!(answer.twiml().contains("Thank you for calling acme."));
    assert_eq!(stage.database.count("call_logs").await, 1);
    let mut alone = login.connect().await.unwrap();
    assert_eq!(count(&mut alone, "SELECT count(*) FROM call_logs").await, 0, "without a tenant");
}

#[tokio::test]
async fn whatever_the_login_is_the_pools_work_as_the_servers_role() {
    let stage = Stage::new().await;
    stage.firm("acme", "+12145550100").await;
    stage.firm("birch", "+12145550200").await;
    let database = Database::new(&stage.database.options(), PoolSizes { webhooks: 1, reports: 1 });

    let mut tx = database.begin(stage.scope("acme").await).await.unwrap();
    let (login, role): (String, String) = sqlx::query_as("SELECT session_user::text, current_user::text")
        .fetch_one(tx.connection())
        .await
        .unwrap();
    let seen: Vec<String> =
        sqlx::query_scalar("SELECT slug FROM public.tenants").fetch_all(tx.connection()).await.unwrap();

    assert_eq!((login.as_str(), role.as_str()), ("postgres", "switchboard_app"));
    assert_eq!(seen, ["acme"]);
}

#[tokio::test]
async fn a_login_that_cannot_become_the_servers_role_does_not_serve() {
    let database = TestDatabase::new().await;
    database
        .run("DO $$ BEGIN CREATE ROLE stranger LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
        .await;

    let refused = warm_up(&database.options().username("stranger")).await.unwrap_err();

    assert!(refused.to_string().contains("permission denied to set role \"switchboard_app\""), "{refused}");
}

#[tokio::test]
async fn a_role_that_passes_row_level_security_is_refused_in_a_sentence() {
    let cluster = OwnCluster::start().await;
    let options = cluster.options("postgres");
    schema::migrate(&options).await.unwrap();
    warm_up(&options).await.unwrap();

    for (gives, takes) in [("BYPASSRLS", "NOBYPASSRLS"), ("SUPERUSER", "NOSUPERUSER")] {
        cluster.run("postgres", &[&format!("ALTER ROLE switchboard_app {gives}")]).await;

        let refused = warm_up(&options).await.unwrap_err().to_string();
        assert!(refused.contains("switchboard_app passes row-level security"), "{refused}");
        assert!(refused.contains("ALTER ROLE switchboard_app NOSUPERUSER NOBYPASSRLS"), "{refused}");

        cluster.run("postgres", &[&format!("ALTER ROLE switchboard_app {takes}")]).await;
        warm_up(&options).await.unwrap();
    }
}

#[tokio::test]
async fn no_server_starts_as_a_role_that_passes_row_level_security() {
    let cluster = OwnCluster::start().await;
    let options = cluster.options("postgres");
    schema::migrate(&options).await.unwrap();
    cluster.run("postgres", &["ALTER ROLE switchboard_app BYPASSRLS"]).await;
    let stage = Stage::new().await;

    let started = App::build(stage.parts_through(options), "127.0.0.1:8080".parse().unwrap()).await;

    let Err(StartError::Database(refused)) = started else { panic!("it started") };
    assert!(refused.to_string().contains("passes row-level security"), "{refused}");
}

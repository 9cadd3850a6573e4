//! The verification and the explanation of error codes: what they say of a database, and that they change nothing in it.

use std::collections::BTreeMap;

use sqlx::postgres::PgConnectOptions;
use switchboard::schema::{self, Approval, ErrorCode, Part, Rows, Verdict, Verification, Verified};

use crate::migration::state;
use crate::support::{OwnCluster, TestDatabase};

const VOICE_AGENT: &str = include_str!("../legacy/08_voice_agent_orm.sql");

async fn lines(options: &PgConnectOptions, rows: Rows) -> Vec<Verified> {
    match schema::verify(options, rows).await.unwrap() {
        Verification::Of(lines) => lines,
        Verification::NothingYet => panic!("nothing yet"),
    }
}

/// The parts that are wrong, each with what is.
async fn wrong(options: &PgConnectOptions) -> BTreeMap<String, Vec<String>> {
    let of = |line: Verified| match line.verdict {
        Verdict::Wrong(wrong) => Some((String::from(line.part), wrong)),
        Verdict::Right | Verdict::Unknown(_) => None,
    };
    lines(options, Rows::Counted).await.into_iter().filter_map(of).collect()
}

async fn line(options: &PgConnectOptions, part: Part) -> Verified {
    lines(options, Rows::Counted).await.into_iter().find(|line| line.part == part).unwrap()
}

/// What a code means here.
async fn here(options: &PgConnectOptions, code: ErrorCode) -> Vec<String> {
    schema::explain(options, &[code]).await.unwrap().remove(0).here
}

/// Comes as the server does, which may change nothing.
fn as_server(database: &TestDatabase) -> PgConnectOptions {
    database.options().options([("role", "switchboard_app")])
}

#[tokio::test]
async fn of_a_right_database_every_line_says_so_and_no_code_has_a_cause_left() {
    let database = TestDatabase::new().await;
    let before = state(&database).await;

    let all = lines(&database.options(), Rows::Ignored).await;
    let explanations = schema::explain(&database.options(), &ErrorCode::ALL).await.unwrap();

    assert!(all.iter().all(|line| line.verdict == Verdict::Right), "{all:#?}");
    assert!(explanations.iter().all(|code| code.remedy.is_none()), "{explanations:#?}");
    assert!(before == state(&database).await, "looking has changed something");
}

#[tokio::test]
async fn an_older_programs_database_is_looked_at_and_left_as_it_is() {
    let database = TestDatabase::empty().await;
    database.run(VOICE_AGENT).await;
    let before = state(&database).await;

    let wrong_before = wrong(&database.options()).await;
    let why = here(&database.options(), ErrorCode::UndefinedColumn).await;

    assert!(before == state(&database).await, "looking has changed something");
    assert_eq!(wrong_before["tenant_id"], ["call_logs has none", "appointments has none"]);
    assert_eq!(
        wrong_before["rows"],
        ["call_logs: 2 rows without tenant", "appointments: 3 rows without tenant"]
    );
    assert!(why[0].starts_with("call_logs and appointments were there before, without tenant_id"), "{why:?}");
    schema::migrate_with(&database.options(), &Approval::All).await.unwrap();
    assert_eq!(wrong(&database.options()).await, BTreeMap::new());
    assert_eq!(line(&database.options(), Part::DefaultTenant).await.found, "`default`");
    assert_eq!(line(&database.options(), Part::Rows).await.found, "5 with tenant, 0 without");
}

#[tokio::test]
async fn a_dropped_index_is_missed_by_the_lines_that_are_about_it() {
    let database = TestDatabase::new().await;
    database.run("DROP INDEX call_logs_tenant_id_started_at_idx").await;

    let wrong = wrong(&database.options()).await;

    assert_eq!(wrong.keys().collect::<Vec<_>>(), ["call_logs", "drift", "indexes"]);
    assert_eq!(wrong["indexes"], ["missing: call_logs_tenant_id_started_at_idx"]);
}

#[tokio::test]
async fn where_nothing_of_ours_stands_nothing_is_wrong() {
    let database = TestDatabase::empty().await;
    let empty = schema::verify(&database.options(), Rows::Counted).await.unwrap();
    database.run("CREATE TABLE customers (id serial PRIMARY KEY)").await;
    let with_a_stranger = schema::verify(&database.options(), Rows::Counted).await.unwrap();

    assert_eq!((empty, with_a_stranger), (Verification::NothingYet, Verification::NothingYet));
}

#[tokio::test]
async fn a_login_that_only_serves_sees_that_the_schema_is_the_one_that_was_verified() {
    let database = TestDatabase::new().await;
    let server = as_server(&database);

    let before = line(&server, Part::Drift).await;
    database.run("DROP INDEX call_logs_tenant_id_started_at_idx").await;
    let after = line(&server, Part::Drift).await;

    assert_eq!(before.verdict, Verdict::Right);
    assert!(before.found.ends_with("as it was when it was last verified"), "{}", before.found);
    assert!(matches!(after.verdict, Verdict::Unknown(_)), "{after:?}");
    assert_eq!(wrong(&server).await, BTreeMap::new());
}

#[tokio::test]
async fn a_session_that_may_only_read_is_enough_to_look() {
    let database = TestDatabase::new().await;
    let reading = database.options().options([("default_transaction_read_only", "on")]);

    assert_eq!(line(&reading, Part::Drift).await.verdict, Verdict::Right);
    assert_eq!(schema::explain(&reading, &ErrorCode::ALL).await.unwrap().len(), ErrorCode::ALL.len());
}

#[tokio::test]
async fn rows_that_row_level_security_hides_are_never_counted_as_none() {
    let database = TestDatabase::empty().await;
    database
        .run(
            "CREATE TABLE tenants (id uuid PRIMARY KEY); CREATE TABLE leads (id serial PRIMARY KEY, tenant_id uuid);
             INSERT INTO leads (tenant_id) VALUES (NULL), (gen_random_uuid());
             ALTER TABLE leads ENABLE ROW LEVEL SECURITY; GRANT SELECT ON leads, tenants TO switchboard_app",
        )
        .await;

    let seen = line(&database.options(), Part::Rows).await;
    let hidden = line(&as_server(&database), Part::Rows).await;
    let unknown = here(&as_server(&database), ErrorCode::ForeignKeyViolation).await;

    assert_eq!(seen.verdict, Verdict::Wrong(vec!["leads: 1 row without tenant".to_owned()]));
    assert_eq!(hidden.found, "not counted: leads (row-level security hides rows from `switchboard_app`)");
    assert_eq!(hidden.verdict, Verdict::Unknown("leads may hold rows without tenant".to_owned()));
    assert_eq!(unknown, ["leads was not counted: row-level security hides rows from `switchboard_app`"]);
}

#[tokio::test]
async fn rows_that_a_key_would_refuse_are_counted() {
    let database = TestDatabase::empty().await;
    database
        .run(
            "CREATE TABLE tenants (id uuid DEFAULT gen_random_uuid(), slug text, twilio_phone_number text);
             INSERT INTO tenants (slug, twilio_phone_number) VALUES ('default', '(816) 555-0101'), ('default', '816-555-0101');
             CREATE TABLE call_logs (id uuid, tenant_id text, call_sid text);
             INSERT INTO call_logs SELECT gen_random_uuid(), id::text, 'CA1' FROM (SELECT id FROM tenants LIMIT 1) t, generate_series(1, 2);
             INSERT INTO call_logs VALUES (gen_random_uuid(), 'nobody', 'CA2')",
        )
        .await;

    let unknown = here(&database.options(), ErrorCode::ForeignKeyViolation).await;
    let repeated = here(&database.options(), ErrorCode::UniqueViolation).await;

    assert_eq!(unknown, ["call_logs: 1 row names a tenant that does not exist"]);
    assert_eq!(
        repeated,
        ["tenants.slug", "tenants.twilio_phone_number", "call_logs.call_sid"]
            .map(|column| format!("{column}: 1 value stands more than once, and a key on it can't be made"))
    );
}

#[tokio::test]
async fn the_owner_whom_forced_policies_bind_counts_as_each_tenant() {
    let cluster = OwnCluster::start().await;
    cluster
        .run("postgres", &["CREATE ROLE the_owner LOGIN CREATEROLE", "CREATE DATABASE firm OWNER the_owner"])
        .await;
    let owner = cluster.options_as("the_owner", "firm");
    schema::migrate(&owner).await.unwrap();
    cluster
        .run(
            "firm",
            &[
                "INSERT INTO tenants (slug, company_name) VALUES ('one', 'One'), ('two', 'Two')",
                "INSERT INTO call_logs (tenant_id, call_sid) SELECT id, 'CA1' FROM tenants",
            ],
        )
        .await;

    let calls = line(&owner, Part::Table("call_logs".to_owned())).await;
    let rows = line(&owner, Part::Rows).await;

    assert!(calls.found.starts_with("2 rows, "), "{}", calls.found);
    assert_eq!((rows.found.as_str(), rows.verdict), ("2 with tenant, 0 without", Verdict::Right));
}

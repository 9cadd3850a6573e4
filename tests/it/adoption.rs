//! A database on which another program ran is adopted: what is ours becomes right, what is not ours stays.

use switchboard::schema::{self, Approval, Refusal, SchemaError};

use crate::hosted_roles::ROLES;
use crate::migration::{fresh_objects, objects};
use crate::support::TestDatabase;

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
    // Another test makes these, and from then on the plan closes more: it would not be the one that was approved.
    database.run(ROLES).await;
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

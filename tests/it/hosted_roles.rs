//! A hosted PostgreSQL that publishes `public` over HTTP: its roles get every new table and function by default.
//!
//! What is ours must be taken from them by name. The default privileges below are set before the migration, as there.

use serde_json::Value;
use sqlx::AssertSqlSafe;
use switchboard::schema::{self, Approval};

use crate::isolation::{TwoTenants, sqlstate};
use crate::support::TestDatabase;

const OUTSIDERS: [&str; 2] = ["anon", "authenticated"];

/// Roles belong to the whole cluster, and another test may make them at this moment.
pub(crate) const ROLES: &str = "
    DO $$ DECLARE name text; BEGIN
        FOREACH name IN ARRAY ARRAY['anon', 'authenticated', 'service_role'] LOOP
            BEGIN EXECUTE format('CREATE ROLE %I NOLOGIN', name);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END;
        END LOOP;
    END $$";

const DEFAULT_PRIVILEGES: &str = "
    CREATE SCHEMA extensions;
    GRANT USAGE ON SCHEMA public, extensions TO anon, authenticated, service_role;
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO anon, authenticated, service_role;
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON FUNCTIONS TO anon, authenticated, service_role;
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON SEQUENCES TO anon, authenticated, service_role;
    ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO anon, authenticated, service_role;
    ALTER DEFAULT PRIVILEGES GRANT ALL ON FUNCTIONS TO anon, authenticated, service_role;
    ALTER DEFAULT PRIVILEGES GRANT ALL ON SEQUENCES TO anon, authenticated, service_role;
    ALTER DEFAULT PRIVILEGES GRANT ALL ON SCHEMAS TO anon, authenticated, service_role";

/// Our tables, with what a statement needs of them.
const TABLES: &str = "
    SELECT c.oid::regclass::text AS name, c.oid::bigint AS oid,
           (SELECT quote_ident(a.attname) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = 1) AS first_column
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname IN ('public', 'switchboard') AND c.relkind IN ('r', 'p')";

/// Our functions, each with a call of it.
const FUNCTIONS: &str = "
    SELECT p.oid::regprocedure::text AS name, p.oid::bigint AS oid,
           format('SELECT * FROM %I.%I(%s)', n.nspname, p.proname,
                  (SELECT string_agg(format('NULL::%s', format_type(t.oid, NULL)), ', ' ORDER BY t.place)
                     FROM unnest(p.proargtypes) WITH ORDINALITY AS t (oid, place))) AS call
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
     WHERE n.nspname IN ('public', 'switchboard')";

/// A hosted database with rows of two tenants.
async fn migrated() -> TestDatabase {
    let database = TestDatabase::empty().await;
    database.run(ROLES).await;
    database.run(DEFAULT_PRIVILEGES).await;
    schema::migrate(&database.options()).await.unwrap();
    TwoTenants::fill(&mut database.connect().await).await;
    database
}

/// Tries every table and every function for real, and lists what was not denied.
async fn gets_through(database: &TestDatabase, role: &str) -> Vec<String> {
    let mut outsider = database.connect_as(role).await;
    let mut statements = Vec::new();
    for table in database.rows(TABLES).await {
        let (name, column) = (text(&table, "name"), text(&table, "first_column"));
        statements.push(format!("SELECT FROM {name}"));
        statements.push(format!("SELECT {column} FROM {name} LIMIT 0"));
        statements.push(format!("INSERT INTO {name} DEFAULT VALUES"));
        statements.push(format!("UPDATE {name} SET {column} = {column}"));
        statements.push(format!("DELETE FROM {name}"));
        statements.push(format!("TRUNCATE {name} CASCADE"));
    }
    for function in database.rows(FUNCTIONS).await {
        statements.push(text(&function, "call"));
    }
    let mut through = Vec::new();
    for statement in statements {
        let tried = sqlx::raw_sql(AssertSqlSafe(statement.clone())).execute(&mut outsider).await;
        let outcome = tried.map_err(|error| sqlstate(&error));
        if outcome.as_ref().err().is_none_or(|code| code != "42501") {
            through.push(format!("{role}: {statement}\n  ended with {outcome:?}"));
        }
    }
    through
}

fn text(row: &Value, field: &str) -> String {
    row[field].as_str().unwrap_or_else(|| panic!("{field} in {row}")).to_owned()
}

#[tokio::test]
async fn the_roles_of_an_http_interface_read_no_row_and_call_no_function() {
    let database = migrated().await;

    for role in OUTSIDERS {
        let through = gets_through(&database, role).await;

        assert!(through.is_empty(), "{}", through.join("\n"));
    }
}

#[tokio::test]
async fn neither_do_they_where_somebody_lets_them_into_our_schema() {
    let database = migrated().await;
    database.run("GRANT USAGE ON SCHEMA switchboard TO anon, authenticated").await;

    for role in OUTSIDERS {
        let through = gets_through(&database, role).await;

        assert!(through.is_empty(), "{}", through.join("\n"));
    }
}

#[tokio::test]
async fn the_catalogue_says_the_same_of_every_privilege() {
    let database = migrated().await;
    let query = format!(
        "WITH outsider AS (SELECT unnest(ARRAY['anon', 'authenticated']) AS role)
         SELECT role, name FROM outsider, ({TABLES}) t
          WHERE has_table_privilege(role, t.oid::oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
             OR has_any_column_privilege(role, t.oid::oid, 'SELECT, INSERT, UPDATE, REFERENCES')
         UNION ALL
         SELECT role, name FROM outsider, ({FUNCTIONS}) f WHERE has_function_privilege(role, f.oid::oid, 'EXECUTE')
         UNION ALL
         SELECT role, 'switchboard' FROM outsider WHERE has_schema_privilege(role, 'switchboard', 'USAGE, CREATE')"
    );

    let granted = database.rows(&query).await;

    assert!(granted.is_empty(), "{granted:#?}");
}

#[tokio::test]
async fn what_an_older_program_left_open_is_closed_to_them_and_stays_with_its_own_roles() {
    let database = TestDatabase::empty().await;
    database.run(ROLES).await;
    database.run(DEFAULT_PRIVILEGES).await;
    database
        .run(
            "CREATE TABLE tenants (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), slug text NOT NULL, company_name text NOT NULL);
             CREATE TABLE call_logs (id serial PRIMARY KEY, call_sid varchar(50));
             CREATE VIEW dashboard AS SELECT slug FROM tenants;
             CREATE VIEW dashboard_of_acme AS SELECT * FROM dashboard WHERE slug = 'acme';
             INSERT INTO tenants (slug, company_name) VALUES ('acme', 'Acme');
             INSERT INTO call_logs (call_sid) VALUES ('CA1')",
        )
        .await;

    schema::migrate_with(&database.options(), &Approval::All).await.unwrap();

    for role in OUTSIDERS {
        let through = gets_through(&database, role).await;
        assert!(through.is_empty(), "{}", through.join("\n"));
        for view in ["dashboard", "dashboard_of_acme"] {
            let mut outsider = database.connect_as(role).await;
            let read = sqlx::query(AssertSqlSafe(format!("SELECT FROM {view}"))).execute(&mut outsider).await;
            assert_eq!(read.map_err(|error| sqlstate(&error)).unwrap_err(), "42501", "{role} reads {view}");
        }
    }
    let mut service = database.connect_as("service_role").await;
    sqlx::raw_sql("SELECT FROM dashboard_of_acme").execute(&mut service).await.unwrap();
    let kept =
        "pg_class WHERE oid = 'tenants'::regclass AND has_table_privilege('service_role', oid, 'INSERT')";
    assert_eq!(database.count(kept).await, 1);
}

/// Or the tests above prove nothing.
#[tokio::test]
async fn a_table_that_nobody_closed_is_theirs_by_default() {
    let database = migrated().await;
    database
        .run("CREATE TABLE forgotten (); CREATE FUNCTION open_door() RETURNS int LANGUAGE sql AS 'SELECT 1'")
        .await;

    let mut outsider = database.connect_as("anon").await;

    sqlx::raw_sql("SELECT FROM forgotten; SELECT open_door()").execute(&mut outsider).await.unwrap();
}

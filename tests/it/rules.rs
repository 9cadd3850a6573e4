//! What holds for every object of ours, read from the catalogue: a new one needs no entry here.
//!
//! Each rule is a query for what breaks it. The rule is then broken once, to see that it bites. All objects of `public`
//! and `switchboard` in a fresh database are ours.

use std::path::Path;

use crate::support::TestDatabase;

/// Tables that look-ups read as their owner, before a tenant is known.
const DIRECTORY: &str = "('tenants', 'tenant_phone_numbers', 'twilio_accounts', 'api_keys')";

/// Our tables, each with whether it has rows of tenants.
const TABLES: &str = "
    SELECT c.oid, c.oid::regclass::text AS name, c.relname, c.relrowsecurity, c.relforcerowsecurity, c.relacl, c.relowner,
           EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id') AS has_tenants
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname IN ('public', 'switchboard') AND c.relkind IN ('r', 'p')";

/// Our functions.
const FUNCTIONS: &str = "
    SELECT p.oid, p.oid::regprocedure::text AS name, p.prosecdef, p.proconfig, p.proacl, p.proowner, p.prosqlbody
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
     WHERE n.nspname IN ('public', 'switchboard')";

/// Fails where the query finds something, and where it finds nothing after statements that break the rule.
async fn holds(offenders: &str, breaking: &str) {
    let database = TestDatabase::new().await;
    let query = format!("WITH tables AS ({TABLES}), functions AS ({FUNCTIONS}) {offenders}");

    let found = database.rows(&query).await;
    assert!(found.is_empty(), "{found:#?}");

    database.run(breaking).await;
    assert!(!database.rows(&query).await.is_empty(), "nobody notices `{breaking}`");
}

#[tokio::test]
async fn every_table_has_row_level_security() {
    let offenders = "SELECT name FROM tables WHERE NOT relrowsecurity";
    let breaking = "ALTER TABLE call_logs DISABLE ROW LEVEL SECURITY";

    holds(offenders, breaking).await;
}

#[tokio::test]
async fn row_level_security_binds_the_owner_of_tenant_data_and_of_nothing_else() {
    let offenders = format!(
        "SELECT name, relforcerowsecurity FROM tables
          WHERE relforcerowsecurity <> (has_tenants AND relname NOT IN {DIRECTORY})"
    );
    let breaking = "ALTER TABLE call_logs NO FORCE ROW LEVEL SECURITY";

    holds(&offenders, breaking).await;
}

#[tokio::test]
async fn every_key_and_index_of_tenant_data_leads_with_the_tenant() {
    let offenders = format!(
        "SELECT t.name, i.indexrelid::regclass::text AS index FROM tables t
           JOIN pg_index i ON i.indrelid = t.oid
           JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[0]
          WHERE t.has_tenants AND t.relname NOT IN {DIRECTORY} AND a.attname <> 'tenant_id'"
    );
    let breaking = "CREATE INDEX late_tenant ON call_logs (from_number, tenant_id)";

    holds(&offenders, breaking).await;
}

#[tokio::test]
async fn every_table_has_a_primary_key() {
    let offenders = "
        SELECT name FROM tables
         WHERE NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = tables.oid AND i.indisprimary AND i.indisvalid)";
    let breaking = "ALTER TABLE weekly_analytics DROP CONSTRAINT weekly_analytics_pkey";

    holds(offenders, breaking).await;
}

/// A table's key leads to the tenants, or to a table whose key does: a call's event belongs to the call's tenant.
#[tokio::test]
async fn every_row_of_tenant_data_has_a_tenant() {
    let bound = "SELECT conrelid FROM pg_constraint
                  WHERE contype = 'f' AND confrelid = 'tenants'::regclass AND convalidated";
    let offenders = format!(
        "SELECT t.name FROM tables t
          WHERE t.has_tenants AND t.relname NOT IN {DIRECTORY}
            AND NOT (EXISTS (SELECT FROM pg_attribute a
                              WHERE a.attrelid = t.oid AND a.attname = 'tenant_id' AND a.attnotnull AND NOT a.atthasdef)
                     AND (t.oid IN ({bound}) OR EXISTS (
                         SELECT FROM pg_constraint f
                          WHERE f.conrelid = t.oid AND f.contype = 'f' AND f.convalidated AND f.confrelid IN ({bound})
                            -- A key with a NULL in it holds nobody.
                            AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.oid
                                              AND a.attnum = ANY (f.conkey) AND NOT a.attnotnull))))"
    );
    let breaking = "ALTER TABLE call_logs ALTER tenant_id SET DEFAULT gen_random_uuid()";

    holds(&offenders, breaking).await;
}

#[tokio::test]
async fn foreign_keys_between_tables_of_tenants_carry_the_tenant() {
    let offenders = "
        SELECT f.conname FROM pg_constraint f
          JOIN tables here ON here.oid = f.conrelid
          JOIN tables there ON there.oid = f.confrelid
         WHERE f.contype = 'f' AND here.has_tenants AND there.has_tenants
           AND NOT EXISTS (
               SELECT FROM unnest(f.conkey, f.confkey) AS k (here, there)
                 JOIN pg_attribute h ON h.attrelid = f.conrelid AND h.attnum = k.here AND h.attname = 'tenant_id'
                 JOIN pg_attribute t ON t.attrelid = f.confrelid AND t.attnum = k.there AND t.attname = 'tenant_id')";
    let breaking = "
        CREATE UNIQUE INDEX loose ON call_logs (id);
        ALTER TABLE appointments ADD CONSTRAINT loose FOREIGN KEY (call_log_id) REFERENCES call_logs (id)";

    holds(offenders, breaking).await;
}

#[tokio::test]
async fn foreign_keys_change_no_row_by_themselves() {
    let offenders = "
        SELECT f.conname FROM pg_constraint f JOIN tables t ON t.oid = f.conrelid
         WHERE f.contype = 'f' AND NOT (f.confdeltype = 'a' AND f.confupdtype = 'a' AND NOT f.condeferrable)";
    let breaking = "
        ALTER TABLE appointments ADD CONSTRAINT cascading
            FOREIGN KEY (tenant_id, call_log_id) REFERENCES call_logs (tenant_id, id) ON DELETE CASCADE";

    holds(offenders, breaking).await;
}

/// `pg_temp` is searched first unless it is named, and anybody may make things there. A bound body searches for nothing.
#[tokio::test]
async fn every_function_finds_names_where_its_migration_did() {
    let offenders = "
        SELECT name FROM functions
         WHERE (prosecdef OR prosqlbody IS NULL)
           AND NOT EXISTS (SELECT FROM unnest(proconfig) AS setting WHERE setting ~ '^search_path=.+, pg_temp$')";
    let breaking = "
        CREATE FUNCTION loose() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = switchboard AS 'SELECT 1'";

    holds(offenders, breaking).await;
}

/// Others may be allowed to make functions in `public`. Ours must not run them as the owner.
#[tokio::test]
async fn a_function_that_runs_as_its_owner_looks_into_our_own_schema_first() {
    let offenders = "
        SELECT name FROM functions
         WHERE prosecdef AND prosqlbody IS NULL
           AND NOT EXISTS (SELECT FROM unnest(proconfig) AS setting WHERE setting LIKE 'search_path=\"switchboard\", %')";
    let breaking = "
        CREATE FUNCTION loose() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS 'SELECT 1'";

    holds(offenders, breaking).await;
}

#[tokio::test]
async fn nobody_but_the_server_may_use_anything() {
    let offenders = "
        SELECT o.name, g.grantee::regrole::text AS grantee, g.privilege_type
          FROM (SELECT name, relacl AS acl, relowner AS owner, 'r'::\"char\" AS kind FROM tables
                UNION ALL SELECT name, proacl, proowner, 'f' FROM functions
                UNION ALL SELECT nspname::text, nspacl, nspowner, 'n' FROM pg_namespace WHERE nspname = 'switchboard') o,
               aclexplode(coalesce(o.acl, acldefault(o.kind, o.owner))) g
         WHERE g.grantee NOT IN (o.owner, 'switchboard_app'::regrole)";
    let breaking = "CREATE FUNCTION switchboard.not_closed() RETURNS int LANGUAGE sql AS 'SELECT 1'";

    holds(offenders, breaking).await;
}

#[tokio::test]
async fn every_policy_is_for_the_server_and_none_is_open_to_read() {
    let offenders = "
        SELECT p.polname FROM pg_policy p JOIN tables t ON t.oid = p.polrelid
         WHERE p.polroles <> ARRAY['switchboard_app'::regrole::oid]
            OR (p.polcmd <> 'a' AND coalesce(pg_get_expr(p.polqual, p.polrelid), 'true') = 'true')";
    let breaking = "CREATE POLICY open ON call_logs FOR SELECT TO switchboard_app USING (true)";

    holds(offenders, breaking).await;
}

#[tokio::test]
async fn every_policy_on_rows_of_tenants_asks_for_the_tenant() {
    let offenders = "
        SELECT p.polname FROM pg_policy p JOIN tables t ON t.oid = p.polrelid
         WHERE (t.has_tenants OR t.relname = 'tenants')
           AND ((p.polcmd <> 'a' AND coalesce(pg_get_expr(p.polqual, p.polrelid), '') !~ 'current_tenant_id')
                OR (p.polcmd NOT IN ('r', 'd')
                    AND coalesce(pg_get_expr(coalesce(p.polwithcheck, p.polqual), p.polrelid), '') !~ 'current_tenant_id'))";
    let breaking = "ALTER POLICY call_logs_own ON call_logs WITH CHECK (true)";

    holds(offenders, breaking).await;
}

#[tokio::test]
async fn the_servers_role_is_bound_by_policies_and_owns_nothing() {
    let offenders = "
        SELECT r.rolname FROM pg_roles r
         WHERE r.rolname = 'switchboard_app'
           AND (r.rolsuper OR r.rolbypassrls OR r.rolcanlogin OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication
                OR EXISTS (SELECT FROM pg_auth_members m WHERE m.member = r.oid)
                OR EXISTS (SELECT FROM pg_shdepend d WHERE d.refobjid = r.oid AND d.deptype = 'o')
                OR has_database_privilege(r.oid, current_database(), 'CREATE')
                OR has_schema_privilege(r.oid, 'public', 'CREATE')
                OR has_schema_privilege(r.oid, 'switchboard', 'CREATE'))";
    let breaking = "GRANT CREATE ON SCHEMA public TO switchboard_app";

    holds(offenders, breaking).await;
}

#[tokio::test]
async fn the_server_has_no_privilege_that_row_level_security_does_not_cover() {
    let offenders = "
        SELECT t.name, g.privilege_type FROM tables t, aclexplode(t.relacl) g
         WHERE g.grantee = 'switchboard_app'::regrole
           AND (g.privilege_type NOT IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE') OR g.is_grantable)";
    let breaking = "GRANT TRUNCATE ON call_logs TO switchboard_app";

    holds(offenders, breaking).await;
}

#[tokio::test]
async fn the_ledger_and_the_quarantine_are_append_only() {
    // A line of the ledger may go, but only with its whole call: a policy sees to that, and recordings.rs to the policy.
    let offenders = "
        SELECT t.name, g.privilege_type FROM tables t, aclexplode(t.relacl) g
         WHERE t.relname IN ('call_events', 'unrouted_calls', 'unrouted_call_events')
           AND g.grantee = 'switchboard_app'::regrole AND g.privilege_type NOT IN ('SELECT', 'INSERT')
           AND NOT (t.relname = 'call_events' AND g.privilege_type = 'DELETE'
                    AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = t.oid AND p.polcmd = 'd' AND NOT p.polpermissive))";
    let breaking = "GRANT UPDATE ON switchboard.call_events TO switchboard_app";

    holds(offenders, breaking).await;
}

#[tokio::test]
async fn words_are_text_times_have_a_zone_and_nothing_is_counted_up() {
    let offenders = "
        SELECT t.name, a.attname, format_type(a.atttypid, NULL) AS kind FROM tables t
          JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
          JOIN pg_type y ON y.oid = a.atttypid
         WHERE a.attidentity <> '' OR y.typtype <> 'b'
            OR y.typname IN ('varchar', 'bpchar', 'timestamp', 'time', 'timetz', 'json', 'money')
            OR pg_get_serial_sequence(t.name, a.attname) IS NOT NULL";
    let breaking = "ALTER TABLE call_logs ADD COLUMN mood varchar(3)";

    holds(offenders, breaking).await;
}

#[tokio::test]
async fn every_view_reads_with_the_rights_of_whoever_asks() {
    let offenders = "
        SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname IN ('public', 'switchboard') AND c.relkind IN ('v', 'm')
           AND NOT coalesce('security_invoker=true' = ANY (c.reloptions), false)";
    let breaking = "CREATE VIEW all_calls AS SELECT * FROM call_logs";

    holds(offenders, breaking).await;
}

#[tokio::test]
async fn every_constraint_and_index_has_the_name_that_a_migration_gave_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let files = std::fs::read_dir(folder).unwrap();
    let migrations: String =
        files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect();
    let all_names = format!(
        "WITH tables AS ({TABLES})
         SELECT k.conname AS name FROM pg_constraint k JOIN tables t ON t.oid = k.conrelid
          WHERE t.relname <> '_sqlx_migrations' AND k.contype <> 'n'
         UNION
         SELECT c.relname FROM pg_index i JOIN tables t ON t.oid = i.indrelid JOIN pg_class c ON c.oid = i.indexrelid
          WHERE t.relname <> '_sqlx_migrations'"
    );

    let names = TestDatabase::new().await.rows(&all_names).await;

    assert!(names.len() > 30, "{names:?}");
    for name in names {
        let name = name["name"].as_str().unwrap();
        let is_given = migrations.split_whitespace().any(|word| word == name);
        assert!(is_given, "PostgreSQL made up the name {name}; give the constraint one");
    }
}

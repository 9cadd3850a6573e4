-- What the outsiders of a hosted service can reach of ours, a sentence each. $1: our tables, and what they were renamed to.
WITH outsiders AS (
    SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated')
), tables AS (
    SELECT c.oid, c.oid::regclass::text AS name FROM pg_class c
     WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S') AND (c.relnamespace::regnamespace::text = 'switchboard'
        OR format('%I.%I', c.relnamespace::regnamespace, c.relname) = ANY ($1))
), functions AS (
    SELECT p.oid, p.oid::regprocedure::text AS name FROM pg_proc p
     WHERE p.pronamespace::regnamespace::text = 'switchboard' OR (p.pronamespace = 'public'::regnamespace AND p.proname = 'get_tenant_by_phone')
)
SELECT format('%s may %s %s', rolname, lower(privilege), name)
  FROM outsiders, tables, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS privilege
 WHERE has_table_privilege(rolname, oid, privilege)
UNION ALL
SELECT format('%s may %s columns of %s', rolname, lower(privilege), name)
  FROM outsiders, tables, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) AS privilege
 WHERE has_any_column_privilege(rolname, oid, privilege) AND NOT has_table_privilege(rolname, oid, privilege)
UNION ALL
SELECT format('%s may call %s', rolname, name) FROM outsiders, functions WHERE has_function_privilege(rolname, oid, 'EXECUTE')
UNION ALL
SELECT format('%s may enter the schema switchboard', rolname) FROM outsiders
  JOIN pg_namespace n ON n.nspname = 'switchboard' WHERE has_schema_privilege(rolname, n.oid, 'USAGE')

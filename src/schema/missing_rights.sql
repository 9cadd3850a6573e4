-- What the login lacks to prepare and to migrate: the statements that give it, in the order to run them, a line for each.
-- $1 is the shared schema, $2 our own.
WITH login AS (
    SELECT r.oid, r.rolname, r.rolsuper OR r.rolcreaterole AS makes_roles, current_setting('server_version_num')::integer >= 160000 AS is_16
      FROM pg_roles r
     WHERE r.rolname = current_user
), role AS (
    SELECT (SELECT oid FROM pg_roles WHERE rolname = 'switchboard_app') AS oid
), lacks (place, statement) AS (
    SELECT 1, 'CREATE ROLE switchboard_app NOLOGIN;'
      FROM login, role
     WHERE role.oid IS NULL AND NOT login.makes_roles
    UNION ALL
    -- Before 16, whoever may create roles may grant any of them; since then, their own alone.
    SELECT 2, format('GRANT switchboard_app TO %I;', login.rolname)
      FROM login, role
     WHERE NOT (login.makes_roles AND (role.oid IS NULL OR NOT login.is_16))
       AND NOT coalesce(
           pg_has_role(login.oid, role.oid, CASE WHEN login.is_16 THEN 'SET' ELSE 'MEMBER' END)
           OR pg_has_role(login.oid, role.oid, 'MEMBER WITH ADMIN OPTION'), false)
    UNION ALL
    SELECT 3, format('GRANT CREATE ON DATABASE %I TO %I;', current_database(), login.rolname)
      FROM login
     WHERE NOT has_database_privilege(current_database(), 'CREATE')
       AND (NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = $2)
            OR NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)
            OR NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'btree_gist'))
    UNION ALL
    SELECT 4, format('GRANT CREATE, USAGE ON SCHEMA %I TO %I;', n.nspname, login.rolname)
      FROM login, pg_namespace n
     WHERE n.nspname = $1 AND NOT (has_schema_privilege(n.oid, 'CREATE') AND has_schema_privilege(n.oid, 'USAGE'))
)
SELECT (SELECT rolname::text FROM login) AS login, string_agg(statement, E'\n' ORDER BY place) AS statements FROM lacks

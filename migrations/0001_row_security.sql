-- schema: own
-- The tools of row-level security: which tenant this transaction works for, and who is kept out.

-- The tenant of this transaction, or NULL: then every policy hides everything.
-- After a transaction that set it, the setting is an empty string, not NULL; a bare cast would fail.
CREATE FUNCTION current_tenant_id() RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(pg_catalog.current_setting('switchboard.tenant_id', true), '')::uuid;

-- The only way to set the tenant: at the top of a transaction, before any savepoint.
-- SET LOCAL and not set_config(): a distributed PostgreSQL hands only the former on to its workers.
CREATE FUNCTION set_tenant(tenant uuid) RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    IF tenant IS NULL THEN
        RAISE EXCEPTION 'set_tenant needs a tenant' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    EXECUTE pg_catalog.format('SET LOCAL switchboard.tenant_id = %L', tenant);
END
$$;

-- Takes a table from everybody but its owner. Hosted services grant all new tables to the roles of
-- their HTTP interface (anon, authenticated), so each new table of ours is closed by name.
CREATE FUNCTION close_table(closed regclass) RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    outsider text;
BEGIN
    EXECUTE pg_catalog.format('REVOKE ALL ON TABLE %s FROM PUBLIC', closed);
    FOR outsider IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
        EXECUTE pg_catalog.format('REVOKE ALL ON TABLE %s FROM %I', closed, outsider);
    END LOOP;
END
$$;

-- The same for a function, which PostgreSQL lets everybody call unless told otherwise.
CREATE FUNCTION close_function(closed regprocedure) RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    outsider text;
BEGIN
    EXECUTE pg_catalog.format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', closed);
    FOR outsider IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
        EXECUTE pg_catalog.format('REVOKE ALL ON FUNCTION %s FROM %I', closed, outsider);
    END LOOP;
END
$$;

SELECT close_function('current_tenant_id()'::regprocedure);
SELECT close_function('set_tenant(uuid)'::regprocedure);
SELECT close_function('close_table(regclass)'::regprocedure);
SELECT close_function('close_function(regprocedure)'::regprocedure);
GRANT EXECUTE ON FUNCTION current_tenant_id(), set_tenant(uuid) TO switchboard_app;

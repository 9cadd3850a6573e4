-- What stands before the first migration: the role that the server works as, the schemas, the extension.
-- Safe to run again. The names in braces are filled in by the runner, quoted.

-- The role is shared by all databases of a cluster, so another one may make it at this very moment.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'switchboard_app') THEN
        CREATE ROLE switchboard_app NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END
$$;

-- The migrating login must be able to become the role. From PostgreSQL 16 on, having made it is not enough.
DO $$
DECLARE
    privilege text := CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET' ELSE 'MEMBER' END;
BEGIN
    IF NOT pg_has_role(current_user, 'switchboard_app', privilege) THEN
        GRANT switchboard_app TO CURRENT_USER;
    END IF;
END
$$;

DO $$
BEGIN
    -- CREATE SCHEMA IF NOT EXISTS asks for the right to create even where there is nothing to create.
    IF to_regnamespace('{own}') IS NULL THEN CREATE SCHEMA {own}; END IF;
    IF to_regnamespace('{shared}') IS NULL THEN CREATE SCHEMA {shared}; END IF;
    IF to_regnamespace('{extensions}') IS NULL THEN CREATE SCHEMA {extensions}; END IF;
END
$$;

CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA {extensions};

REVOKE ALL ON SCHEMA {own} FROM PUBLIC;
GRANT USAGE ON SCHEMA {own}, {shared} TO switchboard_app;

DO $$
DECLARE
    outsider text;
BEGIN
    FOR outsider IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
        EXECUTE format('REVOKE ALL ON SCHEMA {own} FROM %I', outsider);
    END LOOP;
END
$$;

-- Closes sqlx's list of applied migrations like every other table of ours. Safe to run again.
-- The server may read it: so that a login that is a member of switchboard_app and nothing else can see that the schema is
-- the one it needs, and serve.

ALTER TABLE {own}._sqlx_migrations ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON {own}._sqlx_migrations FROM PUBLIC;
GRANT SELECT ON {own}._sqlx_migrations TO switchboard_app;

DO $$
DECLARE
    outsider text;
BEGIN
    FOR outsider IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
        EXECUTE format('REVOKE ALL ON {own}._sqlx_migrations FROM %I', outsider);
    END LOOP;
    -- A list that lost a column is made anew later, with its policy.
    IF NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = '{own}._sqlx_migrations'::regclass)
       AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = '{own}._sqlx_migrations'::regclass AND attname = 'success') THEN
        CREATE POLICY _sqlx_migrations_applied ON {own}._sqlx_migrations FOR SELECT TO switchboard_app USING (success);
    END IF;
END
$$;

-- schema: own
-- Requests that were answered, so that a repetition gets the same answer and does nothing. Written in the transaction of
-- the work itself: who asks at the same time waits for it, and one that is undone leaves no key behind.

CREATE TABLE idempotency_keys (
    tenant_id uuid NOT NULL,
    idempotency_key text NOT NULL,
    fingerprint bytea NOT NULL,             -- SHA-256 of method, path, query and body
    status integer,                         -- NULL within the transaction that works on it, never outside
    body text,
    created_at timestamptz NOT NULL,
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (tenant_id, idempotency_key)
);
ALTER TABLE idempotency_keys ADD CONSTRAINT idempotency_keys_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id);

-- What is older than a day is swept by the tenant's next request with a key.
CREATE INDEX idempotency_keys_tenant_id_created_at_idx ON idempotency_keys (tenant_id, created_at);

ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY idempotency_keys_own ON idempotency_keys TO switchboard_app
    USING (tenant_id = (SELECT current_tenant_id()))
    WITH CHECK (tenant_id = (SELECT current_tenant_id()));

-- The same of operators, who belong to no tenant. Reached through functions alone.
CREATE TABLE operator_idempotency_keys (
    idempotency_key text NOT NULL,
    fingerprint bytea NOT NULL,
    status integer,
    body text,
    created_at timestamptz NOT NULL,
    CONSTRAINT operator_idempotency_keys_pkey PRIMARY KEY (idempotency_key)
);
CREATE INDEX operator_idempotency_keys_created_at_idx ON operator_idempotency_keys (created_at);
ALTER TABLE operator_idempotency_keys ENABLE ROW LEVEL SECURITY;

-- Takes the key; false where somebody has it, once that is committed.
CREATE FUNCTION claim_operator_idempotency_key(new_key text, new_fingerprint bytea, claimed_at timestamptz,
                                               kept_since timestamptz) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$
BEGIN
    DELETE FROM operator_idempotency_keys k WHERE k.created_at <= kept_since;
    INSERT INTO operator_idempotency_keys (idempotency_key, fingerprint, created_at)
    VALUES (new_key, new_fingerprint, claimed_at)
    ON CONFLICT (idempotency_key) DO NOTHING;
    RETURN FOUND;
END
$$;

CREATE FUNCTION find_operator_idempotency_key(wanted_key text) RETURNS TABLE (fingerprint bytea, status integer, body text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$ SELECT k.fingerprint, k.status, k.body FROM operator_idempotency_keys k WHERE k.idempotency_key = wanted_key $$;

CREATE FUNCTION keep_operator_answer(claimed_key text, kept_status integer, kept_body text) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$
    UPDATE operator_idempotency_keys k SET status = kept_status, body = kept_body WHERE k.idempotency_key = claimed_key
$$;

SELECT close_table('idempotency_keys'::regclass);
SELECT close_table('operator_idempotency_keys'::regclass);
SELECT close_function('claim_operator_idempotency_key(text, bytea, timestamptz, timestamptz)'::regprocedure);
SELECT close_function('find_operator_idempotency_key(text)'::regprocedure);
SELECT close_function('keep_operator_answer(text, integer, text)'::regprocedure);
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_keys TO switchboard_app;
GRANT EXECUTE ON FUNCTION claim_operator_idempotency_key(text, bytea, timestamptz, timestamptz),
    find_operator_idempotency_key(text), keep_operator_answer(text, integer, text) TO switchboard_app;

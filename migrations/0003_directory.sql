-- schema: own
-- The directory: which number, which Twilio account and which key belongs to whom.
-- Row-level security is enabled, not forced: the owner's look-up functions must find a tenant before one is known.

CREATE TABLE tenant_phone_numbers (
    phone_number text NOT NULL,             -- E.164; the only source of routing
    tenant_id uuid NOT NULL,
    label text,
    is_primary boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT tenant_phone_numbers_pkey PRIMARY KEY (phone_number),
    CONSTRAINT tenant_phone_numbers_phone_number_check CHECK (phone_number ~ '^\+[1-9][0-9]{1,14}$')
);
ALTER TABLE tenant_phone_numbers
    ADD CONSTRAINT tenant_phone_numbers_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id);
CREATE INDEX tenant_phone_numbers_tenant_id_idx ON tenant_phone_numbers (tenant_id);
CREATE UNIQUE INDEX tenant_phone_numbers_primary_key ON tenant_phone_numbers (tenant_id) WHERE is_primary;

ALTER TABLE tenant_phone_numbers ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_phone_numbers_own ON tenant_phone_numbers TO switchboard_app
    USING (tenant_id = (SELECT current_tenant_id()))
    WITH CHECK (tenant_id = (SELECT current_tenant_id()));

-- No grant and no policy for the server's role: tokens come and go through functions alone.
CREATE TABLE twilio_accounts (
    account_sid text NOT NULL,
    tenant_id uuid,                         -- NULL: the agency's own account, which may call any tenant
    primary_token_sealed text NOT NULL,     -- encrypted; account and column are bound into the ciphertext
    secondary_token_sealed text,            -- the other token while one is being rotated
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT twilio_accounts_pkey PRIMARY KEY (account_sid),
    CONSTRAINT twilio_accounts_account_sid_check CHECK (account_sid ~ '^AC[0-9a-fA-F]{32}$')
);
ALTER TABLE twilio_accounts
    ADD CONSTRAINT twilio_accounts_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id);
CREATE INDEX twilio_accounts_tenant_id_idx ON twilio_accounts (tenant_id);
ALTER TABLE twilio_accounts ENABLE ROW LEVEL SECURITY;

CREATE TABLE api_keys (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    prefix text NOT NULL,                   -- the part of the key that may be shown
    secret_hash bytea NOT NULL,             -- SHA-256 of the whole key, which holds 256 random bits
    name text NOT NULL DEFAULT '',
    scopes text[] NOT NULL DEFAULT '{calls:read}',
    expires_at timestamptz,
    revoked_at timestamptz,
    last_used_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT api_keys_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT api_keys_prefix_key UNIQUE (prefix),
    CONSTRAINT api_keys_secret_hash_check CHECK (octet_length(secret_hash) = 32)
);
ALTER TABLE api_keys ADD CONSTRAINT api_keys_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id);

ALTER TABLE api_keys ENABLE ROW LEVEL SECURITY;
CREATE POLICY api_keys_own ON api_keys TO switchboard_app
    USING (tenant_id = (SELECT current_tenant_id()))
    WITH CHECK (tenant_id = (SELECT current_tenant_id()));

-- Keys of the agency's own people. Reached through functions alone.
CREATE TABLE operator_keys (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    prefix text NOT NULL,
    secret_hash bytea NOT NULL,
    name text NOT NULL DEFAULT '',
    expires_at timestamptz,
    revoked_at timestamptz,
    last_used_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT operator_keys_pkey PRIMARY KEY (id),
    CONSTRAINT operator_keys_prefix_key UNIQUE (prefix),
    CONSTRAINT operator_keys_secret_hash_check CHECK (octet_length(secret_hash) = 32)
);
ALTER TABLE operator_keys ENABLE ROW LEVEL SECURITY;

-- One known text sealed under each encryption key: a key that can't open it is not the key that sealed the tokens.
CREATE TABLE encryption_canaries (
    key_id text NOT NULL,
    sealed text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT encryption_canaries_pkey PRIMARY KEY (key_id)
);
ALTER TABLE encryption_canaries ENABLE ROW LEVEL SECURITY;

-- What a dialled number must look like to be looked up: E.164. Anything that isn't one of the known spellings of a
-- number stays as it is, and so belongs to nobody.
CREATE FUNCTION normalise_phone_number(typed text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path FROM CURRENT
AS $$
DECLARE
    compact text := pg_catalog.regexp_replace(typed, '[\s.()\[\]-]', '', 'g');
BEGIN
    RETURN CASE
        WHEN compact ~ '^00[0-9]+$' THEN '+' || pg_catalog.substr(compact, 3)
        WHEN compact ~ '^[0-9]{10}$' THEN '+1' || compact
        WHEN compact ~ '^1[0-9]{10}$' THEN '+' || compact
        WHEN compact ~ '^\+[0-9]+$' THEN compact
        ELSE typed
    END;
END
$$;

-- The active tenant that owns the number; if no tenant at all owns it, the one that accepts unknown numbers; else NULL.
-- Runs as its owner, because the tenant is not known yet; it gives away nothing but an id.
CREATE FUNCTION find_tenant_by_number(dialled text) RETURNS uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$
DECLARE
    wanted text := normalise_phone_number(dialled);
    found_tenant uuid;
    found_active boolean;
BEGIN
    SELECT t.id, t.is_active INTO found_tenant, found_active
      FROM tenant_phone_numbers n
      JOIN tenants t ON t.id = n.tenant_id
     WHERE n.phone_number = wanted;
    IF FOUND THEN
        RETURN CASE WHEN found_active THEN found_tenant END;
    END IF;
    RETURN (SELECT t.id FROM tenants t WHERE t.accepts_unknown_numbers AND t.is_active);
END
$$;

SELECT close_table('tenant_phone_numbers'::regclass);
SELECT close_table('twilio_accounts'::regclass);
SELECT close_table('api_keys'::regclass);
SELECT close_table('operator_keys'::regclass);
SELECT close_table('encryption_canaries'::regclass);
SELECT close_function('normalise_phone_number(text)'::regprocedure);
SELECT close_function('find_tenant_by_number(text)'::regprocedure);
GRANT SELECT, INSERT, UPDATE, DELETE ON tenant_phone_numbers TO switchboard_app;
GRANT SELECT, INSERT, UPDATE ON api_keys TO switchboard_app;
GRANT EXECUTE ON FUNCTION normalise_phone_number(text), find_tenant_by_number(text) TO switchboard_app;

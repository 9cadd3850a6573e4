-- schema: own
-- What must be found before a tenant is known, and what an operator may see across tenants.
-- These run as their owner, past row-level security: each gives away as little as its question needs.

-- Twilio accounts with their sealed tokens: one, or all for NULL.
CREATE FUNCTION find_twilio_accounts(wanted_sid text)
    RETURNS TABLE (account_sid text, tenant_id uuid, primary_token_sealed text, secondary_token_sealed text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$
    SELECT a.account_sid, a.tenant_id, a.primary_token_sealed, a.secondary_token_sealed
      FROM twilio_accounts a
     WHERE wanted_sid IS NULL OR a.account_sid = wanted_sid
     ORDER BY a.account_sid
$$;

-- Stores an account's primary token. An account keeps its tenant: to move it would hand its calls to somebody else.
CREATE FUNCTION put_twilio_account(new_sid text, new_tenant_id uuid, sealed text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$
BEGIN
    INSERT INTO twilio_accounts AS a (account_sid, tenant_id, primary_token_sealed) VALUES (new_sid, new_tenant_id, sealed)
    ON CONFLICT (account_sid) DO UPDATE SET primary_token_sealed = EXCLUDED.primary_token_sealed, updated_at = EXCLUDED.updated_at
     WHERE a.tenant_id IS NOT DISTINCT FROM EXCLUDED.tenant_id;
    RETURN FOUND;
END
$$;

-- Stores the second token of an account that is there already; false where it isn't, or is somebody else's.
CREATE FUNCTION put_secondary_token(known_sid text, known_tenant_id uuid, sealed text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$
BEGIN
    UPDATE twilio_accounts a SET secondary_token_sealed = sealed, updated_at = now()
     WHERE a.account_sid = known_sid AND a.tenant_id IS NOT DISTINCT FROM known_tenant_id;
    RETURN FOUND;
END
$$;

CREATE FUNCTION find_encryption_canaries() RETURNS TABLE (key_id text, sealed text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$ SELECT c.key_id, c.sealed FROM encryption_canaries c ORDER BY c.key_id $$;

CREATE FUNCTION put_encryption_canary(new_key_id text, new_sealed text) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$ INSERT INTO encryption_canaries (key_id, sealed) VALUES (new_key_id, new_sealed) ON CONFLICT DO NOTHING $$;

-- The keys with this prefix that are good at this moment, of a tenant or of an operator (no tenant). At most one.
CREATE FUNCTION find_key(wanted_prefix text, at timestamptz)
    RETURNS TABLE (tenant_id uuid, secret_hash bytea, last_used_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$
    SELECT k.tenant_id, k.secret_hash, k.last_used_at
      FROM api_keys k JOIN tenants t ON t.id = k.tenant_id
     WHERE k.prefix = wanted_prefix AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > at) AND t.is_active
    UNION ALL
    SELECT NULL, o.secret_hash, o.last_used_at
      FROM operator_keys o
     WHERE o.prefix = wanted_prefix AND o.revoked_at IS NULL AND (o.expires_at IS NULL OR o.expires_at > at)
$$;

CREATE FUNCTION note_key_used(used_prefix text, used_at timestamptz) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$
    UPDATE api_keys k SET last_used_at = used_at WHERE k.prefix = used_prefix;
    UPDATE operator_keys o SET last_used_at = used_at WHERE o.prefix = used_prefix;
$$;

CREATE FUNCTION put_operator_key(new_id uuid, new_prefix text, new_secret_hash bytea, new_name text, made_at timestamptz)
    RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$
    INSERT INTO operator_keys (id, prefix, secret_hash, name, created_at)
    VALUES (new_id, new_prefix, new_secret_hash, new_name, made_at)
$$;

CREATE FUNCTION find_tenant_by_slug(wanted_slug text) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$ SELECT t.id FROM tenants t WHERE t.slug = wanted_slug $$;

CREATE FUNCTION list_tenants()
    RETURNS TABLE (id uuid, slug text, company_name text, timezone text, forward_number text, is_active boolean,
                   accepts_unknown_numbers boolean, numbers bigint, created_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$
    SELECT t.id, t.slug, t.company_name, t.timezone, t.forward_number, t.is_active, t.accepts_unknown_numbers,
           (SELECT count(*) FROM tenant_phone_numbers n WHERE n.tenant_id = t.id), t.created_at
      FROM tenants t
     ORDER BY t.slug
$$;

-- With a second tenant nobody can say any more whose an unknown number is.
CREATE FUNCTION stop_accepting_unknown_numbers(noted_at timestamptz) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$ UPDATE tenants t SET accepts_unknown_numbers = false, updated_at = noted_at WHERE t.accepts_unknown_numbers $$;

-- Every number with what its caller would hear: for operators, and for the answers of a server without its database.
CREATE FUNCTION list_numbers()
    RETURNS TABLE (phone_number text, label text, is_primary boolean, tenant_id uuid, slug text, company_name text,
                   is_active boolean, greeting_message text, forward_number text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$
    SELECT n.phone_number, n.label, n.is_primary, t.id, t.slug, t.company_name, t.is_active, t.greeting_message, t.forward_number
      FROM tenant_phone_numbers n JOIN tenants t ON t.id = n.tenant_id
     ORDER BY t.slug, n.phone_number
$$;

CREATE FUNCTION count_unrouted_calls() RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$ SELECT count(*) FROM unrouted_calls u WHERE u.adopted_by IS NULL $$;

SELECT close_function('find_twilio_accounts(text)'::regprocedure);
SELECT close_function('put_twilio_account(text, uuid, text)'::regprocedure);
SELECT close_function('put_secondary_token(text, uuid, text)'::regprocedure);
SELECT close_function('find_encryption_canaries()'::regprocedure);
SELECT close_function('put_encryption_canary(text, text)'::regprocedure);
SELECT close_function('find_key(text, timestamptz)'::regprocedure);
SELECT close_function('note_key_used(text, timestamptz)'::regprocedure);
SELECT close_function('put_operator_key(uuid, text, bytea, text, timestamptz)'::regprocedure);
SELECT close_function('find_tenant_by_slug(text)'::regprocedure);
SELECT close_function('list_tenants()'::regprocedure);
SELECT close_function('stop_accepting_unknown_numbers(timestamptz)'::regprocedure);
SELECT close_function('list_numbers()'::regprocedure);
SELECT close_function('count_unrouted_calls()'::regprocedure);
GRANT EXECUTE ON FUNCTION find_twilio_accounts(text), put_twilio_account(text, uuid, text),
    put_secondary_token(text, uuid, text), find_encryption_canaries(), put_encryption_canary(text, text),
    find_key(text, timestamptz), note_key_used(text, timestamptz),
    put_operator_key(uuid, text, bytea, text, timestamptz), find_tenant_by_slug(text), list_tenants(),
    stop_accepting_unknown_numbers(timestamptz), list_numbers(), count_unrouted_calls()
    TO switchboard_app;

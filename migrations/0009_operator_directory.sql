-- schema: own
-- What operators list and change across tenants, page by page. Each runs as its owner, past row-level security, and
-- gives away as little as its question needs.

CREATE FUNCTION list_tenants_after(after_slug text, most bigint)
    RETURNS TABLE (id uuid, slug text, company_name text, timezone text, greeting_message text, forward_number text,
                   is_active boolean, accepts_unknown_numbers boolean, created_at timestamptz, updated_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$
    SELECT t.id, t.slug, t.company_name, t.timezone, t.greeting_message, t.forward_number,
           t.is_active, t.accepts_unknown_numbers, t.created_at, t.updated_at
      FROM tenants t
     WHERE after_slug IS NULL OR t.slug > after_slug
     ORDER BY t.slug
     LIMIT most
$$;

-- All numbers, or those of one tenant.
CREATE FUNCTION list_numbers_after(wanted_tenant_id uuid, after_number text, most bigint)
    RETURNS TABLE (phone_number text, tenant text, label text, is_primary boolean, created_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$
    SELECT n.phone_number, t.slug, n.label, n.is_primary, n.created_at
      FROM tenant_phone_numbers n JOIN tenants t ON t.id = n.tenant_id
     WHERE (wanted_tenant_id IS NULL OR n.tenant_id = wanted_tenant_id)
       AND (after_number IS NULL OR n.phone_number > after_number)
     ORDER BY n.phone_number
     LIMIT most
$$;

CREATE FUNCTION find_number(wanted_number text)
    RETURNS TABLE (phone_number text, tenant text, label text, is_primary boolean, created_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$
    SELECT n.phone_number, t.slug, n.label, n.is_primary, n.created_at
      FROM tenant_phone_numbers n JOIN tenants t ON t.id = n.tenant_id
     WHERE n.phone_number = wanted_number
$$;

-- A tenant whose primary number went away gets its oldest one as the new primary.
CREATE FUNCTION pass_primary_on(left_tenant_id uuid) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$
    UPDATE tenant_phone_numbers n SET is_primary = true
     WHERE n.phone_number = (SELECT o.phone_number FROM tenant_phone_numbers o WHERE o.tenant_id = left_tenant_id
                              ORDER BY o.created_at, o.phone_number LIMIT 1)
       AND NOT EXISTS (SELECT FROM tenant_phone_numbers p WHERE p.tenant_id = left_tenant_id AND p.is_primary)
$$;

-- Hands a number to another tenant, with its label. What was called before stays with the tenant that was called.
CREATE FUNCTION move_number(moved_number text, new_tenant_id uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$
DECLARE
    old_tenant_id uuid;
BEGIN
    SELECT n.tenant_id INTO old_tenant_id FROM tenant_phone_numbers n WHERE n.phone_number = moved_number FOR UPDATE;
    IF NOT FOUND OR old_tenant_id = new_tenant_id THEN
        RETURN;
    END IF;
    UPDATE tenant_phone_numbers n SET tenant_id = new_tenant_id, is_primary = false WHERE n.phone_number = moved_number;
    PERFORM pass_primary_on(old_tenant_id), pass_primary_on(new_tenant_id);
END
$$;

CREATE FUNCTION label_number(labelled_number text, new_label text) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$ UPDATE tenant_phone_numbers n SET label = new_label WHERE n.phone_number = labelled_number $$;

-- Takes a number from its tenant; false where nobody has it.
CREATE FUNCTION remove_number(removed_number text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$
DECLARE
    old_tenant_id uuid;
BEGIN
    DELETE FROM tenant_phone_numbers n WHERE n.phone_number = removed_number RETURNING n.tenant_id INTO old_tenant_id;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM pass_primary_on(old_tenant_id);
    RETURN true;
END
$$;

-- Accounts without their tokens: all, or the one of this SID.
CREATE FUNCTION list_twilio_accounts_after(wanted_sid text, after_sid text, most bigint)
    RETURNS TABLE (account_sid text, tenant text, has_secondary boolean, created_at timestamptz, updated_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$
    SELECT a.account_sid, t.slug, a.secondary_token_sealed IS NOT NULL, a.created_at, a.updated_at
      FROM twilio_accounts a LEFT JOIN tenants t ON t.id = a.tenant_id
     WHERE (wanted_sid IS NULL OR a.account_sid = wanted_sid) AND (after_sid IS NULL OR a.account_sid > after_sid)
     ORDER BY a.account_sid
     LIMIT most
$$;

-- Breaks twilio_accounts_pkey where the account is there already.
CREATE FUNCTION add_twilio_account(new_sid text, new_tenant_id uuid, sealed_primary text, sealed_secondary text,
                                   made_at timestamptz) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$
    INSERT INTO twilio_accounts (account_sid, tenant_id, primary_token_sealed, secondary_token_sealed, created_at, updated_at)
    VALUES (new_sid, new_tenant_id, sealed_primary, sealed_secondary, made_at, made_at)
$$;

-- Replaces tokens, never the tenant. NULL keeps the primary one; the secondary one is kept, cleared or set.
CREATE FUNCTION change_twilio_account(known_sid text, sealed_primary text, keeps_secondary boolean, sealed_secondary text,
                                      changed_at timestamptz) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$
BEGIN
    UPDATE twilio_accounts a
       SET primary_token_sealed = coalesce(sealed_primary, a.primary_token_sealed),
           secondary_token_sealed = CASE WHEN keeps_secondary THEN a.secondary_token_sealed ELSE sealed_secondary END,
           updated_at = changed_at
     WHERE a.account_sid = known_sid;
    RETURN FOUND;
END
$$;

SELECT close_function('list_tenants_after(text, bigint)'::regprocedure);
SELECT close_function('list_numbers_after(uuid, text, bigint)'::regprocedure);
SELECT close_function('find_number(text)'::regprocedure);
SELECT close_function('pass_primary_on(uuid)'::regprocedure);
SELECT close_function('move_number(text, uuid)'::regprocedure);
SELECT close_function('label_number(text, text)'::regprocedure);
SELECT close_function('remove_number(text)'::regprocedure);
SELECT close_function('list_twilio_accounts_after(text, text, bigint)'::regprocedure);
SELECT close_function('add_twilio_account(text, uuid, text, text, timestamptz)'::regprocedure);
SELECT close_function('change_twilio_account(text, text, boolean, text, timestamptz)'::regprocedure);
GRANT EXECUTE ON FUNCTION list_tenants_after(text, bigint), list_numbers_after(uuid, text, bigint), find_number(text),
    move_number(text, uuid), label_number(text, text), remove_number(text),
    list_twilio_accounts_after(text, text, bigint), add_twilio_account(text, uuid, text, text, timestamptz),
    change_twilio_account(text, text, boolean, text, timestamptz)
    TO switchboard_app;

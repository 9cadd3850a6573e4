-- schema: shared
-- Who is called when this number is dialled. Older programs call it by this name, with this argument name.

-- The active tenant that owns the number; if no tenant at all owns it, the one that accepts unknown numbers; else NULL.
-- Runs as its owner, because the tenant is not known yet; it gives away nothing but an id.
CREATE FUNCTION get_tenant_by_phone(phone_number text) RETURNS uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$
DECLARE
    dialled text := normalise_phone_number(get_tenant_by_phone.phone_number);
    found_tenant uuid;
    found_active boolean;
BEGIN
    SELECT t.id, t.is_active INTO found_tenant, found_active
      FROM tenant_phone_numbers n
      JOIN tenants t ON t.id = n.tenant_id
     WHERE n.phone_number = dialled;
    IF FOUND THEN
        RETURN CASE WHEN found_active THEN found_tenant END;
    END IF;
    RETURN (SELECT t.id FROM tenants t WHERE t.accepts_unknown_numbers AND t.is_active);
END
$$;

SELECT close_function('get_tenant_by_phone(text)');
GRANT EXECUTE ON FUNCTION get_tenant_by_phone(text) TO switchboard_app;

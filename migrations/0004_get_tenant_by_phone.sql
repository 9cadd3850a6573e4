-- schema: shared
-- Who is called when this number is dialled. Older programs call it by this name, with this argument name.

-- Its body is bound now, not when it runs: where others may make functions in this schema, none of theirs can come
-- between, and be run as the owner.
CREATE FUNCTION get_tenant_by_phone(phone_number text) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path FROM CURRENT
    RETURN find_tenant_by_number(phone_number);

SELECT close_function('get_tenant_by_phone(text)'::regprocedure);
GRANT EXECUTE ON FUNCTION get_tenant_by_phone(text) TO switchboard_app;

-- Runs one INSERT as a role: NULL if it made one row, else why not. 'undo' takes the row back, 'keep' leaves it for the next.
CREATE FUNCTION pg_temp.attempt(statement text, as_role text, then_do text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    made bigint;
BEGIN
    PERFORM set_config('role', as_role, true);
    EXECUTE statement;
    GET DIAGNOSTICS made = ROW_COUNT;
    PERFORM set_config('role', 'none', true);
    IF then_do = 'undo' THEN
        RAISE EXCEPTION USING ERRCODE = 'UNDO0', MESSAGE = made;
    END IF;
    RETURN CASE WHEN made <> 1 THEN format('it made %s rows', made) END;
EXCEPTION
    WHEN SQLSTATE 'UNDO0' THEN
        RETURN CASE WHEN SQLERRM <> '1' THEN format('it made %s rows', SQLERRM) END;
    WHEN OTHERS THEN
        RETURN format('%s %s', SQLSTATE, SQLERRM);
END
$$;

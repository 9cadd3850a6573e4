-- schema: own
-- A firm deletes a call, with everything that was recorded of it. A line of the ledger is still never changed, and goes only
-- with its whole call: no other line can be deleted.

-- delete_call says which call it deletes, for as long as its transaction.
CREATE POLICY call_events_kept ON call_events AS RESTRICTIVE FOR DELETE TO switchboard_app
    USING (tenant_id = (SELECT current_tenant_id()) AND call_sid = pg_catalog.current_setting('ledger.deleted_call', true));

-- Runs as its caller, whom row-level security binds to one tenant: under forced row-level security the owner of the tables
-- would see none of their rows. A visit keeps everything but its link.
CREATE FUNCTION delete_call(deleting_tenant_id uuid, deleted_call_sid text) RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    EXECUTE pg_catalog.format('SET LOCAL ledger.deleted_call = %L', deleted_call_sid);
    UPDATE appointments a SET call_log_id = NULL
      FROM call_logs c
     WHERE a.tenant_id = deleting_tenant_id AND c.tenant_id = deleting_tenant_id AND c.call_sid = deleted_call_sid
       AND a.call_log_id = c.id;
    DELETE FROM call_events e WHERE e.tenant_id = deleting_tenant_id AND e.call_sid = deleted_call_sid;
    DELETE FROM call_logs c WHERE c.tenant_id = deleting_tenant_id AND c.call_sid = deleted_call_sid;
    SET LOCAL ledger.deleted_call = '';
END
$$;

SELECT close_function('delete_call(uuid, text)'::regprocedure);
GRANT EXECUTE ON FUNCTION delete_call(uuid, text) TO switchboard_app;
GRANT DELETE ON call_logs, call_events TO switchboard_app;

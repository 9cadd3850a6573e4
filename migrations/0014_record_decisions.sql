-- schema: own
-- What callers heard, into the ledger: many decisions in one round trip and one commit, because every call has one.
-- Each is written under its own tenant, as row-level security wants it. A decision that is there already changes nothing,
-- nor does one whose call was deleted meanwhile. Runs as its caller.
CREATE FUNCTION record_decisions(
    tenant_ids uuid[], event_ids uuid[], call_sids text[], decisions text[], times timestamptz[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    deciding_id uuid;
BEGIN
    IF current_user <> 'switchboard_app' THEN
        RAISE EXCEPTION 'record_decisions runs as switchboard_app, not as %', current_user
            USING ERRCODE = 'insufficient_privilege';
    END IF;

    FOR deciding_id IN SELECT DISTINCT t.tenant_id FROM pg_catalog.unnest(tenant_ids) AS t (tenant_id) ORDER BY t.tenant_id LOOP
        PERFORM set_tenant(deciding_id);
        INSERT INTO call_events (tenant_id, id, call_sid, event_key, kind, occurred_at, received_at, payload)
        SELECT deciding_id, d.event_id, d.call_sid, 'decision', 'decision', d.decided_at, d.decided_at,
               pg_catalog.jsonb_build_object('decision', d.decision)
          FROM ROWS FROM (pg_catalog.unnest(tenant_ids), pg_catalog.unnest(event_ids), pg_catalog.unnest(call_sids),
                          pg_catalog.unnest(decisions), pg_catalog.unnest(times))
               AS d (tenant_id, event_id, call_sid, decision, decided_at)
         WHERE d.tenant_id = deciding_id
           AND EXISTS (SELECT FROM call_logs c WHERE c.tenant_id = deciding_id AND c.call_sid = d.call_sid)
         ORDER BY d.call_sid
        ON CONFLICT (tenant_id, call_sid, event_key) DO NOTHING;
    END LOOP;
END
$$;

SELECT close_function('record_decisions(uuid[], uuid[], text[], text[], timestamptz[])'::regprocedure);
GRANT EXECUTE ON FUNCTION record_decisions(uuid[], uuid[], text[], text[], timestamptz[]) TO switchboard_app;

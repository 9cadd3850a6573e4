-- schema: own
-- What callers heard, into the ledger: many decisions in one round trip and one commit, because every call has one.
-- Each is written under its own tenant, as row-level security wants it; whoever sorts them by tenant spares some of that.
-- A decision that is there already changes nothing, nor does one whose call was deleted meanwhile. Runs as its caller.
CREATE FUNCTION record_decisions(
    tenant_ids uuid[], event_ids uuid[], call_sids text[], decisions text[], times timestamptz[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    tenant_before uuid;
BEGIN
    IF current_user <> 'switchboard_app' THEN
        RAISE EXCEPTION 'record_decisions runs as switchboard_app, not as %', current_user
            USING ERRCODE = 'insufficient_privilege';
    END IF;

    FOR place IN 1 .. pg_catalog.cardinality(tenant_ids) LOOP
        IF tenant_before IS DISTINCT FROM tenant_ids[place] THEN
            tenant_before := tenant_ids[place];
            PERFORM set_tenant(tenant_before);
        END IF;
        INSERT INTO call_events (tenant_id, id, call_sid, event_key, kind, occurred_at, received_at, payload)
        SELECT c.tenant_id, event_ids[place], c.call_sid, 'decision', 'decision', times[place], times[place],
               pg_catalog.jsonb_build_object('decision', decisions[place])
          FROM call_logs c
         WHERE c.tenant_id = tenant_before AND c.call_sid = call_sids[place]
        ON CONFLICT (tenant_id, call_sid, event_key) DO NOTHING;
    END LOOP;
END
$$;

SELECT close_function('record_decisions(uuid[], uuid[], text[], text[], timestamptz[])'::regprocedure);
GRANT EXECUTE ON FUNCTION record_decisions(uuid[], uuid[], text[], text[], timestamptz[]) TO switchboard_app;

-- schema: own
-- A call that never got its end is closed: with what Twilio answers when it is asked, or as one whose end nobody knows. It is
-- an event of the ledger like any other; one that comes late beats it where it tells more.

CREATE FUNCTION sweep_call(swept_tenant_id uuid, swept_call_sid text, new_event_id uuid, found_status text,
                           ended_at timestamptz, swept_at timestamptz, told jsonb) RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM FROM call_logs c WHERE c.tenant_id = swept_tenant_id AND c.call_sid = swept_call_sid FOR UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    INSERT INTO call_events (tenant_id, id, call_sid, event_key, kind, status, occurred_at, received_at, payload)
    VALUES (swept_tenant_id, new_event_id, swept_call_sid, 'swept/' || coalesce(found_status, 'unknown'), 'swept', found_status,
            ended_at, swept_at, told)
    ON CONFLICT (tenant_id, call_sid, event_key) DO NOTHING;
    IF FOUND THEN
        PERFORM fold_call(swept_tenant_id, swept_call_sid, swept_at);
    END IF;
END
$$;

SELECT close_function('sweep_call(uuid, text, uuid, text, timestamptz, timestamptz, jsonb)'::regprocedure);
GRANT EXECUTE ON FUNCTION sweep_call(uuid, text, uuid, text, timestamptz, timestamptz, jsonb) TO switchboard_app;

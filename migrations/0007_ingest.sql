-- schema: own
-- An event of a call comes in: one function, one round trip. It finds the tenant, writes the ledger, folds the call.

-- How much a status says: terminal beats not terminal; among terminal ones the higher sequence number, then the rank;
-- among the others the rank alone. Arrays compare from the left.
CREATE FUNCTION call_status_weight(status text, sequence_number integer) RETURNS integer[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE status
        WHEN 'completed' THEN ARRAY[1, coalesce(sequence_number, -1), 5]
        WHEN 'busy' THEN ARRAY[1, coalesce(sequence_number, -1), 4]
        WHEN 'no-answer' THEN ARRAY[1, coalesce(sequence_number, -1), 3]
        WHEN 'failed' THEN ARRAY[1, coalesce(sequence_number, -1), 2]
        WHEN 'canceled' THEN ARRAY[1, coalesce(sequence_number, -1), 1]
        WHEN 'in-progress' THEN ARRAY[0, 0, 4]
        WHEN 'ringing' THEN ARRAY[0, 0, 3]
        WHEN 'initiated' THEN ARRAY[0, 0, 2]
        WHEN 'queued' THEN ARRAY[0, 0, 1]
    END;

-- Makes the call row what its ledger says. The same events give the same row, whatever their order: every choice among
-- events is made by their content, never by when they came. The caller holds the row's lock.
CREATE FUNCTION fold_call(folded_tenant_id uuid, folded_call_sid text, folded_at timestamptz) RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    UPDATE call_logs c
       SET status = coalesce(f.status, c.status),
           duration = coalesce(f.duration, c.duration),
           started_at = coalesce(f.started_at, c.started_at),
           ended_at = coalesce(f.ended_at, c.ended_at),
           from_number = coalesce(f.from_number, c.from_number),
           to_number = coalesce(f.to_number, c.to_number),
           caller_name = coalesce(f.caller_name, c.caller_name),
           direction = coalesce(f.direction, c.direction),
           parent_call_sid = coalesce(f.parent_call_sid, c.parent_call_sid),
           recording_url = coalesce(f.recording_url, c.recording_url),
           outcome = coalesce(f.outcome, c.outcome),
           is_missed = coalesce(f.outcome = 'missed', c.is_missed),
           answered_at = coalesce(f.answered_at, c.answered_at),
           updated_at = folded_at
      FROM (
        SELECT (pg_catalog.array_agg(e.status ORDER BY e.weight DESC, e.event_key)
                    FILTER (WHERE e.weight IS NOT NULL))[1] AS status,
               (pg_catalog.array_agg((e.payload ->> 'CallDuration')::integer ORDER BY e.weight DESC NULLS LAST, e.event_key)
                    FILTER (WHERE e.payload ->> 'CallDuration' ~ '^[0-9]{1,9}$'))[1] AS duration,
               min(e.occurred_at) AS started_at,
               (pg_catalog.array_agg(e.occurred_at ORDER BY e.weight DESC, e.event_key)
                    FILTER (WHERE e.weight[1] = 1))[1] AS ended_at,
               (pg_catalog.array_agg(e.payload ->> 'From' ORDER BY e.telling, e.event_key)
                    FILTER (WHERE e.payload ->> 'From' <> ''))[1] AS from_number,
               (pg_catalog.array_agg(e.payload ->> 'To' ORDER BY e.telling, e.event_key)
                    FILTER (WHERE e.payload ->> 'To' <> ''))[1] AS to_number,
               (pg_catalog.array_agg(e.payload ->> 'CallerName' ORDER BY e.telling, e.event_key)
                    FILTER (WHERE e.payload ->> 'CallerName' <> ''))[1] AS caller_name,
               (pg_catalog.array_agg(e.payload ->> 'Direction' ORDER BY e.telling, e.event_key)
                    FILTER (WHERE e.payload ->> 'Direction' IN ('inbound', 'outbound-api', 'outbound-dial',
                                                                'trunking-originating', 'trunking-terminating')))[1] AS direction,
               min(e.payload ->> 'ParentCallSid') FILTER (WHERE e.payload ->> 'ParentCallSid' <> '') AS parent_call_sid,
               (pg_catalog.array_agg(e.payload ->> 'RecordingUrl' ORDER BY e.weight DESC NULLS LAST, e.event_key)
                    FILTER (WHERE e.payload ->> 'RecordingUrl' <> ''))[1] AS recording_url,
               CASE WHEN bool_or(e.picked_up) THEN 'answered' WHEN bool_or(e.kind = 'dial_result') THEN 'missed' END AS outcome,
               min(e.occurred_at - pg_catalog.make_interval(secs => (e.payload ->> 'DialCallDuration')::double precision))
                    FILTER (WHERE e.picked_up AND e.payload ->> 'DialCallDuration' ~ '^[0-9]{1,9}$') AS answered_at
          FROM (
            SELECT l.event_key, l.kind, l.status, l.occurred_at, l.payload,
                   call_status_weight(l.status, l.sequence_number) AS weight,
                   -- Whose word counts where several events name a caller: the call itself, then its statuses.
                   CASE l.kind WHEN 'incoming' THEN 1 WHEN 'status' THEN 2 ELSE 3 END AS telling,
                   l.kind = 'dial_result' AND l.payload ->> 'DialCallStatus' IN ('completed', 'answered') AS picked_up
              FROM call_events l
             WHERE l.tenant_id = folded_tenant_id AND l.call_sid = folded_call_sid AND l.kind <> 'decision'
          ) e
      ) f
     WHERE c.tenant_id = folded_tenant_id AND c.call_sid = folded_call_sid;
END
$$;

-- Whose call this is: by the number of ours that takes part in it, or, for a call that runs already, by the tenant in the
-- URL that we gave out. Then whether the account may call that tenant: the agency's own accounts may call all, a
-- tenant's account that tenant alone. Runs as its owner: it looks before a tenant is known.
CREATE FUNCTION resolve_call(
    our_number text, running_tenant_id uuid, sender_sid text, sender_source text,
    OUT tenant_id uuid, OUT refusal text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$
DECLARE
    owner_id uuid;
    allowed boolean;
BEGIN
    IF running_tenant_id IS NOT NULL THEN
        SELECT t.id INTO owner_id FROM tenants t WHERE t.id = running_tenant_id;
    ELSE
        owner_id := find_tenant_by_number(our_number);
    END IF;
    IF owner_id IS NULL THEN
        refusal := CASE WHEN running_tenant_id IS NULL
                             AND EXISTS (SELECT FROM tenant_phone_numbers n
                                          WHERE n.phone_number = normalise_phone_number(our_number))
                        THEN 'inactive_tenant' ELSE 'unknown_number' END;
        RETURN;
    END IF;
    allowed := sender_source = 'environment' OR EXISTS (
        SELECT FROM twilio_accounts a
         WHERE a.account_sid = sender_sid AND (a.tenant_id IS NULL OR a.tenant_id = owner_id));
    IF allowed THEN
        tenant_id := owner_id;
    ELSE
        refusal := 'wrong_account';
    END IF;
END
$$;

-- The whole of a webhook's writing. Returns one row: the tenant with what routing needs, or the reason for quarantine;
-- and whether this event was news. Runs as its caller, and only as the role that row-level security binds.
CREATE FUNCTION ingest_call_event(
    sender_sid text, sender_source text, our_number text, running_tenant_id uuid,
    new_call_id uuid, new_event_id uuid, event_call_sid text, event_kind text, new_event_key text, event_status text,
    event_sequence_number integer, event_occurred_at timestamptz, event_received_at timestamptz, event_payload jsonb)
    RETURNS TABLE (
        routed_tenant_id uuid, refusal text, is_news boolean,
        tenant_slug text, tenant_company_name text, tenant_greeting_message text, tenant_forward_number text)
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    known_call boolean;
BEGIN
    IF current_user <> 'switchboard_app' THEN
        RAISE EXCEPTION 'ingest_call_event runs as switchboard_app, not as %', current_user
            USING ERRCODE = 'insufficient_privilege';
    END IF;

    SELECT r.tenant_id, r.refusal INTO routed_tenant_id, refusal
      FROM resolve_call(our_number, running_tenant_id, sender_sid, sender_source) r;

    IF routed_tenant_id IS NULL THEN
        INSERT INTO unrouted_calls (account_sid, call_sid, id, reason, called_number, from_number, received_at, payload)
        VALUES (sender_sid, event_call_sid, new_call_id, refusal, our_number, event_payload ->> 'From',
                event_received_at, event_payload)
        ON CONFLICT DO NOTHING;
        INSERT INTO unrouted_call_events
            (account_sid, call_sid, event_key, kind, status, sequence_number, occurred_at, received_at, payload)
        VALUES (sender_sid, event_call_sid, new_event_key, event_kind, event_status, event_sequence_number,
                event_occurred_at, event_received_at, event_payload)
        ON CONFLICT DO NOTHING;
        is_news := FOUND;
        RETURN NEXT;
        RETURN;
    END IF;

    PERFORM set_tenant(routed_tenant_id);
    INSERT INTO call_logs (tenant_id, id, call_sid, started_at, created_at, updated_at)
    VALUES (routed_tenant_id, new_call_id, event_call_sid, event_occurred_at, event_received_at, event_received_at)
    ON CONFLICT (tenant_id, call_sid) DO NOTHING;
    known_call := NOT FOUND;
    IF known_call THEN
        -- Two events of one call take turns, so that the second one's fold sees the first.
        PERFORM FROM call_logs c WHERE c.tenant_id = routed_tenant_id AND c.call_sid = event_call_sid FOR UPDATE;
    END IF;

    INSERT INTO call_events
        (tenant_id, id, call_sid, event_key, kind, status, sequence_number, occurred_at, received_at, payload)
    VALUES (routed_tenant_id, new_event_id, event_call_sid, new_event_key, event_kind, event_status,
            event_sequence_number, event_occurred_at, event_received_at, event_payload)
    ON CONFLICT (tenant_id, call_sid, event_key) DO NOTHING;
    is_news := FOUND;
    IF is_news THEN
        PERFORM fold_call(routed_tenant_id, event_call_sid, event_received_at);
    END IF;

    SELECT t.slug, t.company_name, t.greeting_message, t.forward_number
      INTO tenant_slug, tenant_company_name, tenant_greeting_message, tenant_forward_number
      FROM tenants t WHERE t.id = routed_tenant_id;
    RETURN NEXT;
END
$$;

SELECT close_function('call_status_weight(text, integer)'::regprocedure);
SELECT close_function('fold_call(uuid, text, timestamptz)'::regprocedure);
SELECT close_function('resolve_call(text, uuid, text, text)'::regprocedure);
SELECT close_function('ingest_call_event(text, text, text, uuid, uuid, uuid, text, text, text, text, integer, timestamptz, timestamptz, jsonb)'::regprocedure);
GRANT EXECUTE ON FUNCTION call_status_weight(text, integer), fold_call(uuid, text, timestamptz),
    resolve_call(text, uuid, text, text),
    ingest_call_event(text, text, text, uuid, uuid, uuid, text, text, text, text, integer, timestamptz, timestamptz, jsonb)
    TO switchboard_app;

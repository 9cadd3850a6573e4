-- schema: own
-- A new call is written once, as the fold of its first event, and not inserted blank and updated at once: that update, and
-- the start of a query with twelve sorted aggregates, were 30 % of the instructions that PostgreSQL spent on a call.

-- What a call is, by lines of its ledger. The same lines give the same answer, whatever their order: every choice among
-- them is made by their content, never by when they came. What they don't tell is NULL.
CREATE FUNCTION folded_call(
    ledger call_events[],
    OUT status text, OUT duration integer, OUT started_at timestamptz, OUT ended_at timestamptz, OUT from_number text,
    OUT to_number text, OUT caller_name text, OUT direction text, OUT parent_call_sid text, OUT recording_url text,
    OUT outcome text, OUT answered_at timestamptz)
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
DECLARE
    line record;
BEGIN
    -- The most telling status first.
    FOR line IN
        SELECT l.kind, l.status, l.occurred_at, l.payload, call_status_weight(l.status, l.sequence_number) AS weight
          FROM pg_catalog.unnest(ledger) l
         WHERE l.kind <> 'decision'
         ORDER BY weight DESC NULLS LAST, l.event_key
    LOOP
        IF line.weight IS NOT NULL THEN
            status := coalesce(status, line.status);
        END IF;
        IF line.weight[1] = 1 THEN
            ended_at := coalesce(ended_at, line.occurred_at);
        END IF;
        IF duration IS NULL AND line.payload ->> 'CallDuration' ~ '^[0-9]{1,9}$' THEN
            duration := line.payload ->> 'CallDuration';
        END IF;
        recording_url := coalesce(recording_url, nullif(line.payload ->> 'RecordingUrl', ''));
        started_at := least(started_at, line.occurred_at);
        parent_call_sid := least(parent_call_sid, nullif(line.payload ->> 'ParentCallSid', ''));
        IF line.kind = 'dial_result' AND line.payload ->> 'DialCallStatus' IN ('completed', 'answered') THEN
            outcome := 'answered';
            IF line.payload ->> 'DialCallDuration' ~ '^[0-9]{1,9}$' THEN
                answered_at := least(answered_at, line.occurred_at
                    - pg_catalog.make_interval(secs => (line.payload ->> 'DialCallDuration')::double precision));
            END IF;
        ELSIF line.kind = 'dial_result' THEN
            outcome := coalesce(outcome, 'missed');
        END IF;
    END LOOP;

    -- Whose word counts where several events name a caller: the call itself, then its statuses.
    FOR line IN
        SELECT l.payload
          FROM pg_catalog.unnest(ledger) l
         WHERE l.kind <> 'decision'
         ORDER BY CASE l.kind WHEN 'incoming' THEN 1 WHEN 'status' THEN 2 ELSE 3 END, l.event_key
    LOOP
        from_number := coalesce(from_number, nullif(line.payload ->> 'From', ''));
        to_number := coalesce(to_number, nullif(line.payload ->> 'To', ''));
        caller_name := coalesce(caller_name, nullif(line.payload ->> 'CallerName', ''));
        IF direction IS NULL AND line.payload ->> 'Direction' IN
            ('inbound', 'outbound-api', 'outbound-dial', 'trunking-originating', 'trunking-terminating') THEN
            direction := line.payload ->> 'Direction';
        END IF;
    END LOOP;
END
$$;

-- Makes the call row what its ledger says. The caller holds the row's lock.
CREATE OR REPLACE FUNCTION fold_call(folded_tenant_id uuid, folded_call_sid text, folded_at timestamptz) RETURNS void
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
      FROM folded_call(ARRAY(SELECT l FROM call_events l
                              WHERE l.tenant_id = folded_tenant_id AND l.call_sid = folded_call_sid)) f
     WHERE c.tenant_id = folded_tenant_id AND c.call_sid = folded_call_sid;
END
$$;

-- The whole of a webhook's writing. Returns one row: the tenant with what routing needs, or the reason for quarantine;
-- and whether this event was news. Runs as its caller, and only as the role that row-level security binds.
CREATE OR REPLACE FUNCTION ingest_call_event(
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
    first_line call_events;
    first_call record;
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
    -- A call that nobody has heard of is what this event says.
    first_line.event_key := new_event_key;
    first_line.kind := event_kind;
    first_line.status := event_status;
    first_line.sequence_number := event_sequence_number;
    first_line.occurred_at := event_occurred_at;
    first_line.payload := event_payload;
    first_call := folded_call(ARRAY[first_line]);
    INSERT INTO call_logs
        (tenant_id, id, call_sid, status, duration, started_at, ended_at, from_number, to_number, caller_name, direction,
         parent_call_sid, recording_url, outcome, is_missed, answered_at, created_at, updated_at)
    VALUES (routed_tenant_id, new_call_id, event_call_sid, coalesce(first_call.status, 'queued'), first_call.duration,
            first_call.started_at, first_call.ended_at, first_call.from_number, first_call.to_number,
            first_call.caller_name, coalesce(first_call.direction, 'inbound'), first_call.parent_call_sid,
            first_call.recording_url, first_call.outcome, coalesce(first_call.outcome = 'missed', false),
            first_call.answered_at, event_received_at, event_received_at)
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
    IF is_news AND known_call THEN
        PERFORM fold_call(routed_tenant_id, event_call_sid, event_received_at);
    END IF;

    SELECT t.slug, t.company_name, t.greeting_message, t.forward_number
      INTO tenant_slug, tenant_company_name, tenant_greeting_message, tenant_forward_number
      FROM tenants t WHERE t.id = routed_tenant_id;
    RETURN NEXT;
END
$$;

SELECT close_function('folded_call(call_events[])'::regprocedure);
GRANT EXECUTE ON FUNCTION folded_call(call_events[]) TO switchboard_app;

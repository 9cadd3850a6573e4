-- schema: own
-- An event costs less: most of what a database does for one of a call that it knows is to read its rules and to try what
-- can't succeed.

-- A rule is read from its stored text by every statement that writes. A list as one value is a third of the text that it is as
-- many; the rules stay the same. Every row fits them; the next migration has PostgreSQL see that for itself.
ALTER TABLE call_logs
    DROP CONSTRAINT call_logs_direction_check, DROP CONSTRAINT call_logs_status_check, DROP CONSTRAINT call_logs_outcome_check,
    ADD CONSTRAINT call_logs_direction_check CHECK (direction = ANY
        ('{inbound,outbound,outbound-api,outbound-dial,trunking-originating,trunking-terminating}')) NOT VALID,
    ADD CONSTRAINT call_logs_status_check CHECK (status = ANY
        ('{queued,initiated,ringing,in-progress,completed,busy,no-answer,failed,canceled}')) NOT VALID,
    ADD CONSTRAINT call_logs_outcome_check CHECK (outcome = ANY
        ('{answered,voicemail,missed,abandoned,emergency,after_hours,blocked,failed,unknown}')) NOT VALID;
ALTER TABLE call_events
    DROP CONSTRAINT call_events_status_check, DROP CONSTRAINT call_events_kind_check,
    ADD CONSTRAINT call_events_status_check CHECK (status = ANY
        ('{queued,initiated,ringing,in-progress,completed,busy,no-answer,failed,canceled}')) NOT VALID,
    ADD CONSTRAINT call_events_kind_check CHECK (kind = ANY
        ('{incoming,status,asked,dial_result,message,whisper,leg,recording,transcription,swept,fallback,decision}')) NOT VALID;

-- Whose call this is: by the number of ours that takes part in it, or, for a call that runs already, by the tenant in the
-- URL that we gave out. Then whether the account may call that tenant: the agency's own accounts may call all, a
-- tenant's account that tenant alone. Runs as its owner: it looks before a tenant is known.
CREATE OR REPLACE FUNCTION resolve_call(
    our_number text, running_tenant_id uuid, sender_sid text, sender_source text,
    OUT tenant_id uuid, OUT refusal text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$
DECLARE
    owner_id uuid;
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
    ELSIF sender_source = 'environment' THEN
        tenant_id := owner_id;
    ELSIF EXISTS (SELECT FROM twilio_accounts a
                   WHERE a.account_sid = sender_sid AND (a.tenant_id IS NULL OR a.tenant_id = owner_id)) THEN
        tenant_id := owner_id;
    ELSE
        refusal := 'wrong_account';
    END IF;
END
$$;

-- The whole of a webhook's writing. Returns one row: the tenant, with what routing needs where somebody waits for an answer,
-- or the reason for quarantine; whether this event was news; and, where ringing has ended, whether 1 was pressed in that
-- step. Runs as its caller, and only as the role that row-level security binds.
CREATE OR REPLACE FUNCTION ingest_call_event(
    sender_sid text, sender_source text, our_number text, running_tenant_id uuid,
    new_call_id uuid, new_event_id uuid, event_call_sid text, event_leg_sid text, event_place text, event_kind text,
    new_event_key text, event_status text, event_sequence_number integer, event_occurred_at timestamptz,
    event_received_at timestamptz, event_payload jsonb)
    RETURNS TABLE (
        routed_tenant_id uuid, refusal text, is_news boolean, was_accepted boolean,
        tenant_slug text, tenant_company_name text, tenant_settings jsonb)
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    resolved record;
    known record;
    first_line call_events;
    first_call record;
    known_call boolean := false;
BEGIN
    IF current_user <> 'switchboard_app' THEN
        RAISE EXCEPTION 'ingest_call_event runs as switchboard_app, not as %', current_user
            USING ERRCODE = 'insufficient_privilege';
    END IF;

    resolved := resolve_call(our_number, running_tenant_id, sender_sid, sender_source);
    routed_tenant_id := resolved.tenant_id;
    refusal := resolved.refusal;

    was_accepted := false;
    IF routed_tenant_id IS NULL THEN
        INSERT INTO unrouted_calls (account_sid, call_sid, id, reason, called_number, from_number, received_at, payload)
        VALUES (sender_sid, event_call_sid, new_call_id, refusal, our_number, event_payload ->> 'From',
                event_received_at, event_payload)
        ON CONFLICT DO NOTHING;
        INSERT INTO unrouted_call_events
            (account_sid, call_sid, leg_sid, place, event_key, kind, status, sequence_number, occurred_at, received_at, payload)
        VALUES (sender_sid, event_call_sid, event_leg_sid, event_place, new_event_key, event_kind, event_status,
                event_sequence_number, event_occurred_at, event_received_at, event_payload)
        ON CONFLICT DO NOTHING;
        is_news := FOUND;
        RETURN NEXT;
        RETURN;
    END IF;

    PERFORM set_tenant(routed_tenant_id);
    -- Two events of one call take turns, so that the second one's fold sees the first. Only a call's first event looks for
    -- no row to wait for: an insert that meets its conflict costs more than this look.
    IF event_kind <> 'incoming' THEN
        PERFORM FROM call_logs c WHERE c.tenant_id = routed_tenant_id AND c.call_sid = event_call_sid FOR UPDATE;
        known_call := FOUND;
    END IF;
    IF NOT known_call THEN
        -- A call that nobody has heard of is what this event says.
        first_line.leg_sid := event_leg_sid;
        first_line.place := event_place;
        first_line.event_key := new_event_key;
        first_line.kind := event_kind;
        first_line.status := event_status;
        first_line.sequence_number := event_sequence_number;
        first_line.occurred_at := event_occurred_at;
        first_line.payload := event_payload;
        first_call := folded_call(ARRAY[first_line]);
        INSERT INTO call_logs
            (tenant_id, id, call_sid, status, duration, started_at, ended_at, from_number, to_number, caller_name, direction,
             parent_call_sid, recording_url, transcript, outcome, is_missed, is_after_hours, answered_at, answered_by, created_at,
             updated_at)
        VALUES (routed_tenant_id, new_call_id, event_call_sid, coalesce(first_call.status, 'queued'), first_call.duration,
                coalesce(first_call.started_at, event_occurred_at), first_call.ended_at, first_call.from_number,
                first_call.to_number, first_call.caller_name, coalesce(first_call.direction, 'inbound'),
                first_call.parent_call_sid, first_call.recording_url, first_call.transcript, first_call.outcome,
                coalesce(first_call.outcome = 'missed', false), coalesce(first_call.is_after_hours, false),
                first_call.answered_at, first_call.answered_by, event_received_at, event_received_at)
        ON CONFLICT (tenant_id, call_sid) DO NOTHING;
        known_call := NOT FOUND;
        IF known_call THEN
            PERFORM FROM call_logs c WHERE c.tenant_id = routed_tenant_id AND c.call_sid = event_call_sid FOR UPDATE;
        END IF;
    END IF;

    INSERT INTO call_events
        (tenant_id, id, call_sid, leg_sid, place, event_key, kind, status, sequence_number, occurred_at, received_at, payload)
    VALUES (routed_tenant_id, new_event_id, event_call_sid, event_leg_sid, event_place, new_event_key, event_kind,
            event_status, event_sequence_number, event_occurred_at, event_received_at, event_payload)
    ON CONFLICT (tenant_id, call_sid, event_key) DO NOTHING;
    is_news := FOUND;
    IF is_news AND known_call THEN
        PERFORM fold_call(routed_tenant_id, event_call_sid, event_received_at);
    END IF;

    IF event_kind = 'dial_result' THEN
        was_accepted := EXISTS (
            SELECT FROM call_events w
             WHERE w.tenant_id = routed_tenant_id AND w.call_sid = event_call_sid AND w.kind = 'whisper'
               AND w.place = event_place AND w.payload ->> 'Digits' = '1');
    END IF;
    IF event_kind IN ('status', 'leg', 'recording', 'transcription', 'swept') THEN
        -- Nobody waits for an answer.
        SELECT t.slug, t.company_name INTO tenant_slug, tenant_company_name FROM tenants t WHERE t.id = routed_tenant_id;
    ELSE
        known := settings_of_calls(routed_tenant_id);
        tenant_slug := known.slug;
        tenant_company_name := known.company_name;
        tenant_settings := known.settings;
    END IF;
    RETURN NEXT;
END
$$;

-- schema: own
-- A call's outcome is folded from its whole tree of legs: what Twilio reports of the legs that a call dialled goes into that
-- call's own ledger, with the leg and the step that it belongs to.

ALTER TABLE call_events ADD COLUMN leg_sid text;                -- the dialled leg that it is about; NULL: the call itself
ALTER TABLE call_events ADD COLUMN place text;                  -- the step that the event belongs to, as its URL names it
ALTER TABLE unrouted_call_events ADD COLUMN leg_sid text;
ALTER TABLE unrouted_call_events ADD COLUMN place text;

-- Every row fits the wider check; the next migration has PostgreSQL see that for itself.
ALTER TABLE call_events DROP CONSTRAINT call_events_kind_check;
ALTER TABLE call_events ADD CONSTRAINT call_events_kind_check
    CHECK (kind IN ('incoming', 'status', 'asked', 'dial_result', 'message', 'whisper', 'leg', 'recording', 'transcription',
                    'swept', 'fallback', 'decision')) NOT VALID;

-- Whether a person took the call, when, and who. Where 1 had to be pressed, that decides, for a voicemail picks up too;
-- Twilio's word that no two legs were bridged beats both. A step whose end was never reported counts by its legs.
--   numbers: leg -> whom it rang;  rung: step -> the only number that it rang, as we decided it
--   ended: step -> how Twilio says that its ringing ended
--   pressed, picked_up: step -> when, and on which leg, 1 was pressed there first, or somebody picked up first
CREATE FUNCTION answer_by_legs(numbers jsonb, rung jsonb, ended jsonb, pressed jsonb, picked_up jsonb,
                               OUT answered_at timestamptz, OUT answered_by text)
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
DECLARE
    step text;
    step_end jsonb;
    first jsonb;
    took timestamptz;
BEGIN
    FOR step IN SELECT s FROM pg_catalog.jsonb_object_keys(ended || pressed || picked_up) s ORDER BY s LOOP
        step_end := ended -> step;
        CONTINUE WHEN step_end ->> 'status' NOT IN ('completed', 'answered') OR step_end ->> 'bridged' = 'false';
        IF step LIKE '%pickup' THEN
            first := picked_up -> step;
            took := coalesce((step_end ->> 'at')::timestamptz
                    - pg_catalog.make_interval(secs => (step_end ->> 'seconds')::double precision),
                (first ->> 'at')::timestamptz, (step_end ->> 'at')::timestamptz);
        ELSE
            first := pressed -> step;
            took := (first ->> 'at')::timestamptz;
        END IF;
        IF took < answered_at OR answered_at IS NULL THEN
            answered_at := took;
            answered_by := coalesce(numbers ->> coalesce(step_end ->> 'leg', first ->> 'leg'), rung ->> step);
        END IF;
    END LOOP;
    answered_by := CASE WHEN answered_at IS NOT NULL THEN answered_by END;
END
$$;

-- The earlier of two moments of a step, each {"at", "leg"}; the leg decides between equal ones.
CREATE FUNCTION earlier_moment(one jsonb, other jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE
        WHEN one IS NULL THEN other
        WHEN ((one ->> 'at')::timestamptz, one ->> 'leg') <= ((other ->> 'at')::timestamptz, other ->> 'leg') THEN one
        ELSE other
    END;

-- What a call is, by lines of its ledger, the most telling status first. The same lines give the same answer: every choice
-- among them is made by their content, never by when they came. What they don't tell is NULL.
DROP FUNCTION folded_call(call_events[]);
CREATE FUNCTION folded_call(
    ledger call_events[],
    OUT status text, OUT duration integer, OUT started_at timestamptz, OUT ended_at timestamptz, OUT from_number text,
    OUT to_number text, OUT caller_name text, OUT direction text, OUT parent_call_sid text, OUT recording_url text,
    OUT transcript text, OUT outcome text, OUT is_after_hours boolean, OUT answered_at timestamptz, OUT answered_by text,
    OUT alarmed_at timestamptz)
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
DECLARE
    line call_events;
    weight integer[];
    -- Whose word counts where several events name a caller: the call itself, then its statuses. Each holds rank, key, word.
    rank text[];
    from_said text[];
    to_said text[];
    name_said text[];
    direction_said text[];
    -- Where the dialled legs are followed: see answer_by_legs.
    numbers jsonb := '{}';
    rung jsonb := '{}';
    ended jsonb := '{}';
    pressed jsonb := '{}';
    picked_up jsonb := '{}';
    decided text;
    is_blocked boolean := false;
    is_emergency boolean := false;
    has_message boolean := false;
    -- We said goodbye, or could say nothing better than that we are ill.
    was_served boolean := false;
    was_let_down boolean := false;
    -- Nobody knows how it ended, only that it must have.
    given_up_at timestamptz;
    -- A caller who leaves before that many seconds has abandoned the call.
    patience integer;
BEGIN
    FOREACH line IN ARRAY ledger LOOP
        is_emergency := is_emergency OR line.place LIKE 'ladder-%';
        CASE line.kind
        WHEN 'decision' THEN
            decided := coalesce(line.payload ->> 'decision', '');
            is_blocked := is_blocked OR decided = 'reject';
            was_let_down := was_let_down OR decided = 'apology';
            was_served := was_served OR decided = 'hang_up';
            is_emergency := is_emergency OR line.payload ? 'mark';
            IF line.payload ->> 'mark' = 'alarm' THEN
                alarmed_at := least(alarmed_at, line.occurred_at);
            END IF;
            IF line.payload ? 'closed' THEN
                is_after_hours := coalesce(is_after_hours, false) OR (line.payload ->> 'closed')::boolean;
            END IF;
            IF line.payload ? 'patience' THEN
                patience := greatest(patience, (line.payload ->> 'patience')::integer);
            END IF;
            IF pg_catalog.jsonb_array_length(line.payload -> 'rings') = 1 THEN
                rung := rung
                    || pg_catalog.jsonb_build_object(line.payload ->> 'leads_to', line.payload #> '{rings,0,number}');
            END IF;
            CONTINUE;
        WHEN 'whisper', 'leg' THEN
            IF line.payload ->> 'To' <> '' AND line.leg_sid IS NOT NULL THEN
                numbers := numbers || pg_catalog.jsonb_build_object(line.leg_sid, line.payload ->> 'To');
            END IF;
            -- A leg of no step of ours tells nothing of an answer.
            CONTINUE WHEN line.place IS NULL;
            IF line.kind = 'whisper' AND line.payload ->> 'Digits' = '1' THEN
                pressed := pressed || pg_catalog.jsonb_build_object(line.place, earlier_moment(
                    pressed -> line.place, pg_catalog.jsonb_build_object('at', line.occurred_at, 'leg', line.leg_sid)));
            ELSIF line.kind = 'leg' AND line.status IN ('in-progress', 'completed') THEN
                picked_up := picked_up || pg_catalog.jsonb_build_object(line.place, earlier_moment(
                    picked_up -> line.place, pg_catalog.jsonb_build_object('at', line.occurred_at, 'leg', line.leg_sid)));
            END IF;
            CONTINUE;
        WHEN 'recording' THEN
            IF line.payload ->> 'RecordingStatus' = 'completed' THEN
                recording_url := coalesce(recording_url, nullif(line.payload ->> 'RecordingUrl', ''));
                has_message := has_message OR (line.payload ->> 'RecordingSource' = 'RecordVerb'
                    AND line.payload ->> 'RecordingDuration' ~ '^0*[1-9][0-9]*$');
            END IF;
            CONTINUE;
        WHEN 'transcription' THEN
            transcript := coalesce(transcript, nullif(line.payload ->> 'TranscriptionText', ''));
            CONTINUE;
        WHEN 'dial_result' THEN
            ended := ended || pg_catalog.jsonb_build_object(
                coalesce(line.place, 'pickup'), pg_catalog.jsonb_build_object(
                    'status', coalesce(line.payload ->> 'DialCallStatus', ''), 'bridged', line.payload ->> 'DialBridged',
                    'leg', nullif(line.payload ->> 'DialCallSid', ''), 'at', line.occurred_at,
                    'seconds', pg_catalog.substring(line.payload ->> 'DialCallDuration', '^[0-9]{1,9}$')));
        WHEN 'message' THEN
            has_message := has_message OR line.payload ->> 'RecordingDuration' ~ '^0*[1-9][0-9]*$';
        WHEN 'asked' THEN
            is_after_hours := coalesce(is_after_hours, false) OR line.place LIKE 'ask-closed-%';
        WHEN 'swept' THEN
            IF line.status IS NULL THEN
                given_up_at := least(given_up_at, line.occurred_at);
            END IF;
        ELSE
            NULL;
        END CASE;

        weight := call_status_weight(line.status, line.sequence_number);
        IF weight IS NOT NULL THEN
            status := coalesce(status, line.status);
        END IF;
        IF weight[1] = 1 THEN
            ended_at := coalesce(ended_at, line.occurred_at);
        END IF;
        IF duration IS NULL AND line.payload ->> 'CallDuration' ~ '^[0-9]{1,9}$' THEN
            duration := line.payload ->> 'CallDuration';
        END IF;
        recording_url := coalesce(recording_url, nullif(line.payload ->> 'RecordingUrl', ''));
        started_at := least(started_at, line.occurred_at);
        parent_call_sid := least(parent_call_sid, nullif(line.payload ->> 'ParentCallSid', ''));

        rank := ARRAY[CASE line.kind WHEN 'incoming' THEN '1' WHEN 'status' THEN '2' ELSE '3' END, line.event_key];
        IF line.payload ->> 'From' <> '' THEN
            from_said := least(from_said, rank || (line.payload ->> 'From'));
        END IF;
        IF line.payload ->> 'To' <> '' THEN
            to_said := least(to_said, rank || (line.payload ->> 'To'));
        END IF;
        IF line.payload ->> 'CallerName' <> '' THEN
            name_said := least(name_said, rank || (line.payload ->> 'CallerName'));
        END IF;
        IF line.payload ->> 'Direction' IN
            ('inbound', 'outbound-api', 'outbound-dial', 'trunking-originating', 'trunking-terminating') THEN
            direction_said := least(direction_said, rank || (line.payload ->> 'Direction'));
        END IF;
    END LOOP;
    from_number := from_said[3];
    to_number := to_said[3];
    caller_name := name_said[3];
    direction := direction_said[3];

    IF numbers <> '{}' OR ended <> '{}' THEN
        SELECT a.answered_at, a.answered_by INTO answered_at, answered_by
          FROM answer_by_legs(numbers, rung, ended, pressed, picked_up) a;
    END IF;
    outcome := CASE
        WHEN is_blocked THEN 'blocked'
        WHEN is_emergency THEN 'emergency'
        WHEN answered_at IS NOT NULL THEN 'answered'
        WHEN has_message THEN 'voicemail'
        WHEN ended_at IS NULL AND NOT was_served AND NOT was_let_down
            THEN CASE WHEN given_up_at IS NOT NULL THEN 'unknown' END
        WHEN status = 'failed' OR was_let_down THEN 'failed'
        WHEN is_after_hours THEN 'after_hours'
        WHEN NOT was_served AND coalesce(duration, extract(epoch FROM ended_at - started_at)) < coalesce(patience, 10)
            THEN 'abandoned'
        ELSE 'missed'
    END;
    ended_at := coalesce(ended_at, given_up_at);
    IF is_emergency AND answered_at IS NULL THEN
        alarmed_at := coalesce(alarmed_at, ended_at);
    END IF;
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
           transcript = coalesce(f.transcript, c.transcript),
           outcome = f.outcome,
           is_missed = coalesce(f.outcome = 'missed', false),
           is_after_hours = coalesce(f.is_after_hours, c.is_after_hours),
           answered_at = f.answered_at,
           answered_by = f.answered_by,
           alarmed_at = f.alarmed_at,
           updated_at = folded_at
      FROM folded_call(ARRAY(
               SELECT l
                 FROM call_events l
                WHERE l.tenant_id = folded_tenant_id AND l.call_sid = folded_call_sid
                ORDER BY call_status_weight(l.status, l.sequence_number) DESC NULLS LAST, l.event_key)) f
     WHERE c.tenant_id = folded_tenant_id AND c.call_sid = folded_call_sid;
END
$$;

-- What is known of a tenant when one of its calls is answered: its names, and what the program reads its settings from.
CREATE FUNCTION settings_of_calls(wanted_id uuid, OUT slug text, OUT company_name text, OUT settings jsonb)
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
BEGIN
    SELECT t.slug, t.company_name, pg_catalog.jsonb_build_object(
               'company_name', t.company_name, 'timezone', t.timezone, 'business_hours', t.business_hours,
               'greeting_message', t.greeting_message, 'after_hours_message', t.after_hours_message,
               'forward_number', t.forward_number, 'enable_recording', t.enable_recording,
               'emergency_phone', t.emergency_phone, 'emergency_keywords', t.emergency_keywords,
               'call_handling', t.call_handling)
      INTO slug, company_name, settings
      FROM tenants t
     WHERE t.id = wanted_id;
END
$$;

-- Every number that is in use, with what its callers' answers are made of: for a server without its database.
CREATE FUNCTION list_routes() RETURNS TABLE (phone_number text, tenant_id uuid, slug text, company_name text, settings jsonb)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$
    SELECT n.phone_number, t.id, s.slug, s.company_name, s.settings
      FROM tenant_phone_numbers n JOIN tenants t ON t.id = n.tenant_id, settings_of_calls(t.id) s
     WHERE t.is_active
     ORDER BY t.slug, n.phone_number
$$;

-- The whole of a webhook's writing. Returns one row: the tenant, with what routing needs where somebody waits for an answer,
-- or the reason for quarantine; whether this event was news; and, where ringing has ended, whether 1 was pressed in that step. Runs as its caller, and
-- only as the role that row-level security binds.
CREATE FUNCTION ingest_call_event(
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
        -- Two events of one call take turns, so that the second one's fold sees the first.
        PERFORM FROM call_logs c WHERE c.tenant_id = routed_tenant_id AND c.call_sid = event_call_sid FOR UPDATE;
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
        SELECT s.slug, s.company_name, s.settings INTO tenant_slug, tenant_company_name, tenant_settings
          FROM settings_of_calls(routed_tenant_id) s;
    END IF;
    RETURN NEXT;
END
$$;

-- The same as servers of before this migration call it, which may still run for a while.
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
BEGIN
    RETURN QUERY
    SELECT r.routed_tenant_id, r.refusal, r.is_news, r.tenant_slug, r.tenant_company_name,
           r.tenant_settings ->> 'greeting_message', r.tenant_settings ->> 'forward_number'
      FROM ingest_call_event(
               sender_sid, sender_source, our_number, running_tenant_id, new_call_id, new_event_id, event_call_sid, NULL,
               NULL, event_kind, new_event_key, event_status, event_sequence_number, event_occurred_at, event_received_at,
               event_payload) r;
END
$$;

-- What callers heard, into the ledger: many decisions in one round trip and one commit. Each is written under its own
-- tenant; whoever sorts them by call and tenant keeps others from waiting in turn. A decision that is there already changes
-- nothing, nor does one whose call was deleted meanwhile. A call is folded anew only where the decision says more than its
-- events, or where no event will follow. Runs as its caller.
CREATE FUNCTION record_decisions(
    tenant_ids uuid[], event_ids uuid[], call_sids text[], places text[], times timestamptz[], payloads jsonb[])
    RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    tenant_before uuid;
    has_ended boolean;
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
        SELECT c.ended_at IS NOT NULL INTO has_ended
          FROM call_logs c WHERE c.tenant_id = tenant_before AND c.call_sid = call_sids[place] FOR UPDATE;
        CONTINUE WHEN NOT FOUND;
        INSERT INTO call_events (tenant_id, id, call_sid, place, event_key, kind, occurred_at, received_at, payload)
        VALUES (tenant_before, event_ids[place], call_sids[place], places[place], 'decision/' || places[place], 'decision',
                times[place], times[place], payloads[place])
        ON CONFLICT (tenant_id, call_sid, event_key) DO NOTHING;
        IF FOUND AND (has_ended OR payloads[place] ?| ARRAY['closed', 'mark']
                      OR payloads[place] ->> 'decision' IN ('reject', 'hang_up', 'apology')) THEN
            PERFORM fold_call(tenant_before, call_sids[place], times[place]);
        END IF;
    END LOOP;
END
$$;

-- The same as servers of before this migration call it.
CREATE OR REPLACE FUNCTION record_decisions(
    tenant_ids uuid[], event_ids uuid[], call_sids text[], decisions text[], times timestamptz[]) RETURNS void
    LANGUAGE sql
    SET search_path FROM CURRENT
AS $$
    SELECT record_decisions(
        tenant_ids, event_ids, call_sids,
        ARRAY(SELECT 'incoming'::text FROM pg_catalog.unnest(decisions)), times,
        ARRAY(SELECT pg_catalog.jsonb_build_object('decision', d.word)
                FROM pg_catalog.unnest(decisions) WITH ORDINALITY d (word, place) ORDER BY d.place))
$$;

-- Everything that was heard of a call in quarantine.
DROP FUNCTION list_unrouted_call_events(uuid);
CREATE FUNCTION list_unrouted_call_events(wanted_id uuid)
    RETURNS TABLE (event_key text, leg_sid text, place text, kind text, status text, sequence_number integer,
                   occurred_at timestamptz, received_at timestamptz, payload jsonb)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$
    SELECT e.event_key, e.leg_sid, e.place, e.kind, e.status, e.sequence_number, e.occurred_at, e.received_at, e.payload
      FROM unrouted_calls u
      JOIN unrouted_call_events e ON e.account_sid = u.account_sid AND e.call_sid = u.call_sid
     WHERE u.id = wanted_id
     ORDER BY e.occurred_at, e.sequence_number NULLS FIRST, e.event_key
$$;

-- Moves a call with its events into a tenant's ledger. Runs as its caller, whom row-level security binds to that tenant:
-- under forced row-level security the owner of the tables could not write them. The quarantine is append only and keeps
-- its lines, marked. To adopt again changes nothing, but brings what was heard meanwhile. Refuses to lose a line: all that
-- are in quarantine must be in the ledger afterwards.
CREATE OR REPLACE FUNCTION adopt_unrouted_call(wanted_id uuid, adopting_tenant_id uuid, new_call_id uuid, adopted_at timestamptz,
                                    OUT owner_id uuid, OUT adopted_sid text, OUT dialled text)
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    first_heard timestamptz;
    waiting bigint;
    arrived bigint;
BEGIN
    SELECT m.owner_id, m.adopted_sid, m.dialled, m.first_heard INTO owner_id, adopted_sid, dialled, first_heard
      FROM mark_adopted(wanted_id, adopting_tenant_id, adopted_at) m;
    IF owner_id IS DISTINCT FROM adopting_tenant_id THEN
        RETURN;
    END IF;

    INSERT INTO call_logs (tenant_id, id, call_sid, started_at, created_at, updated_at)
    VALUES (adopting_tenant_id, new_call_id, adopted_sid, first_heard, adopted_at, adopted_at)
    ON CONFLICT (tenant_id, call_sid) DO NOTHING;
    PERFORM FROM call_logs c WHERE c.tenant_id = adopting_tenant_id AND c.call_sid = adopted_sid FOR UPDATE;

    SELECT count(*) INTO waiting FROM list_unrouted_call_events(wanted_id);
    INSERT INTO call_events
        (tenant_id, call_sid, leg_sid, place, event_key, kind, status, sequence_number, occurred_at, received_at, payload)
    SELECT adopting_tenant_id, adopted_sid, e.leg_sid, e.place, e.event_key, e.kind, e.status, e.sequence_number,
           e.occurred_at, e.received_at, e.payload
      FROM list_unrouted_call_events(wanted_id) e
    ON CONFLICT (tenant_id, call_sid, event_key) DO NOTHING;
    SELECT count(*) INTO arrived
      FROM call_events l JOIN list_unrouted_call_events(wanted_id) e ON e.event_key = l.event_key
     WHERE l.tenant_id = adopting_tenant_id AND l.call_sid = adopted_sid;
    IF arrived < waiting THEN
        RAISE EXCEPTION 'of % events in quarantine % arrived in the ledger', waiting, arrived;
    END IF;
    PERFORM fold_call(adopting_tenant_id, adopted_sid, adopted_at);
END
$$;

SELECT close_function('answer_by_legs(jsonb, jsonb, jsonb, jsonb, jsonb)'::regprocedure);
SELECT close_function('earlier_moment(jsonb, jsonb)'::regprocedure);
SELECT close_function('folded_call(call_events[])'::regprocedure);
SELECT close_function('settings_of_calls(uuid)'::regprocedure);
SELECT close_function('list_routes()'::regprocedure);
SELECT close_function('ingest_call_event(text, text, text, uuid, uuid, uuid, text, text, text, text, text, text, integer, timestamptz, timestamptz, jsonb)'::regprocedure);
SELECT close_function('record_decisions(uuid[], uuid[], text[], text[], timestamptz[], jsonb[])'::regprocedure);
SELECT close_function('list_unrouted_call_events(uuid)'::regprocedure);
GRANT EXECUTE ON FUNCTION answer_by_legs(jsonb, jsonb, jsonb, jsonb, jsonb), earlier_moment(jsonb, jsonb), folded_call(call_events[]),
    settings_of_calls(uuid), list_routes(),
    ingest_call_event(text, text, text, uuid, uuid, uuid, text, text, text, text, text, text, integer, timestamptz, timestamptz, jsonb),
    record_decisions(uuid[], uuid[], text[], text[], timestamptz[], jsonb[]), list_unrouted_call_events(uuid)
    TO switchboard_app;

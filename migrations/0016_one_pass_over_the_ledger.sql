-- schema: own
-- A call's fold goes over its lines once, without a query of its own; and an event is held to its tenant by its call
-- alone.

-- The call's own key leads to the tenant: call_events (tenant_id, call_sid) -> call_logs -> tenants. A second key straight
-- to tenants could refuse nothing that the first one lets pass, and locked the tenant's row once more for every event.
ALTER TABLE call_events DROP CONSTRAINT call_events_tenant_id_fkey;

-- What a call is, by lines of its ledger, the most telling status first. The same lines give the same answer: every choice
-- among them is made by their content, never by when they came. What they don't tell is NULL.
CREATE OR REPLACE FUNCTION folded_call(
    ledger call_events[],
    OUT status text, OUT duration integer, OUT started_at timestamptz, OUT ended_at timestamptz, OUT from_number text,
    OUT to_number text, OUT caller_name text, OUT direction text, OUT parent_call_sid text, OUT recording_url text,
    OUT outcome text, OUT answered_at timestamptz)
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
BEGIN
    FOREACH line IN ARRAY ledger LOOP
        CONTINUE WHEN line.kind = 'decision';
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
        IF line.kind = 'dial_result' AND line.payload ->> 'DialCallStatus' IN ('completed', 'answered') THEN
            outcome := 'answered';
            IF line.payload ->> 'DialCallDuration' ~ '^[0-9]{1,9}$' THEN
                answered_at := least(answered_at, line.occurred_at
                    - pg_catalog.make_interval(secs => (line.payload ->> 'DialCallDuration')::double precision));
            END IF;
        ELSIF line.kind = 'dial_result' THEN
            outcome := coalesce(outcome, 'missed');
        END IF;

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
      FROM folded_call(ARRAY(
               SELECT l
                 FROM call_events l
                WHERE l.tenant_id = folded_tenant_id AND l.call_sid = folded_call_sid
                ORDER BY call_status_weight(l.status, l.sequence_number) DESC NULLS LAST, l.event_key)) f
     WHERE c.tenant_id = folded_tenant_id AND c.call_sid = folded_call_sid;
END
$$;

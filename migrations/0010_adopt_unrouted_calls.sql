-- schema: own
-- Calls in quarantine: operators look at them, and adopt one into a tenant when they know whose it was.

-- The quarantine, newest first, page by page.
CREATE INDEX unrouted_calls_received_at_idx ON unrouted_calls (received_at DESC, id DESC);

-- Calls that wait (waiting = true), were adopted (false), or both (NULL); or the one of this id.
CREATE FUNCTION list_unrouted_calls(wanted_id uuid, waiting boolean, after_time timestamptz, after_id uuid, most bigint)
    RETURNS TABLE (id uuid, account_sid text, call_sid text, reason text, called_number text, from_number text,
                   received_at timestamptz, adopted_by text, adopted_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$
    SELECT u.id, u.account_sid, u.call_sid, u.reason, u.called_number, u.from_number, u.received_at, t.slug, u.adopted_at
      FROM unrouted_calls u LEFT JOIN tenants t ON t.id = u.adopted_by
     WHERE (wanted_id IS NULL OR u.id = wanted_id)
       AND (waiting IS NULL OR (u.adopted_by IS NULL) = waiting)
       AND (after_time IS NULL OR (u.received_at, u.id) < (after_time, after_id))
     ORDER BY u.received_at DESC, u.id DESC
     LIMIT most
$$;

-- Everything that was heard of a call in quarantine.
CREATE FUNCTION list_unrouted_call_events(wanted_id uuid)
    RETURNS TABLE (event_key text, kind text, status text, sequence_number integer, occurred_at timestamptz,
                   received_at timestamptz, payload jsonb)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$
    SELECT e.event_key, e.kind, e.status, e.sequence_number, e.occurred_at, e.received_at, e.payload
      FROM unrouted_calls u
      JOIN unrouted_call_events e ON e.account_sid = u.account_sid AND e.call_sid = u.call_sid
     WHERE u.id = wanted_id
     ORDER BY e.occurred_at, e.sequence_number NULLS FIRST, e.event_key
$$;

-- Marks a call as this tenant's, and keeps its row locked until the transaction ends: a second adoption waits. NULL where
-- there is no such call; otherwise whose it is now, which is somebody else where somebody else was first.
CREATE FUNCTION mark_adopted(wanted_id uuid, adopting_tenant_id uuid, noted_at timestamptz,
                             OUT owner_id uuid, OUT adopted_sid text, OUT dialled text, OUT first_heard timestamptz)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$
BEGIN
    UPDATE unrouted_calls u
       SET adopted_by = coalesce(u.adopted_by, adopting_tenant_id), adopted_at = coalesce(u.adopted_at, noted_at)
     WHERE u.id = wanted_id
    RETURNING u.adopted_by, u.call_sid, u.called_number, u.received_at INTO owner_id, adopted_sid, dialled, first_heard;
END
$$;

-- Moves a call with its events into a tenant's ledger. Runs as its caller, whom row-level security binds to that tenant:
-- under forced row-level security the owner of the tables could not write them. The quarantine is append only and keeps
-- its lines, marked. To adopt again changes nothing, but brings what was heard meanwhile. Refuses to lose a line: all that
-- are in quarantine must be in the ledger afterwards.
CREATE FUNCTION adopt_unrouted_call(wanted_id uuid, adopting_tenant_id uuid, new_call_id uuid, adopted_at timestamptz,
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
        (tenant_id, call_sid, event_key, kind, status, sequence_number, occurred_at, received_at, payload)
    SELECT adopting_tenant_id, adopted_sid, e.event_key, e.kind, e.status, e.sequence_number, e.occurred_at, e.received_at,
           e.payload
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

SELECT close_function('list_unrouted_calls(uuid, boolean, timestamptz, uuid, bigint)'::regprocedure);
SELECT close_function('list_unrouted_call_events(uuid)'::regprocedure);
SELECT close_function('mark_adopted(uuid, uuid, timestamptz)'::regprocedure);
SELECT close_function('adopt_unrouted_call(uuid, uuid, uuid, timestamptz)'::regprocedure);
GRANT EXECUTE ON FUNCTION list_unrouted_calls(uuid, boolean, timestamptz, uuid, bigint), list_unrouted_call_events(uuid),
    mark_adopted(uuid, uuid, timestamptz), adopt_unrouted_call(uuid, uuid, uuid, timestamptz) TO switchboard_app;

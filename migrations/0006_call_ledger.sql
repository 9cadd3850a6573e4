-- schema: own
-- The ledger of everything that was heard about a call, and the quarantine for calls that belong to nobody.
-- Both are append only: the server's role may neither change nor delete a line.

CREATE TABLE call_events (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    call_sid text NOT NULL,
    event_key text NOT NULL,                -- what makes a repetition a repetition
    kind text NOT NULL,
    status text,                            -- CallStatus, where it is one that we know
    sequence_number integer,
    occurred_at timestamptz NOT NULL,       -- Twilio's Timestamp, else when it reached us
    received_at timestamptz NOT NULL,
    payload jsonb NOT NULL DEFAULT '{}',
    CONSTRAINT call_events_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT call_events_tenant_id_call_sid_event_key_key UNIQUE (tenant_id, call_sid, event_key),
    CONSTRAINT call_events_kind_check CHECK (kind IN ('incoming', 'status', 'dial_result', 'decision')),
    CONSTRAINT call_events_status_check CHECK (status IN
        ('queued', 'initiated', 'ringing', 'in-progress', 'completed', 'busy', 'no-answer', 'failed', 'canceled'))
);
ALTER TABLE call_events ADD CONSTRAINT call_events_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id);
ALTER TABLE call_events ADD CONSTRAINT call_events_call_sid_fkey
    FOREIGN KEY (tenant_id, call_sid) REFERENCES call_logs (tenant_id, call_sid);

ALTER TABLE call_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_events FORCE ROW LEVEL SECURITY;
CREATE POLICY call_events_own ON call_events TO switchboard_app
    USING (tenant_id = (SELECT current_tenant_id()))
    WITH CHECK (tenant_id = (SELECT current_tenant_id()));

-- One row a call, whatever else is heard about it.
CREATE TABLE unrouted_calls (
    account_sid text NOT NULL,
    call_sid text NOT NULL,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    reason text NOT NULL,
    called_number text,
    from_number text,
    received_at timestamptz NOT NULL,
    payload jsonb NOT NULL DEFAULT '{}',    -- the raw fields of the first request
    adopted_by uuid,
    adopted_at timestamptz,
    CONSTRAINT unrouted_calls_pkey PRIMARY KEY (account_sid, call_sid),
    CONSTRAINT unrouted_calls_id_key UNIQUE (id),
    CONSTRAINT unrouted_calls_reason_check CHECK (reason IN ('unknown_number', 'wrong_account', 'inactive_tenant'))
);
ALTER TABLE unrouted_calls ADD CONSTRAINT unrouted_calls_adopted_by_fkey FOREIGN KEY (adopted_by) REFERENCES tenants (id);

CREATE TABLE unrouted_call_events (
    account_sid text NOT NULL,
    call_sid text NOT NULL,
    event_key text NOT NULL,
    kind text NOT NULL,
    status text,
    sequence_number integer,
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    payload jsonb NOT NULL DEFAULT '{}',
    CONSTRAINT unrouted_call_events_pkey PRIMARY KEY (account_sid, call_sid, event_key)
);
ALTER TABLE unrouted_call_events ADD CONSTRAINT unrouted_call_events_call_sid_fkey
    FOREIGN KEY (account_sid, call_sid) REFERENCES unrouted_calls (account_sid, call_sid);

-- The server may put into quarantine and not look: what is there belongs to no tenant.
ALTER TABLE unrouted_calls ENABLE ROW LEVEL SECURITY;
CREATE POLICY unrouted_calls_put ON unrouted_calls FOR INSERT TO switchboard_app WITH CHECK (adopted_by IS NULL);
ALTER TABLE unrouted_call_events ENABLE ROW LEVEL SECURITY;
CREATE POLICY unrouted_call_events_put ON unrouted_call_events FOR INSERT TO switchboard_app WITH CHECK (true);

SELECT close_table('call_events'::regclass);
SELECT close_table('unrouted_calls'::regclass);
SELECT close_table('unrouted_call_events'::regclass);
GRANT SELECT, INSERT ON call_events TO switchboard_app;
GRANT INSERT ON unrouted_calls, unrouted_call_events TO switchboard_app;

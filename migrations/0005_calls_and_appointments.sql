-- schema: shared
-- What each tenant has: calls, visits, weeks. One tenant's row can't point at another's: every key leads with the tenant.

CREATE TABLE call_logs (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    call_sid text NOT NULL,
    parent_call_sid text,                   -- the call that this leg belongs to
    from_number text,                       -- whatever Twilio sends: E.164, anonymous, client:, sip:
    to_number text,
    caller_name text,
    direction text NOT NULL DEFAULT 'inbound',
    status text NOT NULL DEFAULT 'queued',
    outcome text,                           -- what it came to for the business; NULL while unknown
    duration integer,                       -- seconds
    recording_url text,
    transcript text,
    summary text,
    appointment_booked boolean NOT NULL DEFAULT false,
    is_missed boolean NOT NULL DEFAULT false,
    is_after_hours boolean NOT NULL DEFAULT false,
    cost numeric(10, 4),
    started_at timestamptz NOT NULL DEFAULT now(),
    answered_at timestamptz,                -- when a person picked up
    ended_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT call_logs_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT call_logs_tenant_id_call_sid_key UNIQUE (tenant_id, call_sid),
    CONSTRAINT call_logs_direction_check CHECK (direction IN
        ('inbound', 'outbound', 'outbound-api', 'outbound-dial', 'trunking-originating', 'trunking-terminating')),
    CONSTRAINT call_logs_status_check CHECK (status IN
        ('queued', 'initiated', 'ringing', 'in-progress', 'completed', 'busy', 'no-answer', 'failed', 'canceled')),
    CONSTRAINT call_logs_outcome_check CHECK (outcome IN
        ('answered', 'voicemail', 'missed', 'abandoned', 'emergency', 'after_hours', 'blocked', 'failed', 'unknown')),
    CONSTRAINT call_logs_duration_check CHECK (duration >= 0)
) WITH (fillfactor = 90);                   -- room for the status updates that follow every insert
ALTER TABLE call_logs ADD CONSTRAINT call_logs_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id);

-- The call log, newest first, page by page.
CREATE INDEX call_logs_tenant_id_started_at_idx ON call_logs (tenant_id, started_at DESC, id DESC);

CREATE TABLE appointments (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    call_log_id uuid,
    customer_name text NOT NULL,
    customer_phone text,
    customer_email text,
    customer_address text,
    service_type text,
    problem_description text,
    resource text NOT NULL DEFAULT 'default',       -- who or what can be in one place only
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    status text NOT NULL DEFAULT 'pending',
    overlap_waived boolean NOT NULL DEFAULT false,  -- visits of an older system that did overlap
    confirmation_code text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT appointments_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT appointments_status_check CHECK (status IN ('pending', 'confirmed', 'completed', 'cancelled', 'no_show')),
    CONSTRAINT appointments_ends_after_it_starts CHECK (ends_at > starts_at),
    CONSTRAINT appointments_no_overlap EXCLUDE USING gist
        (tenant_id WITH =, resource WITH =, tstzrange(starts_at, ends_at) WITH &&)
        WHERE (status IN ('pending', 'confirmed') AND NOT overlap_waived)
);
ALTER TABLE appointments ADD CONSTRAINT appointments_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id);
ALTER TABLE appointments ADD CONSTRAINT appointments_call_log_id_fkey
    FOREIGN KEY (tenant_id, call_log_id) REFERENCES call_logs (tenant_id, id);
CREATE INDEX appointments_tenant_id_starts_at_idx ON appointments (tenant_id, starts_at, id);
CREATE INDEX appointments_tenant_id_call_log_id_idx ON appointments (tenant_id, call_log_id);

CREATE TABLE weekly_analytics (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    week_start date NOT NULL,               -- a Monday of the tenant's zone
    week_end date NOT NULL,
    total_calls integer NOT NULL DEFAULT 0,
    answered_calls integer NOT NULL DEFAULT 0,
    missed_calls integer NOT NULL DEFAULT 0,
    appointments_booked integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT weekly_analytics_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT weekly_analytics_tenant_id_week_start_key UNIQUE (tenant_id, week_start),
    CONSTRAINT weekly_analytics_week_check CHECK (week_end > week_start)
);
ALTER TABLE weekly_analytics ADD CONSTRAINT weekly_analytics_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id);

ALTER TABLE call_logs ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_logs FORCE ROW LEVEL SECURITY;
CREATE POLICY call_logs_own ON call_logs TO switchboard_app
    USING (tenant_id = (SELECT current_tenant_id()))
    WITH CHECK (tenant_id = (SELECT current_tenant_id()));

ALTER TABLE appointments ENABLE ROW LEVEL SECURITY;
ALTER TABLE appointments FORCE ROW LEVEL SECURITY;
CREATE POLICY appointments_own ON appointments TO switchboard_app
    USING (tenant_id = (SELECT current_tenant_id()))
    WITH CHECK (tenant_id = (SELECT current_tenant_id()));

ALTER TABLE weekly_analytics ENABLE ROW LEVEL SECURITY;
ALTER TABLE weekly_analytics FORCE ROW LEVEL SECURITY;
CREATE POLICY weekly_analytics_own ON weekly_analytics TO switchboard_app
    USING (tenant_id = (SELECT current_tenant_id()))
    WITH CHECK (tenant_id = (SELECT current_tenant_id()));

SELECT close_table('call_logs'::regclass);
SELECT close_table('appointments'::regclass);
SELECT close_table('weekly_analytics'::regclass);
GRANT SELECT, INSERT, UPDATE ON call_logs, appointments, weekly_analytics TO switchboard_app;

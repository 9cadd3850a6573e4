-- schema: shared
-- The businesses whose phones we answer, and their people.

CREATE TABLE tenants (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    slug text NOT NULL,
    company_name text NOT NULL,
    owner_name text,
    owner_email text,                       -- not unique: one owner, many tenants
    owner_phone text,
    industry text,
    timezone text NOT NULL DEFAULT 'America/Chicago',      -- IANA name
    business_hours jsonb,
    greeting_message text,
    after_hours_message text,
    forward_number text,
    emergency_phone text,
    emergency_keywords jsonb NOT NULL DEFAULT '[]',
    enable_recording boolean NOT NULL DEFAULT false,
    missed_call_sms_enabled boolean NOT NULL DEFAULT false,
    missed_call_sms_template text,
    subscription_status text NOT NULL DEFAULT 'active',
    subscription_plan text,
    monthly_call_limit integer,
    is_active boolean NOT NULL DEFAULT true,
    accepts_unknown_numbers boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT tenants_pkey PRIMARY KEY (id),
    CONSTRAINT tenants_slug_key UNIQUE (slug),
    CONSTRAINT tenants_monthly_call_limit_check CHECK (monthly_call_limit >= 0)
);

-- At most one tenant takes the calls to numbers that nobody owns.
CREATE UNIQUE INDEX tenants_accepts_unknown_numbers_key ON tenants (accepts_unknown_numbers) WHERE accepts_unknown_numbers;

-- Enabled, not forced: the owner's look-up functions see all tenants, the server its own one only.
ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenants_own ON tenants TO switchboard_app
    USING (id = (SELECT current_tenant_id()))
    WITH CHECK (id = (SELECT current_tenant_id()));

CREATE TABLE tenant_users (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    email text NOT NULL,
    name text,
    role text NOT NULL DEFAULT 'member',
    is_active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT tenant_users_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT tenant_users_tenant_id_email_key UNIQUE (tenant_id, email),
    CONSTRAINT tenant_users_role_check CHECK (role IN ('owner', 'admin', 'member', 'viewer'))
);
ALTER TABLE tenant_users ADD CONSTRAINT tenant_users_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id);

ALTER TABLE tenant_users ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenant_users FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_users_own ON tenant_users TO switchboard_app
    USING (tenant_id = (SELECT current_tenant_id()))
    WITH CHECK (tenant_id = (SELECT current_tenant_id()));

SELECT close_table('tenants'::regclass);
SELECT close_table('tenant_users'::regclass);
GRANT SELECT, INSERT, UPDATE ON tenants, tenant_users TO switchboard_app;

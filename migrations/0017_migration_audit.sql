-- schema: own
-- What the migration decided about rows that an older program had left, and how the schema stood when it was last right.

CREATE TABLE migration_audit (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    decided_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    relation text NOT NULL,                 -- the table that it was about
    decision text NOT NULL,
    detail jsonb NOT NULL DEFAULT '{}',     -- which row, and what it said before
    CONSTRAINT migration_audit_pkey PRIMARY KEY (id)
);
ALTER TABLE migration_audit ENABLE ROW LEVEL SECURITY;

-- One row at most.
CREATE TABLE verified_schema (
    single boolean NOT NULL DEFAULT true,
    fingerprint text NOT NULL,              -- of the catalogue, by the program that verified it
    verified_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT verified_schema_pkey PRIMARY KEY (single),
    CONSTRAINT verified_schema_single_check CHECK (single)
);
ALTER TABLE verified_schema ENABLE ROW LEVEL SECURITY;
-- A login that only serves can see that the schema is right.
CREATE POLICY verified_schema_seen ON verified_schema FOR SELECT TO switchboard_app USING (single);

SELECT close_table('migration_audit'::regclass);
SELECT close_table('verified_schema'::regclass);
GRANT SELECT ON verified_schema TO switchboard_app;

-- schema: shared
-- How a firm wants its calls handled, as far as older programs have no column for it; and what a call came to, more exactly.

ALTER TABLE tenants ADD COLUMN call_handling jsonb NOT NULL DEFAULT '{}';

ALTER TABLE call_logs ADD COLUMN answered_by text;              -- the number of the person who took it
ALTER TABLE call_logs ADD COLUMN alarmed_at timestamptz;        -- since when an emergency is known that nobody took up

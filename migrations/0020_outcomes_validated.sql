-- schema: own
-- Reads the whole ledger, without keeping anybody from writing it: that is why it is not part of the migration before.

ALTER TABLE call_events VALIDATE CONSTRAINT call_events_kind_check;

-- schema: own
-- Reads the calls and the whole ledger, without keeping anybody from writing them: that is why it is not part of the migration
-- before.

ALTER TABLE call_logs
    VALIDATE CONSTRAINT call_logs_direction_check, VALIDATE CONSTRAINT call_logs_status_check,
    VALIDATE CONSTRAINT call_logs_outcome_check;
ALTER TABLE call_events
    VALIDATE CONSTRAINT call_events_status_check, VALIDATE CONSTRAINT call_events_kind_check;

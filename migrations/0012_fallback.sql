-- schema: own
-- The ledger gets a kind: Twilio could not use our answer and asked the fallback address instead. Its payload holds
-- ErrorCode and ErrorUrl. Every row fits the wider check; the next migration
-- has PostgreSQL see that for itself, without a lock that keeps callers waiting.

ALTER TABLE call_events DROP CONSTRAINT call_events_kind_check;
ALTER TABLE call_events ADD CONSTRAINT call_events_kind_check
    CHECK (kind IN ('incoming', 'status', 'dial_result', 'fallback', 'decision')) NOT VALID;

-- pgbench: the statement that the server sends for a call that comes in, with a payload of the same size (:payload) and
-- ids that grow with the time, as the server makes them.
\set tenant random(0, :tenants - 1)
\set salt random(1, 9000000000000000000)
SELECT routed_tenant_id, refusal, is_news, was_accepted, tenant_slug, tenant_company_name, tenant_settings
  FROM switchboard.ingest_call_event(
      :account_sid, 'environment', '+1512555' || lpad((:tenant)::text, 4, '0'), NULL,
      (lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7'
          || substr(md5((:salt)::text), 1, 19))::uuid,
      (lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7'
          || substr(md5((:salt)::text), 2, 19))::uuid,
      'CA' || md5((:salt)::text), NULL, NULL, 'incoming', 'incoming/' || md5((:salt)::text) || md5((:tenant)::text), 'ringing',
      NULL, clock_timestamp(), clock_timestamp(), (:payload)::jsonb);

-- pgbench: one bare row of the call log, the tenant known, row-level security passed by.
\set tenant random(0, :tenants - 1)
\set salt random(1, 9000000000000000000)
INSERT INTO public.call_logs (tenant_id, id, call_sid, from_number, to_number, status)
VALUES (('00000000-0000-7000-8000-' || lpad((:tenant)::text, 12, '0'))::uuid,
        (lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7'
            || substr(md5((:salt)::text), 1, 19))::uuid,
        'CA' || md5((:salt)::text), '+13125550147', '+1512555' || lpad((:tenant)::text, 4, '0'), 'ringing');

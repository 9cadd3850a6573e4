-- What a measurement works on: firms with one number each, and calls of the past. Run by the schema's owner.
-- :tenants firms, :calls calls. Firm n has the id …-n in decimal digits and the number +1512555nnnn.

INSERT INTO public.tenants (id, slug, company_name, greeting_message, forward_number)
SELECT ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'firm-' || n, 'Firm ' || n,
       'Thank you for calling firm ' || n || '. Please hold the line.', '+12145550199'
  FROM generate_series(0, :tenants - 1) n;

INSERT INTO switchboard.tenant_phone_numbers (phone_number, tenant_id, is_primary)
SELECT '+1512555' || lpad(n::text, 4, '0'), ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, true
  FROM generate_series(0, :tenants - 1) n;

INSERT INTO public.call_logs (tenant_id, call_sid, from_number, to_number, status, started_at)
SELECT ('00000000-0000-7000-8000-' || lpad((n % :tenants)::text, 12, '0'))::uuid, 'CA' || md5(n::text), '+13125550147',
       '+1512555' || lpad((n % :tenants)::text, 4, '0'), 'completed', now() - make_interval(secs => n)
  FROM generate_series(1, :calls) n;

INSERT INTO switchboard.call_events (tenant_id, call_sid, event_key, kind, status, occurred_at, received_at, payload)
SELECT tenant_id, call_sid, 'incoming/' || md5(call_sid), 'incoming', 'ringing', started_at, started_at,
       jsonb_build_object('From', from_number, 'To', to_number, 'CallSid', call_sid)
  FROM public.call_logs;

-- One row for each table of ours, of a tenant of its own: as little as an INSERT needs to name. {n} tells rows apart.
-- They go in in this order, within one transaction that works for that tenant.

--- public.tenants
insert into public.tenants (id, slug, company_name) values ('00000000-0000-4000-8000-0000000000{n}', 'new-{n}', 'New {n}')

--- public.tenant_users
insert into public.tenant_users (tenant_id, email) values ('00000000-0000-4000-8000-0000000000{n}', 'new@example.com')

--- public.call_logs
insert into public.call_logs (tenant_id, call_sid) values ('00000000-0000-4000-8000-0000000000{n}', 'CAnew')

--- public.appointments
insert into public.appointments (tenant_id, customer_name, starts_at, ends_at) values ('00000000-0000-4000-8000-0000000000{n}', 'New', '2026-02-02 15:00Z', '2026-02-02 16:00Z')

--- public.weekly_analytics
insert into public.weekly_analytics (tenant_id, week_start, week_end) values ('00000000-0000-4000-8000-0000000000{n}', '2026-02-02', '2026-02-08')

--- switchboard.tenant_phone_numbers
insert into switchboard.tenant_phone_numbers (phone_number, tenant_id) values ('+121455501{n}', '00000000-0000-4000-8000-0000000000{n}')

--- switchboard.twilio_accounts
insert into switchboard.twilio_accounts (account_sid, tenant_id, primary_token_sealed) values ('AC000000000000000000000000000000{n}', '00000000-0000-4000-8000-0000000000{n}', 'sealed')

--- switchboard.api_keys
insert into switchboard.api_keys (tenant_id, prefix, secret_hash) values ('00000000-0000-4000-8000-0000000000{n}', 'new-{n}', decode(repeat('00', 32), 'hex'))

--- switchboard.operator_keys
insert into switchboard.operator_keys (prefix, secret_hash) values ('new-{n}', decode(repeat('00', 32), 'hex'))

--- switchboard.encryption_canaries
insert into switchboard.encryption_canaries (key_id, sealed) values ('new-{n}', 'sealed')

--- switchboard.call_events
insert into switchboard.call_events (tenant_id, call_sid, event_key, kind, occurred_at, received_at) values ('00000000-0000-4000-8000-0000000000{n}', 'CAnew', 'new', 'incoming', now(), now())

--- switchboard.unrouted_calls
insert into switchboard.unrouted_calls (account_sid, call_sid, reason, received_at) values ('ACnew{n}', 'CAnew', 'unknown_number', now())

--- switchboard.unrouted_call_events
insert into switchboard.unrouted_call_events (account_sid, call_sid, event_key, kind, occurred_at, received_at) values ('ACnew{n}', 'CAnew', 'new', 'incoming', now(), now())

--- switchboard.idempotency_keys
insert into switchboard.idempotency_keys (tenant_id, idempotency_key, fingerprint, created_at) values ('00000000-0000-4000-8000-0000000000{n}', 'new', '', now())

--- switchboard.operator_idempotency_keys
insert into switchboard.operator_idempotency_keys (idempotency_key, fingerprint, created_at) values ('new-{n}', '', now())

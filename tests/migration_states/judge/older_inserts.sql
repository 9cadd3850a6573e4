-- One INSERT of each older program and table, as its file has it. The title is the file and the table.
-- What passed before the migration passes after it, or the plan said that it would stop.

--- 01 leads
insert into leads (business_name, contact_name, email, phone, status, pain_score) values ('Older', 'Olga', 'olga@older.example', '816-555-0199', 'New', 10)

--- 01 signals
insert into signals (source_type, title, content, lead_id) values ('forum', 'Older', 'No heat.', null)

--- 02 contacts
insert into contacts (lead_id, first_name, last_name, email, phone) values (null, 'Olga', 'Older', 'olga@older.example', null)

--- 02 activities
insert into activities (lead_id, contact_id, activity_type, subject) values (null, null, 'call', 'Older')

--- 02 tasks
insert into tasks (lead_id, title, task_type) values (null, 'Older', 'follow_up')

--- 03 tenants
insert into tenants (slug, company_name, owner_name, owner_email, twilio_phone_number, timezone, subscription_status) values ('older-03', 'Older', 'Olga', 'olga-03@older.example', null, 'America/Denver', 'trial')

--- 03 tenant_users
insert into tenant_users (tenant_id, email, name, role) values ((select id from tenants limit 1), 'olga@older.example', 'Olga', 'owner')

--- 03 tenant_api_keys
insert into tenant_api_keys (tenant_id, key_hash, name) values ((select id from tenants limit 1), 'older', 'Older')

--- 03 call_logs
insert into call_logs (tenant_id, call_sid, from_number, to_number, direction, status, duration, ai_summary, total_cost, started_at) values ((select id from tenants limit 1), 'CAolder', '+19135550199', '+18165550101', 'inbound', 'completed', 63, 'Older', 0.01, '2025-12-01 14:00')

--- 03 appointments
insert into appointments (tenant_id, call_log_id, customer_name, customer_phone, scheduled_date, scheduled_time, description, status) values ((select id from tenants limit 1), null, 'Olga', '+19135550199', '2026-12-01', '10:00', 'Older', 'scheduled')

--- 03 tenant_usage
insert into tenant_usage (tenant_id, period_start, period_end, total_calls) values ((select id from tenants limit 1), '2026-01-01', '2026-01-31', 1)

--- 04 tenants
insert into tenants (slug, company_name, owner_name, owner_email, twilio_phone_number) values ('older-04', 'Older', 'Olga', 'olga-04@older.example', '816.555.0194')

--- 05 tenants
insert into tenants (slug, company_name, owner_name, owner_email, twilio_phone_number, onboarding_completed) values ('older-05', 'Older', 'Olga', 'olga-05@older.example', '+18165550195', true)

--- 05 tenant_users
insert into tenant_users (tenant_id, email, full_name) values ((select id from tenants limit 1), 'olga@older.example', 'Olga')

--- 05 call_logs
insert into call_logs (tenant_id, call_sid, from_number, to_number, status, duration, is_missed, started_at) values ((select id from tenants limit 1), 'CAolder', '+19135550199', '+18165550105', 'completed', 41, false, '2025-12-05 16:00')

--- 05 appointments
insert into appointments (tenant_id, call_log_id, customer_phone, scheduled_date) values ((select id from tenants limit 1), null, '+19135550199', '2026-12-03 15:00')

--- 05 weekly_analytics
insert into weekly_analytics (tenant_id, week_start, week_end, total_calls) values ((select id from tenants limit 1), '2026-01-05', '2026-01-11', 1)

--- 06 tenant_api_keys
insert into tenant_api_keys (tenant_id, key_name, api_key) values ((select id from tenants limit 1), 'Older', 'older-key')

--- 06 call_logs
insert into call_logs (tenant_id, call_sid, from_number, to_number, status, duration, is_missed, sms_sent, cost, started_at) values ((select id from tenants limit 1), 'CAolder', '+19135550199', '+18165550106', 'no-answer', 0, true, true, 0.01, '2025-12-06 18:00')

--- 06 appointments
insert into appointments (tenant_id, call_log_id, customer_name, customer_phone, preferred_date, preferred_time_slot) values ((select id from tenants limit 1), null, 'Olga', '9135550199', '2026-12-05', 'morning')

--- 07 call_events
insert into call_events (call_sid, event_type) values ('CAolder', 'answered')

--- 07a weekly_analytics
insert into weekly_analytics (tenant_id, week_start_date, week_end_date, total_calls, answered_calls, missed_calls) values (1, '2026-01-05', '2026-01-11', 5, 4, 1)

--- 08 locations
insert into locations (name, code, timezone) values ('Older', 'OLD', 'America/Denver')

--- 08 call_logs
insert into call_logs (call_sid, caller_phone, called_number, status, duration_seconds, created_at) values ('CAolder', '+19135550199', '(816) 555-0101', 'completed', 120, '2025-12-01 14:00')

--- 08 appointments
insert into appointments (customer_name, customer_phone, date, time, issue, is_confirmed, is_cancelled, location_id) values ('Olga', '9135550199', '2026-12-05', '09:00', 'No cooling', true, false, (select id from locations limit 1))

--- 08 emergency_logs
insert into emergency_logs (call_sid, caller_phone, emergency_type, description) values ('CAolder', '+19135550199', 'gas', 'Smell of gas')

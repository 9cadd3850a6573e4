-- Faults, each planted into a database that is right, and a part of the sentence that must tell it.

--- public.tenants.industry is missing
alter table tenants drop column industry;

--- column public.tenants.industry differs from a fresh install
alter table tenants alter industry type varchar(100);

--- column public.call_logs.call_sid differs from a fresh install
alter table call_logs alter call_sid drop not null;

--- public.call_logs.status differs from a fresh install
alter table call_logs alter status set default 'ringing';

--- key public.call_logs call_logs_tenant_id_call_sid_key is missing
alter table call_logs drop constraint call_logs_tenant_id_call_sid_key cascade;

--- foreign key public.call_logs call_logs_tenant_id_fkey differs
alter table call_logs drop constraint call_logs_tenant_id_fkey;
alter table call_logs add constraint call_logs_tenant_id_fkey foreign key (tenant_id) references tenants (id) not valid;

--- index public.appointments_tenant_id_starts_at_idx differs
update pg_index set indisvalid = false where indexrelid = 'appointments_tenant_id_starts_at_idx'::regclass;

--- policy public.call_logs call_logs_own differs
alter policy call_logs_own on call_logs using (true);

--- policy public.call_logs everybody is there beyond
create policy everybody on call_logs using (true);

--- relation public.call_logs differs
alter table call_logs no force row level security;

--- relation public.weekly_analytics differs
alter table weekly_analytics set unlogged;

--- relation switchboard.api_keys differs
alter table switchboard.api_keys owner to postgres;

--- relation switchboard.api_keys differs
grant select on switchboard.api_keys to public;

--- function switchboard.set_tenant(uuid) differs
create or replace function switchboard.set_tenant(tenant uuid) returns void language sql as 'select';

--- function public.get_tenant_by_phone(character varying) is there beyond
create function get_tenant_by_phone(phone_number varchar) returns uuid language sql as 'select null::uuid';

--- unique index public.one_call is there beyond
create unique index one_call on call_logs (call_sid);

--- public.call_logs.operator is there beyond
alter table call_logs add operator text not null default '';
alter table call_logs alter operator drop default;

--- public.tenant_users had 1 rows and has 0
delete from tenant_users;

--- public.call_logs had 1 rows and has 0
create table fresh_call_logs (like call_logs including all);
alter table call_logs rename to call_logs_legacy;
alter table fresh_call_logs rename to call_logs;

--- public.clients is gone
drop table clients cascade;

--- public.leads no longer has a row of updated_at 2025-10-03
update leads set updated_at = now();

--- public.call_logs no longer has the row
insert into tenants (id, slug, company_name) values ('00000000-0000-4000-8000-000000000012', 'thief', 'Thief');
alter table switchboard.call_events drop constraint call_events_call_sid_fkey;
update call_logs set tenant_id = '00000000-0000-4000-8000-000000000012';

--- 1 rows of public.appointments belong to no tenant that exists
alter table appointments drop constraint appointments_tenant_id_fkey;
update appointments set tenant_id = gen_random_uuid();

--- an insert into public.call_logs fails: P0001
create function refuse() returns trigger language plpgsql as $$begin raise exception 'closed'; end$$;
create trigger refuse before insert on call_logs for each row execute function refuse();

--- an insert into public.appointments fails: it made 0 rows
create rule nothing as on insert to appointments do instead nothing;

--- the older insert `01 leads` of firm stopped without a warning: 23502
alter table leads add branch text not null default '';
alter table leads alter branch drop default;

--- the older insert `05 tenants` of firm stopped without a warning
alter table tenants drop column onboarding_completed;

--- leads has no tenant_id
alter table leads drop column tenant_id;

--- tenant_id of leads is uuid and not a required uuid
alter table leads alter tenant_id drop not null;

--- tenant_id of leads has the default NULL and not the default tenant
alter table leads alter tenant_id drop default;

--- leads has no validated foreign key to tenants
alter table leads drop constraint leads_tenant_id_fkey;

--- leads has no valid index that begins with tenant_id
drop index leads_tenant_id_idx;

--- a neighbour's column public.clients.name changed
alter table clients alter name type varchar;

--- a neighbour's index public.clients_name is gone
drop index clients_name;

--- a neighbour got column public.clients.tenant_id
alter table clients add tenant_id uuid;

--- a neighbour's trigger public.leads stamp changed
alter table leads disable trigger stamp;

--- the trigger public.call_logs note, which somebody added
drop trigger note on call_logs;

--- a neighbour's policy public.leads theirs is gone
drop policy theirs on leads;

--- a neighbour's relation public.leads changed
alter table leads force row level security;

--- a neighbour's view public.lead_names is gone
drop view lead_names;

--- the view public.busy_tenants can no longer be read
alter table tenants alter slug drop not null;
create or replace view busy_tenants as select slug, (1 / (length(slug) * 0))::bigint as calls from tenants;

--- anon may select tenants
grant select on tenants to anon;

--- anon may update columns of call_logs
grant update (summary) on call_logs to anon;

--- authenticated may call switchboard.find_key
grant execute on function switchboard.find_key(text, timestamptz) to authenticated;

--- anon got through with `SELECT calls FROM public.busy_tenants LIMIT 1`
alter view busy_tenants owner to postgres;
grant select on busy_tenants to anon;

--- authenticated got through with `UPDATE public.call_logs
grant select, update on call_logs to authenticated;
grant usage on schema switchboard to authenticated;
grant execute on all functions in schema switchboard to authenticated;

--- anon got through with `SELECT * FROM public.get_tenant_by_phone
grant execute on function get_tenant_by_phone (text) to anon;

-- What a right database has beside our own: an adopted neighbour, a neighbour that was left alone, views, outsiders, a column
-- that an older program fills.
create role anon nologin;
create role authenticated nologin;
set role firm;
create table leads (
  id uuid primary key default gen_random_uuid(), business_name text, contact_name text, email text, phone text, status text, pain_score int,
  updated_at timestamp, tenant_id uuid not null default '00000000-0000-4000-8000-000000000011' constraint leads_tenant_id_fkey references tenants (id));
create index leads_tenant_id_idx on leads (tenant_id);
insert into leads (business_name, updated_at) values ('Prairie Heating', '2025-10-03');
create policy theirs on leads using (true);
create function stamp() returns trigger language plpgsql as $$begin return new; end$$;
create trigger stamp before update on leads for each row execute function stamp();
create trigger note after insert on call_logs for each row execute function stamp();
create table clients (id int primary key, name text);
create index clients_name on clients (name);
create view lead_names as select business_name from leads;
create view busy_tenants as select slug, count(*) as calls from tenants join call_logs on tenant_id = tenants.id group by 1;
alter table tenants add onboarding_completed boolean, add twilio_phone_number varchar(20);

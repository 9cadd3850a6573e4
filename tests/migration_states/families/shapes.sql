-- Ways of an object to be wrong that no legacy file shows. A title is the state's name, what it begins with after the @
-- (numbers of legacy files, `empty`, or `finished`: 01, 02, our migration, some rows), and who makes it: the owner, unless
-- it says `as superuser`.

--- a view bears the name of tenants @ 01 02
create view tenants as select id, business_name as company_name from leads;

--- a view bears the name of call_logs @ 01 02 05
drop table call_logs cascade;
create view call_logs as select id, title as call_sid from signals;

--- a view bears the name of appointments @ finished
drop table appointments cascade;
create view appointments as select id, title from tasks;

--- a materialized view bears the name of weekly_analytics @ 01 02 05
drop table weekly_analytics cascade;
create materialized view weekly_analytics as select tenant_id, count(*) as total_calls from call_logs group by tenant_id;

--- a materialized view bears the name of call_logs @ 01 02
create materialized view call_logs as select id, title as call_sid from signals;

--- a sequence bears the name of call_logs @ empty
create sequence call_logs;

--- a sequence bears the name of tenant_users @ 01 02 05
drop table tenant_users cascade;
create sequence tenant_users start 7;

--- a composite type bears the name of appointments @ empty
create type appointments as (starts_at timestamp, ends_at timestamp);

--- a domain bears the name of weekly_analytics @ empty
create domain weekly_analytics as int;

--- an enum bears the name of tenants @ 01 02
create type tenants as enum ('a', 'b');

--- a foreign table bears the name of call_logs @ empty as superuser
create foreign data wrapper nowhere;
create server nowhere foreign data wrapper nowhere;
grant usage on foreign server nowhere to firm;
set role firm;
create foreign table public.call_logs (id int, call_sid text) server nowhere;

--- appointments is unlogged @ 01 02 05
alter table appointments set unlogged;

--- call_logs and what points at it are unlogged @ 01 02 05
alter table appointments set unlogged;
alter table call_logs set unlogged;

--- an unlogged table of a finished database @ finished
alter table weekly_analytics set unlogged;

--- call_logs is partitioned by month @ 01 02
create table call_logs (id uuid not null default gen_random_uuid(), call_sid varchar(100) not null, created_at timestamp not null default now(), primary key (id, created_at)) partition by range (created_at);
create table call_logs_old partition of call_logs for values from ('2025-01-01') to ('2026-01-01');
create table call_logs_rest partition of call_logs default;
insert into call_logs (call_sid, created_at) values ('CAold', '2025-06-01'), ('CAnew', '2026-06-01');

--- appointments is inherited by another table @ 01 02 05
create table old_appointments (archived_at timestamp default now()) inherits (appointments);

--- the tables live in another schema @ 01 02 05
create schema voice;
alter table call_logs set schema voice;
alter table appointments set schema voice;

--- another schema has tables of our names @ empty
create schema voice;
create table voice.tenants (id serial primary key, slug text);
create table voice.call_logs (id serial primary key, call_sid text);
insert into voice.call_logs (call_sid) values ('CAvoice');

--- call_logs has an integer id and tenants are right @ 01 02 05
drop table call_logs cascade;
create table call_logs (id serial primary key, tenant_id uuid references tenants (id), call_sid varchar(50));
insert into call_logs (tenant_id, call_sid) select id, 'CAinteger' from tenants;

--- call_logs has a bigint identity id @ 01 02 05
drop table call_logs cascade;
create table call_logs (id bigint generated always as identity primary key, tenant_id uuid references tenants (id), call_sid varchar(50));
insert into call_logs (tenant_id, call_sid) select id, 'CAidentity' from tenants;

--- tenants has an integer id @ 01 02
create table tenants (id serial primary key, slug varchar(100) unique, company_name varchar(255), twilio_phone_number varchar(20), updated_at timestamp default now());
insert into tenants (slug, company_name, twilio_phone_number, updated_at) values ('default', 'Example Comfort Air', '+18165550101', '2025-10-01'), ('acme', 'Acme', null, '2025-10-02');
create table call_logs (id serial primary key, tenant_id int references tenants (id), call_sid varchar(50), to_number varchar(20));
insert into call_logs (tenant_id, call_sid) values (1, 'CAone'), (2, 'CAtwo');

--- tenants has a text id that holds uuids @ 01 02
create table tenants (id text primary key default gen_random_uuid()::text, slug text unique, company_name text);
insert into tenants (id, slug, company_name) values ('d0000000-0000-4000-8000-000000000001', 'default', 'Example Comfort Air');
create table call_logs (id uuid primary key default gen_random_uuid(), tenant_id text references tenants (id), call_sid text);
insert into call_logs (tenant_id, call_sid) values ('d0000000-0000-4000-8000-000000000001', 'CAtext');

--- tenants has no key @ 01 02 05
alter table tenants drop constraint tenants_pkey cascade;

--- tenants has no key and one row twice @ 01 02 05
alter table tenants drop constraint tenants_pkey cascade;
alter table tenants drop constraint tenants_slug_key;
alter table tenants drop constraint tenants_owner_email_key;
alter table tenants drop constraint tenants_twilio_phone_number_key;
insert into tenants select * from tenants;

--- tenant_id of call_logs is text @ 01 02 05
alter table call_logs drop constraint call_logs_tenant_id_fkey;
alter table call_logs alter tenant_id type text;

--- tenant_id of call_logs is varchar and some of it no uuid @ 01 02 05
alter table call_logs drop constraint call_logs_tenant_id_fkey;
alter table call_logs alter tenant_id type varchar(36);
insert into call_logs (tenant_id, call_sid, from_number, to_number) values ('default', 'CAslug', '+19135550191', '+18165550105'), ('nonsense', 'CAnonsense', '+19135550191', '+18165550105'), ('', 'CAempty', '+19135550191', '+18165550105');

--- tenant_id of appointments is an integer @ 01 02 05
alter table appointments drop column tenant_id;
alter table appointments add tenant_id int default 1;

--- tenant_id of leads is text @ 01 02
alter table leads add tenant_id text default 'default';

--- tenant_id of leads is an integer @ 01 02
alter table leads add tenant_id int default 1;

--- tenant_id of contacts is varchar and holds uuids @ 01 02 05
alter table contacts drop constraint fk_contacts_tenant;
alter table contacts alter tenant_id type varchar(36);

--- tenant_id of leads is generated @ 01 02
alter table leads add tenant_id uuid generated always as ('d0000000-0000-4000-8000-000000000001'::uuid) stored;

--- a column of call_logs is generated @ 01 02 05
alter table call_logs drop column is_missed;
alter table call_logs add is_missed boolean generated always as (status = 'no-answer') stored;

--- the slug of tenants is generated @ 01 02 05
alter table tenants drop column slug;
alter table tenants add slug text generated always as (lower(company_name)) stored;

--- an extra column of call_logs is required @ finished
alter table call_logs add operator text not null default 'x';
alter table call_logs alter operator drop default;

--- extra columns of every table are required @ 01 02 05
alter table tenants add region text not null default 'x';
alter table tenants alter region drop default;
alter table tenant_users add region text not null default 'x';
alter table tenant_users alter region drop default;
alter table appointments add region text not null default 'x';
alter table appointments alter region drop default;
alter table weekly_analytics add region text not null default 'x';
alter table weekly_analytics alter region drop default;

--- an extra required column belongs to a key @ 01 02 05
alter table call_logs add line int not null default 1;
alter table call_logs alter line drop default;
alter table call_logs drop constraint call_logs_pkey cascade;
alter table call_logs add constraint call_logs_pkey primary key (id, line);

--- defaults are other ones @ 01 02 05
alter table call_logs alter direction set default 'outbound', alter status set default 'ringing', alter id set default '00000000-0000-4000-8000-000000000000';
alter table tenants alter is_active set default false;

--- tenant_id defaults to the default tenant @ 01 02 05
alter table call_logs alter tenant_id set default '00000000-0000-4000-8000-000000000001';

--- a unique index stands for the key of call_sid @ 01 02 05
alter table call_logs drop constraint call_logs_call_sid_key;
create unique index call_logs_call_sid_key on call_logs (call_sid);

--- a unique index stands for our key of call_sid @ finished
alter table call_logs drop constraint call_logs_tenant_id_call_sid_key cascade;
create unique index call_logs_tenant_id_call_sid_key on call_logs (tenant_id, call_sid);

--- a unique index stands for the key of tenants @ 01 02 05
alter table tenants drop constraint tenants_slug_key;
create unique index tenants_slug_key on tenants (slug);

--- a partial unique index on slug @ 01 02 05
alter table tenants drop constraint tenants_slug_key;
create unique index idx_tenants_live_slug on tenants (slug) where is_active;

--- a key over other columns bears our name @ finished
alter table call_logs drop constraint call_logs_tenant_id_call_sid_key cascade;
alter table call_logs add constraint call_logs_tenant_id_call_sid_key unique (tenant_id, id);

--- a key that can be deferred bears our name @ finished
alter table tenant_users drop constraint tenant_users_tenant_id_email_key;
alter table tenant_users add constraint tenant_users_tenant_id_email_key unique (tenant_id, email) deferrable;

--- a foreign key that deletes along bears our name @ finished
alter table call_logs drop constraint call_logs_tenant_id_fkey;
alter table call_logs add constraint call_logs_tenant_id_fkey foreign key (tenant_id) references tenants (id) on delete cascade;

--- a wider check bears our name @ finished
alter table call_logs drop constraint call_logs_status_check;
alter table call_logs add constraint call_logs_status_check check (status <> '');

--- constraints of another table bear our names @ 01 02
create table squatter (tenant_id uuid, call_sid text, constraint call_logs_pkey primary key (tenant_id), constraint call_logs_tenant_id_call_sid_key unique (call_sid), constraint call_logs_direction_check check (call_sid <> ''));

--- constraints of a table in another schema bear our names @ empty
create schema voice;
create table voice.squatter (tenant_id uuid, constraint tenants_pkey primary key (tenant_id), constraint tenants_slug_key unique (tenant_id));

--- an index of another table bears our name @ 01 02
create index appointments_tenant_id_starts_at_idx on tasks (due_date);
create index call_logs_tenant_id_started_at_idx on leads (created_at);

--- a table bears the name of our index @ empty
create table call_logs_tenant_id_started_at_idx (id int);

--- an index of ours has another definition @ finished
drop index call_logs_tenant_id_started_at_idx;
create index call_logs_tenant_id_started_at_idx on call_logs (started_at);

--- an index that broke off @ finished as superuser
update pg_catalog.pg_index set indisvalid = false, indisready = false where indexrelid = 'public.appointments_tenant_id_starts_at_idx'::regclass;

--- a trigger of the older program is disabled @ 01 02 05
alter table tenants disable trigger update_tenants_updated_at;

--- a neighbour's trigger is disabled and another always fires @ 01 02 05
alter table leads disable trigger update_leads_updated_at;
alter table signals enable always trigger update_signals_updated_at;

--- a trigger refuses every insert @ 01 02 05
create function refuse() returns trigger language plpgsql as $$begin raise exception 'closed'; end$$;
create trigger refuse before insert on call_logs for each row execute function refuse();

--- a trigger on tenants fails on every change @ 01 02 05
create function refuse() returns trigger language plpgsql as $$begin raise exception 'closed'; end$$;
create trigger refuse before insert or update or delete on tenants for each row execute function refuse();

--- a trigger that only notes, added after the adoption @ finished
create table calls_seen (call_sid text, seen_at timestamptz default now());
create function note_call() returns trigger language plpgsql security definer as $$begin insert into public.calls_seen (call_sid) values (new.call_sid); return new; end$$;
create trigger note_call after insert on call_logs for each row execute function note_call();

--- a neighbour's trigger fails on every update @ 01 02
create function refuse() returns trigger language plpgsql as $$begin raise exception 'closed'; end$$;
create trigger refuse before update on leads for each row execute function refuse();

--- a rule on call_logs swallows inserts @ 01 02 05
create rule nothing as on insert to call_logs do instead nothing;

--- policies that let everybody see everything @ 01 02 05
alter table call_logs enable row level security;
create policy "Allow all" on call_logs using (true) with check (true);
alter table leads enable row level security;
create policy "Allow all" on leads using (true) with check (true);

--- a restrictive policy that hides everything @ finished
create policy nothing on call_logs as restrictive using (false);

--- row security forced on everything @ 01 02 05
alter table tenants enable row level security, force row level security;
alter table call_logs enable row level security, force row level security;
alter table appointments enable row level security, force row level security;
alter table weekly_analytics enable row level security, force row level security;
alter table tenant_users enable row level security, force row level security;
alter table leads enable row level security, force row level security;
alter table signals enable row level security, force row level security;
alter table contacts enable row level security, force row level security;

--- row security forced on tenants @ finished
alter table tenants force row level security;

--- the look-up returns text @ 01 02 05
drop function get_tenant_by_phone (varchar);
create function get_tenant_by_phone (phone_number text) returns text language sql as 'select null::text';

--- the look-up returns rows @ 01 02 05
drop function get_tenant_by_phone (varchar);
create function get_tenant_by_phone (phone_number text) returns setof tenants language sql as 'select * from tenants';

--- the look-up has another argument name @ 01 02 05
drop function get_tenant_by_phone (varchar);
create function get_tenant_by_phone (p_phone text) returns uuid language sql as 'select null::uuid';

--- the look-up has overloads @ 01 02 05
create function get_tenant_by_phone (phone_number text) returns uuid language sql as 'select null::uuid';
create function get_tenant_by_phone (phone_number text, country text) returns uuid language sql as 'select null::uuid';
create function get_tenant_by_phone (phone_number text, strict boolean default false) returns uuid language sql as 'select null::uuid';

--- a finished look-up has an overload @ finished
create function get_tenant_by_phone (phone_number varchar) returns uuid language sql as 'select null::uuid';

--- a procedure bears the name of the look-up @ empty
create procedure get_tenant_by_phone (phone_number text) language sql as 'select 1';

--- an aggregate bears the name of the look-up @ empty
create aggregate get_tenant_by_phone (text) (sfunc = textcat, stype = text);

--- a view calls the look-up @ 01 02 05
create view who_is_called as select call_sid, get_tenant_by_phone(to_number) as tenant_id from call_logs;

--- a default calls the look-up @ 01 02 05
alter table tasks add tenant_id uuid default get_tenant_by_phone('+18165550101');

--- a view reads the columns that change @ 01 02 05
create view late_calls as select id, call_sid, started_at, status from call_logs where started_at > now() - interval '1 day';
create view later_calls as select call_sid, started_at::date as day from late_calls;
create materialized view calls_by_day as select started_at::date as day, count(*) as n from call_logs group by 1;
create index calls_by_day_day on calls_by_day (day);

--- a view over leads selects everything @ 01 02
create view all_leads as select * from leads;
grant select on all_leads to public;

--- an index on an expression of a column that changes @ 01 02 05
create index idx_call_logs_day on call_logs (date(started_at));
create index idx_tenants_lower on tenants (lower(slug));

--- statistics and comments on columns that change @ 01 02 05
create statistics call_statistics on status, direction from call_logs;
comment on column call_logs.status is 'as Twilio says';

--- nobody owns the rows @ 01 02 05
alter table call_logs alter tenant_id drop not null;
update call_logs set tenant_id = null;
alter table appointments alter tenant_id drop not null;
update appointments set tenant_id = null;
alter table tenant_users alter tenant_id drop not null;
update tenant_users set tenant_id = null;

--- the rows belong to tenants that are gone @ 01 02 05
alter table call_logs drop constraint call_logs_tenant_id_fkey;
alter table appointments drop constraint appointments_tenant_id_fkey;
update call_logs set tenant_id = '00000000-0000-4000-8000-00000000dead';
update appointments set tenant_id = '00000000-0000-4000-8000-00000000beef';

--- two tenants are called default @ 01 02 05
alter table tenants drop constraint tenants_slug_key;
alter table tenants drop constraint tenants_owner_email_key;
insert into tenants (slug, company_name, owner_name, owner_email, created_at) values ('default', 'Older', 'Office', 'older@example.com', '2024-01-01'), ('default', 'Younger', 'Office', 'admin@example.com', '2026-01-01');

--- one owner has two tenants @ finished
insert into tenants (slug, company_name, owner_email) values ('first', 'First', 'ann@acme.example'), ('second', 'Second', 'ann@acme.example');

--- tenants without slug or name @ 01 02 05
alter table tenants alter slug drop not null, alter company_name drop not null;
insert into tenants (slug, company_name, owner_name, owner_email) values (null, 'No slug', 'Office', 'a@example.com'), ('no-name', null, 'Office', 'b@example.com');

--- call_sid doubled within a tenant @ 01 02 05
alter table call_logs drop constraint call_logs_call_sid_key;
insert into call_logs (tenant_id, call_sid, from_number, to_number) select tenant_id, call_sid, from_number, to_number from call_logs, generate_series(1, 3);

--- call_sid missing @ 01 02 05
alter table call_logs alter call_sid drop not null;
update call_logs set call_sid = null;
insert into call_logs (tenant_id, from_number, to_number) select tenant_id, from_number, to_number from call_logs;

--- one id in two rows @ 01 02 05
alter table call_logs drop constraint call_logs_pkey cascade;
insert into call_logs (id, tenant_id, call_sid, from_number, to_number) select id, tenant_id, 'CAother', from_number, to_number from call_logs;

--- no id in two rows @ 01 02 05
alter table appointments drop constraint appointments_pkey;
alter table appointments alter id drop not null;
insert into appointments (id, tenant_id, customer_phone) select null, tenant_id, '9135550199' from appointments;
insert into appointments (id, tenant_id, customer_phone) select null, tenant_id, '9135550198' from appointments limit 1;

--- users with one address and roles of their own @ 01 02 05
alter table tenant_users drop constraint tenant_users_tenant_id_email_key;
insert into tenant_users (tenant_id, email, role) select id, 'desk@example.com', 'superhero' from tenants;

--- numbers as people type them @ 01 02 05
update tenants set twilio_phone_number = '(816) 555-0101';
insert into tenants (slug, company_name, owner_name, owner_email, twilio_phone_number) values
  ('dots', 'Dots', 'Office', 'dots@example.com', '816.555.0102'), ('double-zero', 'Double zero', 'Office', 'zero@example.com', '0018165550103'),
  ('words', 'Words', 'Office', 'words@example.com', 'call the office'), ('same', 'Same', 'Office', 'same@example.com', '+18165550101');

--- statuses that we don't know @ 01 02 05
update call_logs set status = 'Completed!', direction = 'sideways', duration = -5;
update appointments set status = 'scheduled';

--- a zone that nobody knows @ 01 02 05
update tenants set timezone = 'Mars/Olympus';

--- appointments without time or name @ 01 02 05
update appointments set scheduled_date = null, customer_name = null;

--- appointments of one resource overlap @ 01 02 05
insert into appointments (tenant_id, customer_phone, customer_name, scheduled_date, status) select tenant_id, customer_phone, 'Second', scheduled_date, 'confirmed' from appointments;
insert into appointments (tenant_id, customer_phone, customer_name, scheduled_date, status) select tenant_id, customer_phone, 'Third', scheduled_date + interval '10 minutes', 'pending' from appointments;

--- tokens in clear @ 01 02 05
update tenants set twilio_account_sid = 'AC' || repeat('0', 31) || '1', twilio_auth_token = repeat('a', 32);

--- one account for two tenants @ 01 02 05
update tenants set twilio_account_sid = 'AC' || repeat('0', 31) || '1', twilio_auth_token = repeat('a', 32);
insert into tenants (slug, company_name, owner_name, owner_email, twilio_account_sid, twilio_auth_token) values ('acme', 'Acme', 'Ann', 'ann@acme.example', 'AC' || repeat('0', 31) || '1', repeat('b', 32));

--- weeks counted twice @ 01 02 05
alter table weekly_analytics drop constraint weekly_analytics_tenant_id_week_start_key;
insert into weekly_analytics (tenant_id, week_start, week_end, total_calls) select tenant_id, week_start, week_end, 3 from weekly_analytics;

--- a week that ends before it starts @ 01 02 05
update weekly_analytics set week_end = week_start - 1;

--- no tenant at all and rows everywhere @ 01 02
create table call_logs (id uuid primary key default gen_random_uuid(), call_sid varchar(50), from_number varchar(20), to_number varchar(20), created_at timestamp default now());
insert into call_logs (call_sid, from_number, to_number) values ('CAa', '+19135550101', '+18165550105'), ('CAb', '+19135550102', '+18165550105'), ('CAc', '+19135550103', '+18165550106');

--- the extension uuid-ossp is absent @ empty
create table leads (id uuid primary key default gen_random_uuid(), business_name text, updated_at timestamp);
insert into leads (business_name, updated_at) values ('Alone', '2025-10-01');

--- leads is a view @ empty
create table people (id uuid primary key default gen_random_uuid(), name text);
create view leads as select * from people;

--- leads is partitioned @ empty
create table leads (id uuid not null default gen_random_uuid(), business_name text, created_at timestamp not null default now(), primary key (id, created_at)) partition by range (created_at);
create table leads_rest partition of leads default;
insert into leads (business_name) values ('In a part');

--- leads is empty and has no key @ empty
create table leads (business_name text);

--- our schema is there and empty @ empty
create schema switchboard;

--- our schema holds somebody's table @ 01 02
create schema switchboard;
create table switchboard.api_keys (id serial primary key, key text);
insert into switchboard.api_keys (key) values ('old');

--- the ledger of migrations is there and empty @ empty
create schema switchboard;
create table switchboard._sqlx_migrations (version bigint primary key, description text not null, installed_on timestamptz not null default now(), success boolean not null, checksum bytea not null, execution_time bigint not null);

--- another program keeps its ledger in public @ 01 02 05
create table _sqlx_migrations (version bigint primary key, description text not null, installed_on timestamptz not null default now(), success boolean not null, checksum bytea not null, execution_time bigint not null);
insert into _sqlx_migrations values (1, 'theirs', now(), true, '\x00', 1);

--- the ledger lacks the last migration @ finished
delete from switchboard._sqlx_migrations where version = (select max(version) from switchboard._sqlx_migrations);

--- the ledger lacks all migrations @ finished
delete from switchboard._sqlx_migrations;

--- the search path leads elsewhere @ 01 02 05
create schema elsewhere;
do $$begin execute format('alter database %I set search_path = elsewhere', current_database()); end$$;

--- statements may take a millisecond @ 01 02 05
do $$begin execute format('alter database %I set statement_timeout = 1', current_database()); end$$;

--- the database speaks of another zone @ 01 02 05
do $$begin execute format('alter database %I set timezone = %L', current_database(), 'Asia/Kathmandu'); end$$;

--- everybody may do everything @ 01 02 05
grant all on all tables in schema public to public;
grant all on all functions in schema public to public;

--- columns granted one by one @ finished
grant select (slug), update (slug) on tenants to public;

--- a hosted service grants everything by default @ empty as superuser
do $$begin create role anon nologin; exception when duplicate_object then null; end$$;
do $$begin create role authenticated nologin; exception when duplicate_object then null; end$$;
do $$begin create role service_role nologin bypassrls; exception when duplicate_object then null; end$$;
create schema extensions;
grant usage, create on schema extensions to firm;
grant usage on schema public, extensions to anon, authenticated, service_role;
alter default privileges for role firm in schema public grant all on tables to anon, authenticated, service_role;
alter default privileges for role firm in schema public grant all on functions to anon, authenticated, service_role;
alter default privileges for role firm in schema public grant all on sequences to anon, authenticated, service_role;
alter default privileges for role firm grant all on tables to anon, authenticated, service_role;
alter default privileges for role firm grant all on functions to anon, authenticated, service_role;
alter default privileges for role firm grant all on schemas to anon, authenticated, service_role;

--- a table belongs to somebody else @ 01 02 05 as superuser
alter table public.call_logs owner to postgres;

--- a neighbour belongs to somebody else @ 01 02 05 as superuser
alter table public.leads owner to postgres;

--- the look-up belongs to somebody else @ 01 02 05 as superuser
alter function public.get_tenant_by_phone (varchar) owner to postgres;

-- What a hosted service prepares before anybody's first table: roles of its HTTP interface, extensions in a schema of their
-- own, and default privileges that give those roles everything that the owner makes in public.
do $$begin create role anon nologin; exception when duplicate_object then null; end$$;
do $$begin create role authenticated nologin; exception when duplicate_object then null; end$$;
do $$begin create role service_role nologin bypassrls; exception when duplicate_object then null; end$$;
create schema extensions authorization firm_hosted;
do $$declare name text; begin
  for name in select e.name from pg_available_extensions e where e.name in ('uuid-ossp', 'pgcrypto') loop
    execute format('create extension %I schema extensions', name);
  end loop;
end$$;
grant usage on schema public, extensions to anon, authenticated, service_role;
alter default privileges for role firm_hosted in schema public grant all on tables to anon, authenticated, service_role;
alter default privileges for role firm_hosted in schema public grant all on functions to anon, authenticated, service_role;
alter default privileges for role firm_hosted in schema public grant all on sequences to anon, authenticated, service_role;

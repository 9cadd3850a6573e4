-- Every way to break one object of a finished database: its name, whether it takes a superuser, the statements.
-- $1: our tables, with their schemas. Of the neighbours' tables only what adopting them added. The search path is empty.
WITH tables AS (
    SELECT c.oid, c.oid::regclass::text AS name, c.relrowsecurity, c.relforcerowsecurity, c.relacl, c.relowner,
           c.oid::regclass::text = ANY ($1) AS is_ours
      FROM pg_class c
     WHERE c.relkind = 'r'
       AND (c.oid::regclass::text = ANY ($1) OR c.oid::regclass::text IN ('public.leads', 'public.signals', 'public.contacts'))
), columns AS (
    SELECT t.name AS table_name, t.oid AS table_oid, a.attnum, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
           a.attnotnull, a.atthasdef, t.is_ours,
           EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = t.oid AND k.contype = 'p' AND a.attnum = ANY (k.conkey)) AS in_key
      FROM tables t
      JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
     WHERE t.is_ours OR a.attname = 'tenant_id'
), constraints AS (
    SELECT t.name AS table_name, k.conname AS name, k.contype, pg_get_constraintdef(k.oid) AS definition
      FROM tables t
      JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype <> 'n'
     WHERE t.is_ours
        OR k.conkey = (SELECT ARRAY[a.attnum] FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname = 'tenant_id')
), indexes AS (
    SELECT t.name AS table_name, i.indexrelid AS oid, i.indexrelid::regclass::text AS name, i.indisunique
      FROM tables t
      JOIN pg_index i ON i.indrelid = t.oid
     WHERE NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
       AND (t.is_ours OR i.indkey[0] = (SELECT a.attnum FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname = 'tenant_id'))
), policies AS (
    SELECT t.name AS table_name, p.polname AS name, p.polqual IS NOT NULL AS has_qual, p.polwithcheck IS NOT NULL AS has_check
      FROM tables t
      JOIN pg_policy p ON p.polrelid = t.oid
     WHERE t.is_ours
), triggers AS (
    SELECT t.name AS table_name, g.tgname AS name
      FROM tables t
      JOIN pg_trigger g ON g.tgrelid = t.oid AND NOT g.tgisinternal
     WHERE t.is_ours
), functions AS (
    SELECT p.oid, p.oid::regprocedure::text AS signature, p.pronamespace::regnamespace || '.' || quote_ident(p.proname) AS name,
           pg_get_function_arguments(p.oid) AS arguments, pg_get_function_result(p.oid) AS result, p.proargnames[1] AS first_argument,
           pg_get_functiondef(p.oid) AS definition, p.proacl, p.proowner
      FROM pg_proc p
     WHERE p.prokind = 'f'
       AND (p.pronamespace::regnamespace::text = 'switchboard'
            OR (p.pronamespace::regnamespace::text = 'public' AND p.proname = 'get_tenant_by_phone'))
), grants AS (
    SELECT DISTINCT 'TABLE ' || t.name AS object, pg_get_userbyid(acl.grantee) AS grantee, acl.privilege_type AS privilege
      FROM tables t, aclexplode(t.relacl) AS acl
     WHERE t.is_ours AND acl.grantee NOT IN (0, t.relowner)
    UNION SELECT DISTINCT 'FUNCTION ' || f.signature, pg_get_userbyid(acl.grantee), acl.privilege_type
      FROM functions f, aclexplode(f.proacl) AS acl WHERE acl.grantee NOT IN (0, f.proowner)
    UNION SELECT DISTINCT 'SCHEMA switchboard', pg_get_userbyid(acl.grantee), acl.privilege_type
      FROM pg_namespace n, aclexplode(n.nspacl) AS acl WHERE n.nspname = 'switchboard' AND acl.grantee NOT IN (0, n.nspowner)
), ways (name, needs_superuser, statements) AS (
    SELECT format('table %s dropped', name), false, ARRAY[format('DROP TABLE %s CASCADE', name)] FROM tables WHERE is_ours
    UNION ALL SELECT format('column %s.%s dropped', table_name, name), false,
                     ARRAY[format('ALTER TABLE %s DROP COLUMN %I CASCADE', table_name, name)] FROM columns
    UNION ALL SELECT format('column %s.%s nullable', table_name, name), false,
                     ARRAY[format('ALTER TABLE %s ALTER %I DROP NOT NULL', table_name, name)] FROM columns WHERE attnotnull AND NOT in_key
    UNION ALL SELECT format('column %s.%s without default', table_name, name), false,
                     ARRAY[format('ALTER TABLE %s ALTER %I DROP DEFAULT', table_name, name)] FROM columns WHERE atthasdef
    UNION ALL SELECT format('column %s.%s of an older type', table_name, name), false,
                     ARRAY[format('ALTER TABLE %s ALTER %I TYPE %s', table_name, name,
                                  CASE type WHEN 'text' THEN 'varchar(255)' ELSE 'timestamp' END)]
                FROM columns c
               WHERE type IN ('text', 'timestamp with time zone') AND table_name LIKE 'public.%'
                 -- A CHECK, an exclusion or an index on it would have to be written anew: other states do that.
                 AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.table_oid AND k.contype IN ('x', 'c') AND c.attnum = ANY (k.conkey))
                 AND NOT EXISTS (SELECT FROM pg_depend d JOIN pg_proc p ON p.oid = d.objid AND d.classid = 'pg_proc'::regclass
                                  WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = c.table_oid AND d.refobjsubid = c.attnum)
    UNION ALL SELECT format('%s %s of %s dropped', CASE contype WHEN 'f' THEN 'foreign key' WHEN 'c' THEN 'check' ELSE 'key' END, name, table_name), false,
                     ARRAY[format('ALTER TABLE %s DROP CONSTRAINT %I CASCADE', table_name, name)] FROM constraints
    UNION ALL SELECT format('%s %s of %s not validated', CASE contype WHEN 'f' THEN 'foreign key' ELSE 'check' END, name, table_name), false,
                     ARRAY[format('ALTER TABLE %s DROP CONSTRAINT %I', table_name, name),
                           format('ALTER TABLE %s ADD CONSTRAINT %I %s NOT VALID', table_name, name, replace(definition, ' NOT VALID', ''))]
                FROM constraints WHERE contype IN ('f', 'c')
    UNION ALL SELECT format('index %s dropped', name), false, ARRAY[format('DROP INDEX %s', name)] FROM indexes
    UNION ALL SELECT format('index %s invalid', name), true,
                     ARRAY[format('UPDATE pg_catalog.pg_index SET indisvalid = false WHERE indexrelid = %L::regclass', name)] FROM indexes
    UNION ALL SELECT format('policy %s of %s dropped', name, table_name), false, ARRAY[format('DROP POLICY %I ON %s', name, table_name)] FROM policies
    UNION ALL SELECT format('policy %s of %s opened', name, table_name), false,
                     ARRAY[format('ALTER POLICY %I ON %s%s%s', name, table_name, CASE WHEN has_qual THEN ' USING (true)' ELSE '' END,
                                  CASE WHEN has_check THEN ' WITH CHECK (true)' ELSE '' END)] FROM policies
    UNION ALL SELECT format('policy everybody on %s added', name), false,
                     ARRAY[format('CREATE POLICY everybody ON %s USING (true) WITH CHECK (true)', name)] FROM tables WHERE is_ours
    UNION ALL SELECT format('trigger %s of %s dropped', name, table_name), false, ARRAY[format('DROP TRIGGER %I ON %s', name, table_name)] FROM triggers
    UNION ALL SELECT format('trigger %s of %s disabled', name, table_name), false,
                     ARRAY[format('ALTER TABLE %s DISABLE TRIGGER %I', table_name, name)] FROM triggers
    UNION ALL SELECT format('function %s dropped', signature), false, ARRAY[format('DROP FUNCTION %s CASCADE', signature)] FROM functions
    UNION ALL SELECT format('function %s with another body', signature), false,
                     ARRAY[format('CREATE OR REPLACE FUNCTION %s(%s) RETURNS %s LANGUAGE plpgsql AS $broken$BEGIN RAISE EXCEPTION ''broken''; END$broken$',
                                  name, arguments, result)] FROM functions
    UNION ALL SELECT format('function %s with another argument name', signature), false,
                     ARRAY[format('DROP FUNCTION %s CASCADE', signature),
                           format('CREATE FUNCTION %s(%s) RETURNS %s LANGUAGE plpgsql AS $broken$BEGIN RAISE EXCEPTION ''broken''; END$broken$',
                                  name, regexp_replace(arguments, '^"?' || first_argument || '"?', 'renamed'), result)]
                FROM functions WHERE first_argument <> '' AND arguments LIKE first_argument || ' %'
    UNION ALL SELECT format('%s on %s taken from %s', privilege, object, grantee), false,
                     ARRAY[format('REVOKE %s ON %s FROM %I', privilege, object, grantee)] FROM grants
    UNION ALL SELECT format('table %s granted to everybody', name), false, ARRAY[format('GRANT ALL ON %s TO PUBLIC', name)] FROM tables WHERE is_ours
    UNION ALL SELECT format('function %s granted to everybody', signature), false, ARRAY[format('GRANT EXECUTE ON FUNCTION %s TO PUBLIC', signature)] FROM functions
    UNION ALL SELECT format('row security of %s switched off', name), false, ARRAY[format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', name)]
                FROM tables WHERE is_ours AND relrowsecurity
    UNION ALL SELECT format('row security of %s not forced', name), false, ARRAY[format('ALTER TABLE %s NO FORCE ROW LEVEL SECURITY', name)]
                FROM tables WHERE is_ours AND relforcerowsecurity
)
SELECT name, needs_superuser, statements FROM ways ORDER BY name

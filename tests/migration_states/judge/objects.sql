-- All objects of the database, a line each: kind, name, the table that it stands on, what it is, the columns that a unique
-- index is over, and whether it is about tenant_id alone. The search path must be empty, so that every name is spelt out.
-- What is inherited is left out: it follows its parent.
-- `service_role` gets what a hosted service's default privileges give it, with a fresh install as well.
-- $1: tables of whose views only the columns are told, because views over them may be made anew.
WITH RECURSIVE schemas AS (
    SELECT oid, nspname, nspowner, nspacl FROM pg_namespace
     WHERE nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND nspname NOT LIKE 'pg\_temp%' AND nspname NOT LIKE 'pg\_toast%'
), relations AS (
    SELECT c.*, c.oid::regclass::text AS name FROM pg_class c JOIN schemas s ON s.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
), tenant_column AS (
    SELECT attrelid, attnum FROM pg_attribute WHERE attname = 'tenant_id' AND NOT attisdropped
), grants AS (
    SELECT c.oid, string_agg(format('%s=%s', CASE a.grantee WHEN 0 THEN 'everybody' ELSE pg_get_userbyid(a.grantee) END, a.privilege_type), ' '
                             ORDER BY a.grantee = 0, pg_get_userbyid(a.grantee), a.privilege_type) AS told
      FROM relations c, aclexplode(coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's'::"char" ELSE 'r'::"char" END, c.relowner))) AS a
     WHERE a.grantee NOT IN (SELECT oid FROM pg_roles WHERE rolname = 'service_role')
     GROUP BY c.oid
), readers (view, of_which) AS (
    SELECT r.ev_class, d.refobjid FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid
     WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND r.ev_class <> d.refobjid
    UNION SELECT readers.view, d.refobjid FROM readers JOIN pg_rewrite r ON r.ev_class = readers.of_which
      JOIN pg_depend d ON d.objid = r.oid AND d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass
)
SELECT 'schema' AS kind, nspname::text AS name, NULL::text AS on_table,
       (SELECT string_agg(format('%s=%s', CASE a.grantee WHEN 0 THEN 'everybody' ELSE pg_get_userbyid(a.grantee) END, a.privilege_type), ' '
                          ORDER BY a.grantee = 0, pg_get_userbyid(a.grantee), a.privilege_type)
          FROM aclexplode(coalesce(nspacl, acldefault('n', nspowner))) AS a
         WHERE a.grantee NOT IN (SELECT oid FROM pg_roles WHERE rolname = 'service_role')) || ' owner ' || pg_get_userbyid(nspowner) AS told,
       '{}'::text[] AS columns, false AS is_about_tenant
  FROM schemas
UNION ALL
SELECT 'relation', c.name, c.name,
       format('kind %s, persistence %s, options %s, owner %s, row security %s forced %s, replica identity %s, disabled inner triggers %s, grants %s',
              c.relkind, c.relpersistence, coalesce(c.reloptions::text, 'none'), pg_get_userbyid(c.relowner), c.relrowsecurity, c.relforcerowsecurity,
              c.relreplident, (SELECT count(*) FROM pg_trigger g WHERE g.tgrelid = c.oid AND g.tgisinternal AND g.tgenabled <> 'O'),
              (SELECT told FROM grants WHERE grants.oid = c.oid)),
       '{}', false
  FROM relations c
UNION ALL
SELECT 'view', c.name, c.name,
       CASE WHEN EXISTS (SELECT FROM readers WHERE readers.view = c.oid AND readers.of_which::regclass::text = ANY ($1)) THEN 'over tables of ours'
            ELSE (SELECT string_agg(format('%s %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' ORDER BY a.attnum)
                    FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0) || ' ' || pg_get_viewdef(c.oid) END
       || (SELECT string_agg(a.attname, ', ' ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0),
       '{}', false
  FROM relations c WHERE c.relkind IN ('v', 'm')
UNION ALL
SELECT 'column', c.name || '.' || quote_ident(a.attname), c.name,
       format('type %s, required %s, default %s, generated "%s", identity "%s", collation %s, grants %s', format_type(a.atttypid, a.atttypmod), a.attnotnull,
              coalesce(pg_get_expr(d.adbin, d.adrelid), 'none'), a.attgenerated, a.attidentity, a.attcollation::regcollation, coalesce(a.attacl::text, 'none')),
       '{}', a.attname LIKE 'tenant\_id%'
  FROM relations c
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attinhcount = 0
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
 WHERE c.relkind IN ('r', 'p', 'f')
UNION ALL
-- From 18 on NOT NULL is a constraint as well, under a name that PostgreSQL makes up; the column says it.
SELECT CASE WHEN k.contype IN ('p', 'u', 'x') THEN 'key' WHEN k.contype = 'f' THEN 'foreign key' ELSE 'check' END,
       c.name || ' ' || quote_ident(k.conname), c.name,
       format('%s, valid %s', pg_get_constraintdef(k.oid), k.convalidated),
       '{}', coalesce(k.conkey = ARRAY[t.attnum], false)
  FROM relations c
  JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype <> 'n' AND k.coninhcount = 0
  LEFT JOIN tenant_column t ON t.attrelid = c.oid
UNION ALL
SELECT CASE WHEN i.indisunique THEN 'unique index' ELSE 'index' END, i.indexrelid::regclass::text, c.name,
       format('%s, valid %s, ready %s', pg_get_indexdef(i.indexrelid), i.indisvalid, i.indisready),
       CASE WHEN i.indisunique AND NOT i.indnullsnotdistinct
            THEN ARRAY(SELECT quote_ident(a.attname) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = ANY (i.indkey)) ELSE '{}' END,
       coalesce(i.indnkeyatts = 1 AND i.indkey[0] = t.attnum, false)
  FROM relations c
  JOIN pg_index i ON i.indrelid = c.oid AND NOT EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = i.indexrelid)
  LEFT JOIN tenant_column t ON t.attrelid = c.oid
UNION ALL
SELECT 'policy', c.name || ' ' || quote_ident(p.polname), c.name,
       format('for %s, permissive %s, to %s, using %s, check %s', p.polcmd, p.polpermissive, p.polroles::regrole[],
              coalesce(pg_get_expr(p.polqual, p.polrelid), 'none'), coalesce(pg_get_expr(p.polwithcheck, p.polrelid), 'none')),
       '{}', false
  FROM relations c JOIN pg_policy p ON p.polrelid = c.oid
UNION ALL
SELECT 'trigger', c.name || ' ' || quote_ident(g.tgname), c.name,
       format('%s, enabled %s, body %s', pg_get_triggerdef(g.oid), g.tgenabled, md5(p.prosrc)), '{}', false
  FROM relations c JOIN pg_trigger g ON g.tgrelid = c.oid AND NOT g.tgisinternal JOIN pg_proc p ON p.oid = g.tgfoid
UNION ALL
SELECT 'function', p.oid::regprocedure::text, NULL,
       format('%s, owner %s, grants %s', CASE WHEN p.prokind IN ('f', 'p') THEN pg_get_functiondef(p.oid) ELSE format('of kind %s', p.prokind) END, pg_get_userbyid(p.proowner),
              (SELECT string_agg(format('%s=%s', CASE a.grantee WHEN 0 THEN 'everybody' ELSE pg_get_userbyid(a.grantee) END, a.privilege_type), ' '
                                 ORDER BY a.grantee = 0, pg_get_userbyid(a.grantee), a.privilege_type)
                 FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a
                WHERE a.grantee NOT IN (SELECT oid FROM pg_roles WHERE rolname = 'service_role'))),
       '{}', false
  FROM pg_proc p JOIN schemas s ON s.oid = p.pronamespace
 WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')

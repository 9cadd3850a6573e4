-- The state of a database as one JSON document: what stands in the two schemas, what depends on it, and who asks.
-- Read only, one statement, whole: it can be pasted into any SQL editor. The names in braces are filled in by the program.
-- An empty search path comes first, so that every definition below spells every name in full.
SELECT jsonb_build_object(
    'server', current_setting('server_version_num')::integer,
    'database', current_database(),
    'login', current_user,
    'bypasses_row_security', (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user),
    'roles', (SELECT coalesce(jsonb_agg(rolname ORDER BY rolname), '[]') FROM pg_roles
               WHERE rolname IN ('switchboard_app', 'anon', 'authenticated')),
    'extensions', (SELECT coalesce(jsonb_object_agg(e.extname, n.nspname), '{}')
                     FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace),
    'relations', (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
            'schema', n.nspname, 'name', c.relname, 'kind', c.relkind, 'made', c.oid::bigint,
            'unlogged', c.relpersistence = 'u', 'owner', pg_get_userbyid(c.relowner),
            'ours_to_change', pg_has_role(c.relowner, 'USAGE'), 'options', coalesce(to_jsonb(c.reloptions), '[]'),
            'row_security', c.relrowsecurity, 'forced', c.relforcerowsecurity,
            'has_rows', c.relkind = 'p' OR c.relkind IN ('r', 'm') AND pg_relation_size(c.oid) > 0,
            'rows', CASE WHEN able.to_count
                    THEN substring(query_to_xml(format('SELECT count(*) AS n FROM %s', c.oid::regclass), false, true, '')::text
                                   FROM '<n>([0-9]+)</n>')::bigint END,
            'without_tenant', CASE WHEN able.to_count AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id'
                                                                    AND NOT a.attisdropped AND NOT a.attnotnull)
                    THEN substring(query_to_xml(format('SELECT count(*) AS n FROM %s WHERE tenant_id IS NULL', c.oid::regclass), false, true, '')::text
                                   FROM '<n>([0-9]+)</n>')::bigint END,
            'columns', (
                SELECT coalesce(jsonb_agg(jsonb_build_object(
                    'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'required', a.attnotnull,
                    'default', CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END,
                    'generated', a.attgenerated <> '', 'identity', a.attidentity <> '',
                    'grants', (SELECT coalesce(jsonb_agg(jsonb_build_array(coalesce(r.rolname, 'PUBLIC'), x.privilege_type)
                                                  ORDER BY r.rolname, x.privilege_type), '[]')
                                 FROM aclexplode(a.attacl) x LEFT JOIN pg_roles r ON r.oid = x.grantee)
                ) ORDER BY a.attnum), '[]')
                  FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                 WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind <> 'S'),
            'constraints', (
                SELECT coalesce(jsonb_agg(jsonb_build_object(
                    'name', k.conname, 'kind', k.contype, 'validated', k.convalidated,
                    'definition', replace(pg_get_constraintdef(k.oid), ' NOT VALID', ''),
                    'columns', (SELECT coalesce(jsonb_agg(a.attname ORDER BY u.place), '[]')
                                  FROM unnest(k.conkey) WITH ORDINALITY u (number, place)
                                  JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number),
                    'references', CASE WHEN k.contype = 'f' THEN k.confrelid::regclass::text END,
                    'key', CASE WHEN k.contype = 'f' THEN (SELECT i.relname FROM pg_class i WHERE i.oid = k.conindid) END
                ) ORDER BY k.oid), '[]')
                  FROM pg_constraint k
                 WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u', 'x', 'c', 'f') AND k.conparentid = 0),
            'indexes', (
                SELECT coalesce(jsonb_agg(jsonb_build_object(
                    'name', i.relname, 'definition', pg_get_indexdef(i.oid), 'valid', x.indisvalid AND x.indisready,
                    'unique', x.indisunique,
                    'columns', (SELECT coalesce(jsonb_agg(a.attname ORDER BY u.place), '[]')
                                  FROM unnest(x.indkey::int2[]) WITH ORDINALITY u (number, place)
                                  LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.number AND u.number <> 0),
                    'of_constraint', EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.oid AND k.contype IN ('p', 'u', 'x'))
                ) ORDER BY i.oid), '[]')
                  FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid WHERE x.indrelid = c.oid),
            'triggers', (
                SELECT coalesce(jsonb_agg(jsonb_build_object(
                    'name', g.tgname, 'definition', pg_get_triggerdef(g.oid), 'enabled', g.tgenabled = 'O',
                    'on_update', g.tgtype & 16 > 0) ORDER BY g.oid), '[]')
                  FROM pg_trigger g WHERE g.tgrelid = c.oid AND NOT g.tgisinternal),
            'rules', (
                SELECT coalesce(jsonb_agg(jsonb_build_array(w.rulename, pg_get_ruledef(w.oid)) ORDER BY w.oid), '[]')
                  FROM pg_rewrite w WHERE w.ev_class = c.oid AND w.ev_type <> '1'),
            'policies', (
                SELECT coalesce(jsonb_agg(jsonb_build_object(
                    'name', p.polname, 'permissive', p.polpermissive,
                    'command', CASE p.polcmd WHEN '*' THEN 'ALL' WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT'
                                             WHEN 'w' THEN 'UPDATE' ELSE 'DELETE' END,
                    'roles', (SELECT jsonb_agg(coalesce(quote_ident(r.rolname), 'PUBLIC') ORDER BY r.rolname)
                                FROM unnest(p.polroles) u (oid) LEFT JOIN pg_roles r ON r.oid = u.oid),
                    'using', pg_get_expr(p.polqual, p.polrelid), 'check', pg_get_expr(p.polwithcheck, p.polrelid)
                ) ORDER BY p.oid), '[]')
                  FROM pg_policy p WHERE p.polrelid = c.oid),
            'grants', (SELECT coalesce(jsonb_agg(jsonb_build_array(coalesce(r.rolname, 'PUBLIC'), x.privilege_type)
                                                  ORDER BY r.rolname, x.privilege_type), '[]')
                         FROM aclexplode(c.relacl) x LEFT JOIN pg_roles r ON r.oid = x.grantee
                        WHERE x.grantee <> c.relowner),
            'definition', CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END,
            'uses', (
                SELECT coalesce(jsonb_agg(DISTINCT jsonb_build_array(u.refobjid::regclass::text, a.attname)), '[]')
                  FROM pg_rewrite w
                  JOIN pg_depend u ON u.classid = 'pg_rewrite'::regclass AND u.objid = w.oid
                                  AND u.refclassid = 'pg_class'::regclass AND u.refobjid <> c.oid
                  LEFT JOIN pg_attribute a ON a.attrelid = u.refobjid AND a.attnum = u.refobjsubid AND u.refobjsubid > 0
                 WHERE w.ev_class = c.oid)
        ) ORDER BY c.oid), '[]')
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
               -- What row-level security hides from the login can't be counted.
               CROSS JOIN LATERAL (SELECT {counted} AND c.relkind IN ('r', 'p') AND n.nspname = {shared}
                                          AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
                                          AND NOT row_security_active(c.oid)
                                          AND c.relname IN ('tenants', 'tenant_users', 'call_logs', 'appointments', 'weekly_analytics', 'leads', 'signals', 'contacts')) able (to_count)
         WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND NOT c.relispartition
           AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
           AND (n.nspname IN ({shared}, {own})
                OR EXISTS (SELECT FROM pg_constraint k JOIN pg_class t ON t.oid = k.confrelid
                            WHERE k.conrelid = c.oid AND k.contype = 'f' AND t.relnamespace IN ({shared}::regnamespace))
                OR c.relkind IN ('v', 'm'))
           AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')),
    'functions', (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
            'schema', n.nspname, 'name', p.proname, 'made', p.oid::bigint, 'kind', p.prokind,
            'signature', p.oid::regprocedure::text, 'arguments', pg_get_function_arguments(p.oid),
            'result', pg_get_function_result(p.oid),
            'definition', CASE WHEN p.prokind IN ('f', 'p') THEN pg_get_functiondef(p.oid) END,
            'ours_to_change', pg_has_role(p.proowner, 'USAGE'),
            'used', EXISTS (SELECT FROM pg_depend u WHERE u.refclassid = 'pg_proc'::regclass AND u.refobjid = p.oid),
            'grants', (SELECT coalesce(jsonb_agg(coalesce(r.rolname, 'PUBLIC') ORDER BY r.rolname), '[]')
                         FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x LEFT JOIN pg_roles r ON r.oid = x.grantee
                        WHERE x.grantee <> p.proowner)
        ) ORDER BY p.oid), '[]')
          FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
         WHERE n.nspname IN ({shared}, {own})
           AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid AND e.deptype = 'e')),
    'types', (
        SELECT coalesce(jsonb_agg(jsonb_build_array(n.nspname, t.typname) ORDER BY t.typname), '[]')
          FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
         WHERE n.nspname IN ({shared}, {own}) AND t.typtype <> 'c' AND t.typelem = 0
            OR n.nspname IN ({shared}, {own}) AND t.typtype = 'c'
               AND EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c')),
    'schemas', (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
            'name', n.nspname, 'owner', pg_get_userbyid(n.nspowner),
            'grants', (SELECT coalesce(jsonb_agg(jsonb_build_array(coalesce(r.rolname, 'PUBLIC'), x.privilege_type)
                                                  ORDER BY r.rolname, x.privilege_type), '[]')
                         FROM aclexplode(n.nspacl) x LEFT JOIN pg_roles r ON r.oid = x.grantee
                        WHERE x.grantee <> n.nspowner)) ORDER BY n.nspname), '[]')
          FROM pg_namespace n WHERE n.nspname IN ({shared}, {own})),
    'applied', CASE WHEN to_regclass({ledger}) IS NULL OR NOT has_table_privilege(to_regclass({ledger}), 'SELECT')
                    OR 2 > (SELECT count(*) FROM pg_attribute WHERE attrelid = to_regclass({ledger}) AND attname IN ('version', 'success')) THEN '[]'::jsonb
               ELSE (SELECT coalesce(jsonb_agg(m[1]::bigint), '[]')
                       FROM regexp_matches(query_to_xml(format('SELECT version AS v FROM %s WHERE success ORDER BY 1', to_regclass({ledger})),
                                                        false, false, '')::text, '<v>([0-9]+)</v>', 'g') m) END,
    'decided', CASE WHEN {unread} OR to_regclass({audit}) IS NULL OR NOT has_table_privilege(to_regclass({audit}), 'SELECT')
                    OR 1 > (SELECT count(*) FROM pg_attribute WHERE attrelid = to_regclass({audit}) AND attname = 'decision') THEN '[]'::jsonb
               ELSE (SELECT coalesce(jsonb_agg(m[1]), '[]')
                       FROM regexp_matches(query_to_xml(format('SELECT DISTINCT decision AS d FROM %s ORDER BY 1', to_regclass({audit})),
                                                        false, false, '')::text, '<d>([^<]*)</d>', 'g') m) END
)::text AS state
  FROM (SELECT set_config('search_path', '', true) AS emptied OFFSET 0) path
 WHERE path.emptied = ''

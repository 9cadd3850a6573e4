-- All objects of the shared schema $1 and of our own $2, a line each, with every name spelt out in full: the search path
-- must be empty.
WITH schemas AS (
    SELECT oid, nspname, nspacl FROM pg_namespace WHERE nspname IN ($1, $2)
), tables AS (
    SELECT c.* FROM pg_class c JOIN schemas s ON s.oid = c.relnamespace WHERE c.relkind IN ('r', 'p')
)
SELECT format('schema %I %s', nspname, nspacl) AS line FROM schemas WHERE nspname = $2
UNION ALL
SELECT format('relation %s %s %s %s %s %s', oid::regclass, relkind, reloptions, relacl, relrowsecurity, relforcerowsecurity)
  FROM pg_class c WHERE relnamespace IN (SELECT oid FROM schemas) AND relkind <> 'i'
UNION ALL
SELECT format('column %s %s %s %s %s %s', t.oid::regclass, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod),
              a.attnotnull, pg_get_expr(d.adbin, d.adrelid))
  FROM tables t
  JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
UNION ALL
-- From 18 on NOT NULL is a constraint as well, under a name that PostgreSQL makes up; the column says it.
SELECT format('constraint %s %s %s', k.conrelid::regclass, k.conname, pg_get_constraintdef(k.oid))
  FROM pg_constraint k JOIN tables t ON t.oid = k.conrelid WHERE k.contype <> 'n'
UNION ALL
SELECT pg_get_indexdef(i.indexrelid) || format(' valid: %s', i.indisvalid) FROM pg_index i JOIN tables t ON t.oid = i.indrelid
UNION ALL
SELECT format('policy %s %s %s %s %s using %s check %s', p.polrelid::regclass, p.polname, p.polcmd, p.polpermissive,
              p.polroles::regrole[], pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
  FROM pg_policy p JOIN tables t ON t.oid = p.polrelid
UNION ALL
SELECT pg_get_triggerdef(g.oid) FROM pg_trigger g JOIN tables t ON t.oid = g.tgrelid WHERE NOT g.tgisinternal
UNION ALL
SELECT format('function %s %s', p.proacl, pg_get_functiondef(p.oid))
  FROM pg_proc p WHERE p.pronamespace IN (SELECT oid FROM schemas)

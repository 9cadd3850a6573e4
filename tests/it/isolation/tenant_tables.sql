-- Every table that has rows of tenants, as the catalogue knows it, one JSON object each.
SELECT jsonb_build_object(
    'name', c.oid::regclass::text,
    'tenant_column', CASE WHEN c.relname = 'tenants' THEN 'id' ELSE 'tenant_id' END,
    'is_directory', NOT c.relforcerowsecurity,
    'columns', (
        SELECT jsonb_agg(jsonb_build_object(
                   'name', a.attname,
                   'kind', format_type(a.atttypid, NULL),
                   'is_required', a.attnotnull AND NOT a.atthasdef,
                   'place', a.attnum,
                   -- The first word that a CHECK (column IN (…)) allows.
                   'word', (SELECT substring(pg_get_constraintdef(k.oid) FROM '= ANY \(\(?(?:ARRAY\[''|''{)([^'',}]*)')
                              FROM pg_constraint k
                             WHERE k.conrelid = c.oid AND k.contype = 'c' AND k.conkey = ARRAY[a.attnum]
                             LIMIT 1)) ORDER BY a.attnum)
          FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
    'unique_keys', (
        SELECT coalesce(jsonb_agg(
                   (SELECT jsonb_agg(a.attname ORDER BY k.place)
                      FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, place)
                      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum)), '[]')
          FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND i.indpred IS NULL),
    'references', (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
                   'name', f.conname,
                   'table', f.confrelid::regclass::text,
                   'columns', (SELECT jsonb_agg(jsonb_build_array(here.attname, there.attname))
                                 FROM unnest(f.conkey, f.confkey) AS k (here, there)
                                 JOIN pg_attribute here ON here.attrelid = f.conrelid AND here.attnum = k.here
                                 JOIN pg_attribute there ON there.attrelid = f.confrelid AND there.attnum = k.there))), '[]')
          FROM pg_constraint f WHERE f.conrelid = c.oid AND f.contype = 'f'))
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname IN ('public', 'switchboard') AND c.relkind IN ('r', 'p')
   AND (c.relname = 'tenants'
        OR EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped))
 ORDER BY c.oid

-- The relations of a database: oid, schema and name, and for tables the query that counts what must be kept: rows, calls of
-- weeks, `updated_at`, each row's id with its tenant, and the ids of rows that lack one where one is due.
WITH relations AS (
    SELECT c.oid, c.relkind, format('%I.%I', c.relnamespace::regnamespace, c.relname) AS name
      FROM pg_class c
     WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND c.relpersistence <> 't'
       AND c.relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
), columns AS (
    SELECT attrelid, attname AS name, format_type(atttypid, NULL) AS type FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped
)
SELECT r.oid::bigint AS oid, r.name,
       CASE WHEN r.relkind IN ('r', 'p') THEN
           format('SELECT count(*), %s, %s, %s, %s FROM %s',
                  CASE WHEN EXISTS (SELECT FROM columns c WHERE c.attrelid = r.oid AND c.name = 'total_calls') THEN 'sum(total_calls)::bigint'
                       ELSE 'NULL::bigint' END,
                  CASE WHEN EXISTS (SELECT FROM columns c WHERE c.attrelid = r.oid AND c.name = 'updated_at' AND c.type LIKE 'timestamp with%')
                       THEN $$coalesce(array_agg(updated_at::timestamptz::text) FILTER (WHERE updated_at IS NOT NULL), '{}')$$
                       ELSE $$'{}'::text[]$$ END,
                  CASE WHEN (SELECT count(*) FROM columns c WHERE c.attrelid = r.oid AND c.name IN ('id', 'tenant_id') AND c.type = 'uuid') = 2
                       THEN $$coalesce(array_agg(id || ' of tenant ' || tenant_id) FILTER (WHERE id IS NOT NULL AND tenant_id IS NOT NULL), '{}')$$
                       ELSE $$'{}'::text[]$$ END,
                  CASE WHEN r.name NOT IN ('public.tenant_users', 'public.call_logs', 'public.appointments', 'public.leads', 'public.signals', 'public.contacts')
                            OR NOT EXISTS (SELECT FROM columns c WHERE c.attrelid = r.oid AND c.name = 'id' AND c.type = 'uuid') THEN $$'{}'::text[]$$
                       WHEN NOT EXISTS (SELECT FROM columns c WHERE c.attrelid = r.oid AND c.name = 'tenant_id')
                       THEN $$coalesce(array_agg(id::text) FILTER (WHERE id IS NOT NULL), '{}')$$
                       ELSE $$coalesce(array_agg(id::text) FILTER (WHERE id IS NOT NULL AND tenant_id IS NULL), '{}')$$ END,
                  r.name) END AS counting
  FROM relations r

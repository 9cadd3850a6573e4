-- The relations of a database: oid, schema and name, and for tables the query that counts what must be kept: rows, calls of
-- weeks, `updated_at`, each row's id with its tenant, and the ids of rows that lack one where one is due.
WITH relations AS (
    SELECT c.oid, c.relkind, format('%I.%I', c.relnamespace::regnamespace, c.relname) AS name
      FROM pg_class c
     WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND c.relpersistence <> 't'
       AND c.relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
), columns AS (
    SELECT attrelid, bool_or(attname = 'total_calls') AS has_calls, bool_or(attname = 'updated_at' AND type LIKE 'timestamp with%') AS has_updated_at,
           bool_or(attname = 'id' AND type = 'uuid') AS has_id, bool_or(attname = 'tenant_id') AS has_tenant,
           bool_or(attname = 'tenant_id' AND type = 'uuid') AS has_our_tenant
      FROM (SELECT attrelid, attname, format_type(atttypid, NULL) AS type FROM pg_attribute
             WHERE attrelid IN (SELECT oid FROM relations) AND attnum > 0 AND NOT attisdropped) AS of_relations
     GROUP BY attrelid
)
SELECT r.oid::bigint AS oid, r.name,
       CASE WHEN r.relkind IN ('r', 'p') THEN
           format('SELECT count(*), %s, %s, %s, %s FROM %s',
                  CASE WHEN has_calls THEN 'sum(total_calls)::bigint' ELSE 'NULL::bigint' END,
                  CASE WHEN has_updated_at THEN $$coalesce(array_agg(updated_at::timestamptz::text) FILTER (WHERE updated_at IS NOT NULL), '{}')$$
                       ELSE $$'{}'::text[]$$ END,
                  CASE WHEN has_id AND has_our_tenant
                       THEN $$coalesce(array_agg(id || ' of tenant ' || tenant_id) FILTER (WHERE id IS NOT NULL AND tenant_id IS NOT NULL), '{}')$$
                       ELSE $$'{}'::text[]$$ END,
                  CASE WHEN NOT coalesce(has_id, false)
                            OR r.name NOT IN ('public.tenant_users', 'public.call_logs', 'public.appointments', 'public.leads', 'public.signals', 'public.contacts')
                       THEN $$'{}'::text[]$$
                       WHEN NOT has_tenant THEN $$coalesce(array_agg(id::text) FILTER (WHERE id IS NOT NULL), '{}')$$
                       ELSE $$coalesce(array_agg(id::text) FILTER (WHERE id IS NOT NULL AND tenant_id IS NULL), '{}')$$ END,
                  r.name) END AS counting
  FROM relations r LEFT JOIN columns ON attrelid = r.oid

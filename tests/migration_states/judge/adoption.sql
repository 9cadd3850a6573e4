-- What is wrong with the tables of other programs that were given a tenant, a sentence each.
WITH adopted AS (
    SELECT c.oid, c.relname FROM pg_class c
     WHERE c.relnamespace = 'public'::regnamespace AND c.relname IN ('leads', 'signals', 'contacts') AND c.relkind IN ('r', 'p')
), tenant AS (
    SELECT a.attrelid, a.attnum, a.atttypid, a.attnotnull, pg_get_expr(d.adbin, d.adrelid) AS fallback
      FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
     WHERE a.attname = 'tenant_id' AND NOT a.attisdropped
)
SELECT format('%s has no tenant_id', relname) FROM adopted WHERE oid NOT IN (SELECT attrelid FROM tenant)
UNION ALL
SELECT format('tenant_id of %s is %s and not a required uuid', relname, format_type(atttypid, NULL))
  FROM adopted JOIN tenant ON attrelid = oid WHERE atttypid <> 'uuid'::regtype OR NOT attnotnull
UNION ALL
SELECT format('tenant_id of %s has the default %s and not the default tenant', relname, coalesce(fallback, 'NULL'))
  FROM adopted JOIN tenant ON attrelid = oid
 WHERE fallback IS NULL
    OR NOT EXISTS (SELECT FROM public.tenants t
                    WHERE fallback = format('%L::uuid', t.id)
                      AND (t.slug = 'default' OR NOT EXISTS (SELECT FROM public.tenants d WHERE d.slug = 'default')))
UNION ALL
SELECT format('%s has no validated foreign key to tenants', relname)
  FROM adopted JOIN tenant ON attrelid = oid
 WHERE NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = adopted.oid AND k.contype = 'f' AND k.convalidated
                      AND k.conkey = ARRAY[attnum] AND k.confrelid = 'public.tenants'::regclass)
UNION ALL
SELECT format('%s has no valid index that begins with tenant_id', relname)
  FROM adopted JOIN tenant ON attrelid = oid
 WHERE NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = adopted.oid AND i.indisvalid AND i.indisready AND NOT i.indisunique AND i.indkey[0] = attnum)

-- For each table of the catalogue that belongs to this database, and for each table of anybody's: a query of its name and of
-- a text that changes with any change of any of its rows: a new version has a later xmin than all before it, and a row that
-- goes is missing in the count. Statistics come and go by themselves.
SELECT format('SELECT %L, count(*) || '' rows, '' || coalesce(max(xmin::text::bigint), 0) FROM %s', c.oid::regclass, c.oid::regclass)
  FROM pg_class c
 WHERE c.relkind = 'r' AND NOT c.relisshared AND c.relpersistence <> 't'
   AND c.relname NOT IN ('pg_statistic', 'pg_statistic_ext_data', 'pg_largeobject')
   AND c.relnamespace NOT IN ('information_schema'::regnamespace, 'pg_toast'::regnamespace)
 ORDER BY c.oid

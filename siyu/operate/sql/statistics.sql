-- name: changed
-- Tables of which more than a fifth changed since they were analysed; and partitioned ones of some size, which autovacuum never looks at
-- as a whole, however well it knows their parts.
SELECT DISTINCT root.relname
FROM pg_stat_user_tables s JOIN pg_class root ON root.oid = coalesce(pg_partition_root(s.relid), s.relid)
WHERE root.relnamespace = current_schema()::regnamespace
  AND CASE root.relkind WHEN 'p' THEN s.n_live_tup > 500 ELSE s.n_mod_since_analyze > 500 + s.n_live_tup / 5 END
ORDER BY 1

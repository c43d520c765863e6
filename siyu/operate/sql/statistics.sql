-- name: changed
-- Tables of which more than a fifth changed since they were analysed; of partitions the whole table, which autovacuum never looks at.
SELECT DISTINCT root.relname
FROM pg_stat_user_tables s JOIN pg_class root ON root.oid = coalesce(pg_partition_root(s.relid), s.relid)
WHERE s.n_mod_since_analyze > 500 + s.n_live_tup / 5 AND root.relnamespace = current_schema()::regnamespace
ORDER BY 1

-- name: known
-- The partitions that a table has.
SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = to_regclass(%(table)s)

-- name: log_is_free
-- Whether the default partition holds nothing of a span: only then can the span get a partition of its own.
SELECT NOT EXISTS (SELECT 1 FROM facts_log_default WHERE occurred_at >= %(since)s AND occurred_at < %(until)s)

-- name: seen_is_free
-- The same for the memory of seen messages.
SELECT NOT EXISTS (SELECT 1 FROM facts_seen_default WHERE epoch >= %(since)s AND epoch < %(until)s)

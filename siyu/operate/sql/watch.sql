-- name: is_waiting
-- Whether the pump has anything to take; asked four times a second by an idle worker.
SELECT EXISTS (SELECT FROM facts_inbox)

-- name: pump
-- Whether a worker is alive, and why the pump stands still if it does.
SELECT beat_at, stopped_code, stopped_because FROM facts_pump ORDER BY id LIMIT 1

-- name: quarantine
-- Messages that could not become facts, and members whose due work was set aside.
SELECT count(*) FILTER (WHERE form <> 'd'), count(*) FILTER (WHERE form = 'd') FROM facts_quarantine
WHERE replayed_at IS NULL AND dismissed_at IS NULL

-- name: default_rows
-- Whether facts fell into a default partition because nobody made theirs ahead.
SELECT EXISTS (SELECT FROM facts_log_default) OR EXISTS (SELECT FROM facts_seen_default)

-- name: partitions_until
-- The instant up to which the log's partitions were made.
SELECT max((regexp_match(pg_get_expr(part.relpartbound, part.oid), 'TO \(''([^'']+)''\)'))[1]::timestamptz)
FROM pg_partition_tree('facts_log') AS tree JOIN pg_class AS part ON part.oid = tree.relid
WHERE tree.isleaf

-- name: failed_jobs
-- Timetable jobs that failed since an instant.
SELECT j.task_name, count(DISTINCT j.id)
FROM procrastinate_jobs j JOIN procrastinate_events e ON e.job_id = j.id
WHERE j.status = 'failed' AND e.at > %(since)s GROUP BY j.task_name ORDER BY j.task_name

-- name: is_waiting
-- Whether the pump has anything to take; asked four times a second by an idle worker.
SELECT EXISTS (SELECT FROM facts_inbox)

-- name: pump
-- Whether a worker is alive, and why the pump stands still if it does.
SELECT beat_at, stopped_code, stopped_because FROM facts_pump ORDER BY id LIMIT 1

-- name: may
-- What the application's role is allowed to do to a table.
SELECT has_table_privilege(%(role)s, %(table)s, %(verb)s)

-- name: default_rows
-- Whether facts fell into a default partition because nobody made theirs ahead.
SELECT EXISTS (SELECT FROM facts_log_default), EXISTS (SELECT FROM facts_seen_default)

-- name: partitions
-- How many partitions of the log begin later than now.
SELECT count(*) FROM pg_partition_tree('facts_log') WHERE isleaf AND relid <> 'facts_log_default'::regclass

-- name: failed_jobs
-- Timetable jobs that failed since an instant.
SELECT j.task_name, count(DISTINCT j.id) FROM procrastinate_jobs j JOIN procrastinate_events e ON e.job_id = j.id
WHERE j.status = 'failed' AND e.at > %(since)s GROUP BY j.task_name ORDER BY j.task_name

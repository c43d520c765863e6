-- name: waiting
-- What waits for someone: open quarantine, imports that run, deliveries the pump has not handled yet.
SELECT (SELECT count(*) FROM (SELECT FROM facts_quarantine WHERE replayed_at IS NULL AND dismissed_at IS NULL LIMIT %(limit)s) AS open),
       (SELECT count(*) FROM (SELECT FROM facts_inbox LIMIT %(limit)s) AS waiting)

-- name: running_imports
-- Imports under way, newest first.
SELECT id, kind, file_name, rows_done, rows, rejected, started_at FROM facts_import WHERE status = 'running' ORDER BY id DESC LIMIT %(limit)s

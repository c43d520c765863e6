-- name: hold
-- An import's progress, held against a second process until the commit.
SELECT rows_done, status FROM facts_import WHERE id = %(id)s FOR UPDATE

-- name: advance
-- Rows that are through, and where they went.
UPDATE facts_import
SET rows_done = %(rows_done)s, rows = %(rows)s, facts = facts + %(facts)s, rejected = rejected + %(rejected)s, destinations = %(destinations)s::jsonb
WHERE id = %(id)s

-- name: finish
-- How an import ended.
UPDATE facts_import SET status = %(status)s, because = %(because)s, ended_at = %(ended_at)s WHERE id = %(id)s

-- name: keep_rejects
-- Rows that became no fact.
COPY facts_importreject (of_import_id, row, code, because, line) FROM STDIN (FORMAT BINARY)

-- name: known_keys
-- How many of these natural keys were in the log before.
SELECT count(*) FROM facts_natural WHERE key = ANY(%(keys)s::uuid[])

-- name: waiting
-- Messages in the inbox that came no later than an envelope.
SELECT coalesce(sum(messages - done), 0) FROM facts_inbox WHERE id <= %(until)s

-- name: newest_envelope
-- The last envelope a source put into the inbox.
SELECT coalesce(max(id), 0) FROM facts_inbox

-- name: quarantined
-- Facts of a source that were set aside since an instant of receipt.
SELECT count(*) FROM facts_quarantine WHERE source_id = %(source)s AND received_at >= %(since)s

-- name: reasons
-- How often each reason refused a row of an import.
SELECT code, count(*) FROM facts_importreject WHERE of_import_id = %(id)s GROUP BY code ORDER BY count(*) DESC, code

-- name: list_imports
-- Imports, newest first, from a place on.
SELECT i.id, i.kind, i.file_name, i.file_hash, s.name, i.rows, i.rows_done, i.facts, i.rejected, i.destinations, i.status, i.because,
       i.started_by, i.started_at, i.ended_at, i.reading
FROM facts_import AS i JOIN facts_source AS s ON s.id = i.source_id
WHERE i.id < %(before)s
ORDER BY i.id DESC
LIMIT %(limit)s

-- name: list_rejects
-- Rejected rows of an import in the file's order, from a place on.
SELECT row, code, because, line FROM facts_importreject
WHERE of_import_id = %(id)s AND (row, code) > (%(after_row)s, %(after_code)s) AND (%(code)s = '' OR code = %(code)s)
ORDER BY row, code
LIMIT %(limit)s

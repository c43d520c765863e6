-- name: facts_of
-- What happened to some handles.
SELECT occurred_at, name, properties FROM facts_log WHERE identity_id = ANY(%(handles)s) ORDER BY occurred_at, id LIMIT %(limit)s

-- name: personal_of
-- The values behind the tokens of some handles.
SELECT token, kind, value FROM facts_personal WHERE handle = ANY(%(hashes)s::uuid[])

-- name: forget_personal
-- Tokens of erased handles mean nothing more.
DELETE FROM facts_personal WHERE handle = ANY(%(hashes)s::uuid[])

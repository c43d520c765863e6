-- name: groups
-- Open quarantine by reason, the most frequent first.
SELECT code, count(*), min(received_at), max(received_at), min(because) FROM facts_quarantine
WHERE replayed_at IS NULL AND dismissed_at IS NULL GROUP BY code ORDER BY count(*) DESC, code LIMIT 100

-- name: open
-- Open messages, newest first, from a place on.
SELECT q.id, q.received_at, s.name, q.form, q.code, q.because, q.name, q.member_id, q.again_at FROM facts_quarantine q JOIN facts_source s ON s.id = q.source_id
WHERE q.replayed_at IS NULL AND q.dismissed_at IS NULL AND q.id < %(at)s AND (%(code)s = '' OR q.code = %(code)s)
ORDER BY q.id DESC LIMIT %(limit)s

-- name: open_before
-- The same, read upwards.
SELECT q.id, q.received_at, s.name, q.form, q.code, q.because, q.name, q.member_id, q.again_at FROM facts_quarantine q JOIN facts_source s ON s.id = q.source_id
WHERE q.replayed_at IS NULL AND q.dismissed_at IS NULL AND q.id > %(at)s AND (%(code)s = '' OR q.code = %(code)s)
ORDER BY q.id LIMIT %(limit)s

-- name: ids_of_code
-- The oldest open messages that one reason refused.
SELECT id FROM facts_quarantine WHERE replayed_at IS NULL AND dismissed_at IS NULL AND code = %(code)s ORDER BY id LIMIT %(limit)s

-- name: one
-- One message, open or not, with its payload.
SELECT q.id, q.received_at, s.name, q.form, q.code, q.because, q.name, q.member_id, q.again_at, q.payload, q.replayed_at, q.dismissed_at
FROM facts_quarantine q JOIN facts_source s ON s.id = q.source_id WHERE q.id = %(id)s

-- name: pump
-- The pump's one row.
SELECT clock, beat_at, stopped_at, stopped_code, stopped_because FROM facts_pump ORDER BY id LIMIT 1

-- name: waiting
-- Messages that wait for the pump, counted up to a limit of envelopes.
SELECT coalesce(sum(messages - done), 0)::bigint FROM (SELECT messages, done FROM facts_inbox LIMIT %(limit)s) AS waiting

-- name: old_personal
-- Values that an older key encrypted.
SELECT token, value FROM facts_personal
WHERE length(value) > 0 AND get_byte(value, 0) <> %(key)s ORDER BY token LIMIT %(limit)s FOR UPDATE SKIP LOCKED

-- name: renew_personal
-- The same values under the newest key.
UPDATE facts_personal r SET value = n.value FROM unnest(%(ids)s::text[], %(values)s::bytea[]) AS n (id, value) WHERE r.token = n.id

-- name: old_inbox
-- Values that an older key encrypted.
SELECT id, payload FROM facts_inbox
WHERE length(payload) > 0 AND get_byte(payload, 0) <> %(key)s ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED

-- name: renew_inbox
-- The same values under the newest key.
UPDATE facts_inbox r SET payload = n.value FROM unnest(%(ids)s::bigint[], %(values)s::bytea[]) AS n (id, value) WHERE r.id = n.id

-- name: old_quarantine
-- Values that an older key encrypted.
SELECT id, payload FROM facts_quarantine
WHERE length(payload) > 0 AND get_byte(payload, 0) <> %(key)s ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED

-- name: renew_quarantine
-- The same values under the newest key.
UPDATE facts_quarantine r SET payload = n.value FROM unnest(%(ids)s::bigint[], %(values)s::bytea[]) AS n (id, value) WHERE r.id = n.id

-- name: old_rejects
-- Values that an older key encrypted.
SELECT id, line FROM facts_importreject
WHERE length(line) > 0 AND get_byte(line, 0) <> %(key)s ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED

-- name: renew_rejects
-- The same values under the newest key.
UPDATE facts_importreject r SET line = n.value FROM unnest(%(ids)s::bigint[], %(values)s::bytea[]) AS n (id, value) WHERE r.id = n.id

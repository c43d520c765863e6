-- name: old_identities
-- Values that an older key encrypted.
SELECT id, value FROM members_identity
WHERE length(value) > 0 AND get_byte(value, 0) <> %(key)s ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED

-- name: renew_identities
-- The same values under the newest key.
UPDATE members_identity r SET value = n.value FROM unnest(%(ids)s::bigint[], %(values)s::bytea[]) AS n (id, value) WHERE r.id = n.id

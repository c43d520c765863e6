-- name: old_addresses
-- Addresses that an older key encrypted.
SELECT id, address FROM membership_redemption
WHERE address IS NOT NULL AND get_byte(address, 0) <> %(key)s ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED

-- name: renew_addresses
-- The same addresses under the newest key.
UPDATE membership_redemption r SET address = n.value FROM unnest(%(ids)s::bigint[], %(values)s::bytea[]) AS n (id, value) WHERE r.id = n.id

-- name: old_pick_up_codes
-- Pick-up codes that an older key encrypted.
SELECT id, pick_up_code FROM membership_redemption
WHERE pick_up_code IS NOT NULL AND get_byte(pick_up_code, 0) <> %(key)s ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED

-- name: renew_pick_up_codes
-- The same pick-up codes under the newest key.
UPDATE membership_redemption r SET pick_up_code = n.value
FROM unnest(%(ids)s::bigint[], %(values)s::bytea[]) AS n (id, value) WHERE r.id = n.id

-- name: old_vouchers
-- Voucher codes that an older key encrypted.
SELECT id, code FROM membership_voucher WHERE get_byte(code, 0) <> %(key)s ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED

-- name: renew_vouchers
-- The same voucher codes under the newest key.
UPDATE membership_voucher v SET code = n.value FROM unnest(%(ids)s::bigint[], %(values)s::bytea[]) AS n (id, value) WHERE v.id = n.id

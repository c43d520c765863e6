-- name: given_to
-- What a member was given.
SELECT benefit, source, from_at, until_at, times, by, because, revoked_at, revoked_because
FROM membership_benefitgrant WHERE owner_id = %(member)s ORDER BY from_at LIMIT 100000

-- name: used_by
-- What a member used.
SELECT benefit, quantity, returned, value_minor, used_at, source, ref, because
FROM membership_benefituse WHERE owner_id = %(member)s ORDER BY used_at LIMIT 100000

-- name: forget_reasons
-- A member's grants lose the words of those who gave them.
UPDATE membership_benefitgrant SET because = '', revoked_because = '', body = '{}' WHERE owner_id = %(member)s

-- name: forget_references
-- A member's uses lose what they were for.
UPDATE membership_benefituse SET ref = '', because = '', body = '{}' WHERE owner_id = %(member)s

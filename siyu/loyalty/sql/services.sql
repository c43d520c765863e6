-- name: operations
-- Operations by their keys, with what was answered.
SELECT id, key, body, kind, member_id, unit, amount, result::text, until, because_kind, because_ref, because_words
FROM loyalty_operation WHERE key = ANY(%(keys)s)

-- name: lock
-- Members in order, with whoever each was merged into. (An array made by a SELECT: a plan for any number of them is kept.)
SELECT id, merged_into_id FROM members_member WHERE id = ANY(ARRAY(SELECT unnest(%(ids)s::bigint[]))) ORDER BY id FOR NO KEY UPDATE

-- name: lock_free
-- Members in order, but those whom somebody else has locked, with whoever each was merged into.
SELECT id, merged_into_id FROM members_member WHERE id = ANY(ARRAY(SELECT unnest(%(ids)s::bigint[]))) ORDER BY id
FOR NO KEY UPDATE SKIP LOCKED

-- name: parts
-- What these operations took from each lot, and how much of that went back, in the order in which it was taken.
SELECT o.key, l.id, l.key, a.owner_id,
       (SELECT sum(e.amount) FROM loyalty_entry e WHERE e.operation_id = o.id AND e.lot_id = l.id AND e.credit = 'spent')::bigint,
       coalesce((SELECT sum(e.amount) FROM loyalty_entry e WHERE e.of_id = o.id AND e.lot_id = l.id AND e.debit = 'spent'), 0)::bigint
FROM loyalty_operation o
JOIN LATERAL (SELECT lot_id, min(id) AS first FROM loyalty_entry WHERE operation_id = o.id AND credit = 'spent' GROUP BY lot_id) AS e ON true
JOIN loyalty_lot l ON l.id = e.lot_id
JOIN loyalty_account a ON a.id = l.account_id
WHERE o.key = ANY(%(keys)s)
ORDER BY o.id, e.first

-- name: opened
-- The lots that these operations opened.
SELECT o.key, l.id, l.key, a.owner_id
FROM loyalty_operation o
JOIN loyalty_entry e ON e.operation_id = o.id AND e.debit = 'issued'
JOIN loyalty_lot l ON l.key = e.key AND l.id = e.lot_id
JOIN loyalty_account a ON a.id = l.account_id
WHERE o.key = ANY(%(keys)s)
ORDER BY l.id

-- name: held
-- What these holds still hold.
SELECT o.key, l.id, l.key, a.owner_id
FROM loyalty_operation o
JOIN loyalty_hold h ON h.operation_id = o.id
JOIN loyalty_lot l ON l.id = h.lot_id
JOIN loyalty_account a ON a.id = h.account_id
WHERE o.key = ANY(%(keys)s)
ORDER BY h.id

-- name: living
-- Whether a member exists and was not merged.
SELECT 1 FROM members_member WHERE id = %(member)s AND merged_into_id IS NULL

-- name: existing
-- Which of these members there are, also those who were merged.
SELECT id FROM members_member WHERE id = ANY(%(members)s)

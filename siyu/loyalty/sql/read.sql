-- name: purchases
-- The orders of these shop codes and numbers.
SELECT p.id, p.shop, p.order_number, p.paid_at, p.base_minor, p.refunded_minor, p.received_at, p.closed_at, p.refunds::text
FROM unnest(%(shops)s::text[], %(numbers)s::text[]) AS wanted (shop, order_number)
JOIN loyalty_purchase p ON p.shop = wanted.shop AND p.order_number = wanted.order_number

-- name: lots_of_purchases
-- What these orders earned, with the present owner of each lot's account.
SELECT l.id, l.key, a.origin_id, l.unit, l.amount, l.remaining, l.rule_id, l.earned_at, l.reversed, l.expired, l.is_pending,
       l.available_at, l.expires_at, l.purchase_id, a.owner_id, l.held, l.waived, l.is_sliding, l.priority, a.active_until
FROM loyalty_lot l
JOIN loyalty_account a ON a.id = l.account_id
WHERE l.purchase_id = ANY(%(purchases)s)
ORDER BY l.id

-- name: accounts
-- The accounts that these members own.
SELECT id, origin_id, owner_id, unit, available, debt, active_until FROM loyalty_account WHERE owner_id = ANY(%(owners)s) ORDER BY id

-- name: standings
-- The tiers of these members on every track.
SELECT member_id, track, growth, tier, version, since, own, began_at, ends_at, grace_until, due_at, judged_at
FROM loyalty_standing WHERE member_id = ANY(%(owners)s)

-- name: due_lots
-- What these members have that matures or expires up to an instant.
SELECT l.id, l.key, a.origin_id, l.unit, l.amount, l.remaining, l.rule_id, l.earned_at, l.reversed, l.expired, l.is_pending,
       l.available_at, l.expires_at, l.purchase_id, a.owner_id, l.held, l.waived, l.is_sliding, l.priority, a.active_until
FROM loyalty_lot l
JOIN loyalty_account a ON a.id = l.account_id
WHERE a.owner_id = ANY(%(owners)s) AND l.is_pending AND l.remaining > 0 AND l.available_at <= %(until)s
UNION
SELECT l.id, l.key, a.origin_id, l.unit, l.amount, l.remaining, l.rule_id, l.earned_at, l.reversed, l.expired, l.is_pending,
       l.available_at, l.expires_at, l.purchase_id, a.owner_id, l.held, l.waived, l.is_sliding, l.priority, a.active_until
FROM loyalty_lot l
JOIN loyalty_account a ON a.id = l.account_id
WHERE a.owner_id = ANY(%(owners)s) AND l.remaining > 0 AND l.expires_at <= %(until)s
UNION
SELECT l.id, l.key, a.origin_id, l.unit, l.amount, l.remaining, l.rule_id, l.earned_at, l.reversed, l.expired, l.is_pending,
       l.available_at, l.expires_at, l.purchase_id, a.owner_id, l.held, l.waived, l.is_sliding, l.priority, a.active_until
FROM loyalty_lot l
JOIN loyalty_account a ON a.id = l.account_id
WHERE a.owner_id = ANY(%(owners)s) AND a.active_until <= %(until)s AND l.is_sliding AND l.remaining > 0
UNION
SELECT l.id, l.key, a.origin_id, l.unit, l.amount, l.remaining, l.rule_id, l.earned_at, l.reversed, l.expired, l.is_pending,
       l.available_at, l.expires_at, l.purchase_id, a.owner_id, l.held, l.waived, l.is_sliding, l.priority, a.active_until
FROM loyalty_hold h
JOIN loyalty_lot l ON l.id = h.lot_id
JOIN loyalty_account a ON a.id = h.account_id
WHERE a.owner_id = ANY(%(owners)s) AND h.until <= %(until)s

-- name: lots_of_units
-- All that these members have left of these units; of any unit what is due up to an instant; what is held; and these very lots.
SELECT l.id, l.key, a.origin_id, l.unit, l.amount, l.remaining, l.rule_id, l.earned_at, l.reversed, l.expired, l.is_pending,
       l.available_at, l.expires_at, l.purchase_id, a.owner_id, l.held, l.waived, l.is_sliding, l.priority, a.active_until
FROM loyalty_account a
JOIN loyalty_lot l ON l.account_id = a.id AND l.remaining > 0
WHERE a.owner_id = ANY(%(owners)s)
  AND (l.unit = ANY(%(units)s) OR l.expires_at <= %(until)s OR (l.is_pending AND l.available_at <= %(until)s)
       OR (l.is_sliding AND a.active_until <= %(until)s))
UNION ALL
SELECT l.id, l.key, a.origin_id, l.unit, l.amount, l.remaining, l.rule_id, l.earned_at, l.reversed, l.expired, l.is_pending,
       l.available_at, l.expires_at, l.purchase_id, a.owner_id, l.held, l.waived, l.is_sliding, l.priority, a.active_until
FROM loyalty_account a
JOIN loyalty_hold h ON h.account_id = a.id
JOIN loyalty_lot l ON l.id = h.lot_id
WHERE a.owner_id = ANY(%(owners)s)
UNION ALL
SELECT l.id, l.key, a.origin_id, l.unit, l.amount, l.remaining, l.rule_id, l.earned_at, l.reversed, l.expired, l.is_pending,
       l.available_at, l.expires_at, l.purchase_id, a.owner_id, l.held, l.waived, l.is_sliding, l.priority, a.active_until
FROM loyalty_lot l
JOIN loyalty_account a ON a.id = l.account_id
WHERE l.id = ANY(%(lots)s)

-- name: holds
-- What these members' open holds hold, lot by lot in the order in which they were taken.
SELECT h.operation_id, o.key, h.until, l.key, h.amount, l.unit, a.origin_id, a.owner_id
FROM loyalty_hold h
JOIN loyalty_account a ON a.id = h.account_id
JOIN loyalty_lot l ON l.id = h.lot_id
JOIN loyalty_operation o ON o.id = h.operation_id
WHERE a.owner_id = ANY(%(owners)s) AND (h.until <= %(until)s OR o.key = ANY(%(keys)s))
ORDER BY h.id

-- name: spendable_lots
-- What these members could pay a debt with.
SELECT l.id, l.key, a.origin_id, l.unit, l.amount, l.remaining, l.rule_id, l.earned_at, l.reversed, l.expired, l.is_pending,
       l.available_at, l.expires_at, l.purchase_id, a.owner_id, l.held, l.waived, l.is_sliding, l.priority, a.active_until
FROM loyalty_lot l
JOIN loyalty_account a ON a.id = l.account_id
WHERE a.owner_id = ANY(%(owners)s) AND l.remaining > 0 AND NOT l.is_pending

-- name: lines_of_merges
-- The line of mergers above each of these members, nearest first: to know whose it was before the last of them.
WITH RECURSIVE line AS (
    SELECT m.id AS origin, m.merged_into_id AS member_id, 1 AS step
    FROM members_member m
    WHERE m.id = ANY(%(origins)s) AND m.merged_into_id IS NOT NULL
    UNION ALL
    SELECT line.origin, m.merged_into_id, line.step + 1
    FROM line JOIN members_member m ON m.id = line.member_id
    WHERE m.merged_into_id IS NOT NULL AND line.step < 1000
)
SELECT origin, array_agg(member_id ORDER BY step) FROM line GROUP BY origin

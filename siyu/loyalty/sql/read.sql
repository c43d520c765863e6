-- name: purchases
-- The orders of these shop codes and numbers; each by the index (OFFSET 0), also with a plan that was made when there were few.
SELECT p.id, p.shop, p.order_number, p.paid_at, p.base_minor, p.refunded_minor, p.received_at, p.closed_at, p.refunds::text
FROM unnest(%(shops)s::text[], %(numbers)s::text[]) AS wanted (shop, order_number),
     LATERAL (SELECT * FROM loyalty_purchase WHERE shop = wanted.shop AND order_number = wanted.order_number OFFSET 0) AS p

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

-- name: state
-- What a move of value must know, each kind JSON rows: see `loyalty.state.State`. Arrays stand in a SELECT, so that one plan serves any number of
-- values; the driver remembers a statement of less than 4,096 bytes.
WITH own AS MATERIALIZED (
    SELECT id, origin_id, owner_id, unit, available, debt, active_until
    FROM loyalty_account WHERE owner_id = ANY((SELECT %(owners)s::bigint[])::bigint[])
),
held AS MATERIALIZED (
    SELECT h.id, h.operation_id, h.lot_id, h.until, h.amount, own.origin_id, own.owner_id FROM own JOIN loyalty_hold h ON h.account_id = own.id
),
lots AS (
    SELECT l.*, own.origin_id, own.owner_id, own.active_until
    FROM own JOIN loyalty_lot l ON l.account_id = own.id AND l.remaining > 0
    WHERE l.unit = ANY((SELECT %(units)s::text[])::text[]) OR l.expires_at <= %(until)s OR (l.is_pending AND l.available_at <= %(until)s)
       OR (l.is_sliding AND own.active_until <= %(until)s)
    UNION ALL
    SELECT l.*, a.origin_id, a.owner_id, a.active_until
    FROM (SELECT lot_id FROM held UNION ALL SELECT unnest((SELECT %(lots)s::bigint[]))) AS wanted (id)
    JOIN loyalty_lot l ON l.id = wanted.id
    JOIN loyalty_account a ON a.id = l.account_id
)
SELECT (
    SELECT coalesce(json_agg(json_build_array(id, origin_id, owner_id, unit, available, debt, active_until) ORDER BY id), '[]') FROM own
)::text, (
    SELECT coalesce(json_agg(json_build_array(
        id, key, origin_id, unit, amount, remaining, rule_id, earned_at, reversed, expired, is_pending, available_at, expires_at, purchase_id,
        owner_id, held, waived, is_sliding, priority, active_until)), '[]')
    FROM lots
)::text, (
    SELECT coalesce(json_agg(json_build_array(member_id, track, json_build_array(
        growth, tier, version, since, own, began_at, ends_at, grace_until, due_at, judged_at))), '[]')
    FROM loyalty_standing WHERE member_id = ANY((SELECT %(owners)s::bigint[])::bigint[])
)::text, (
    SELECT coalesce(json_agg(json_build_array(h.operation_id, o.key, h.until, l.key, h.amount, l.unit, h.origin_id, h.owner_id) ORDER BY h.id), '[]')
    FROM held h
    JOIN loyalty_lot l ON l.id = h.lot_id
    JOIN loyalty_operation o ON o.id = h.operation_id
    WHERE h.until <= %(until)s OR o.key = ANY((SELECT %(holds)s::text[])::text[])
)::text, (
    SELECT coalesce(json_agg(json_build_array(
        id, key, body, kind, member_id, unit, amount, result::text, until, json_build_array(because_kind, because_ref, because_words))), '[]')
    FROM loyalty_operation WHERE key = ANY((SELECT %(keys)s::text[])::text[])
)::text, (
    SELECT coalesce(json_agg(json_build_array(member_id, id, kind, encode(value, 'hex'))), '[]')
    FROM (
        SELECT DISTINCT ON (member_id) member_id, id, kind, value FROM members_identity
        WHERE member_id = ANY((SELECT %(told_of)s::bigint[])::bigint[]) AND kind <> 'erased' AND length(value) > 0
        ORDER BY member_id, id
    ) AS oldest
)::text,
ARRAY(SELECT nextval(pg_get_serial_sequence('loyalty_operation', 'id')) FROM generate_series(1, %(operations)s)),
ARRAY(SELECT nextval(pg_get_serial_sequence('loyalty_lot', 'id')) FROM generate_series(1, %(new_lots)s)), (
    SELECT concat_ws(' ', (SELECT oid FROM pg_database WHERE datname = current_database()), EXISTS (SELECT FROM loyalty_tierfloor),
        hashtextextended(string_agg(concat_ws(' ', part, number, place), ','), 0))
    FROM (
        SELECT 1, xmin, ctid FROM facts_source UNION ALL SELECT 2, xmin, ctid FROM loyalty_earnrule UNION ALL
        SELECT 3, xmin, ctid FROM loyalty_tier UNION ALL SELECT 4, xmin, ctid FROM loyalty_unit UNION ALL
        SELECT 5, xmin, ctid FROM loyalty_trackversion UNION ALL SELECT 6, xmin, ctid FROM merchant_settingvalue
    ) AS versions (part, number, place)
)

-- name: due_holds
-- What these members' holds hold that run out up to an instant, lot by lot in the order in which they were taken.
SELECT h.operation_id, o.key, h.until, l.key, h.amount, l.unit, a.origin_id, a.owner_id
FROM loyalty_hold h
JOIN loyalty_account a ON a.id = h.account_id
JOIN loyalty_lot l ON l.id = h.lot_id
JOIN loyalty_operation o ON o.id = h.operation_id
WHERE a.owner_id = ANY(%(owners)s) AND h.until <= %(until)s
ORDER BY h.id

-- name: spendable_lots
-- What these members could pay a debt with.
SELECT l.id, l.key, a.origin_id, l.unit, l.amount, l.remaining, l.rule_id, l.earned_at, l.reversed, l.expired, l.is_pending,
       l.available_at, l.expires_at, l.purchase_id, a.owner_id, l.held, l.waived, l.is_sliding, l.priority, a.active_until
FROM loyalty_lot l
JOIN loyalty_account a ON a.id = l.account_id
WHERE a.owner_id = ANY(%(owners)s) AND l.remaining > 0 AND NOT l.is_pending

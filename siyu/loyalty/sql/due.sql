-- name: members_due
-- Members whose lots mature or expire, whose holds or windows of activity end, or whose tiers are to be judged, oldest first.
WITH held AS MATERIALIZED (
    SELECT a.id FROM loyalty_account a JOIN facts_held h ON h.member_id = a.owner_id WHERE h.room = 'loyalty'
)
SELECT DISTINCT a.owner_id
FROM (
    (SELECT account_id FROM loyalty_lot
     WHERE is_pending AND remaining > 0 AND available_at <= %(until)s AND account_id <> ALL(ARRAY(SELECT id FROM held))
     ORDER BY available_at LIMIT %(limit)s)
    UNION ALL
    (SELECT account_id FROM loyalty_lot
     WHERE remaining > 0 AND expires_at <= %(until)s AND account_id <> ALL(ARRAY(SELECT id FROM held)) ORDER BY expires_at LIMIT %(limit)s)
    UNION ALL
    (SELECT account_id FROM loyalty_hold WHERE until <= %(until)s AND account_id <> ALL(ARRAY(SELECT id FROM held)) ORDER BY until LIMIT %(limit)s)
    UNION ALL
    (SELECT id FROM loyalty_account
     WHERE active_until <= %(until)s AND id <> ALL(ARRAY(SELECT id FROM held)) ORDER BY active_until LIMIT %(limit)s)
) AS lots
JOIN loyalty_account a ON a.id = lots.account_id
UNION
(SELECT member_id FROM loyalty_standing s
 WHERE due_at <= %(until)s AND s.member_id <> ALL(ARRAY(SELECT member_id FROM facts_held WHERE room = 'loyalty')) ORDER BY due_at LIMIT %(limit)s)

-- name: next_due
-- The earliest maturity, expiry, end of a hold and of a window of activity, and the first standing that time alone may change.
WITH held AS MATERIALIZED (
    SELECT a.id FROM loyalty_account a JOIN facts_held h ON h.member_id = a.owner_id WHERE h.room = 'loyalty'
)
SELECT (SELECT available_at FROM loyalty_lot
        WHERE is_pending AND remaining > 0 AND available_at IS NOT NULL AND account_id <> ALL(ARRAY(SELECT id FROM held))
        ORDER BY available_at LIMIT 1),
       (SELECT expires_at FROM loyalty_lot
        WHERE remaining > 0 AND expires_at IS NOT NULL AND account_id <> ALL(ARRAY(SELECT id FROM held)) ORDER BY expires_at LIMIT 1),
       (SELECT until FROM loyalty_hold WHERE account_id <> ALL(ARRAY(SELECT id FROM held)) ORDER BY until LIMIT 1),
       (SELECT active_until FROM loyalty_account
        WHERE active_until IS NOT NULL AND id <> ALL(ARRAY(SELECT id FROM held)) ORDER BY active_until LIMIT 1),
       (SELECT due_at FROM loyalty_standing s
        WHERE due_at IS NOT NULL AND s.member_id <> ALL(ARRAY(SELECT member_id FROM facts_held WHERE room = 'loyalty')) ORDER BY due_at LIMIT 1)

-- name: plain_due
-- Lots that mature or expire up to an instant and touch nothing else: no debt of the unit, no tier that measures it; with their owners.
SELECT l.id, a.owner_id
FROM (
    (SELECT id, account_id, unit FROM loyalty_lot
     WHERE is_pending AND remaining > 0 AND available_at <= %(until)s AND (expires_at IS NULL OR expires_at > %(until)s) AND NOT is_sliding
       AND unit <> ALL(%(measured)s)
     ORDER BY available_at LIMIT %(limit)s)
    UNION ALL
    (SELECT id, account_id, unit FROM loyalty_lot
     WHERE remaining > 0 AND expires_at <= %(until)s AND NOT is_pending AND NOT is_sliding AND unit <> ALL(%(measured)s)
     ORDER BY expires_at LIMIT %(limit)s)
) AS l
JOIN loyalty_account a ON a.id = l.account_id
WHERE NOT EXISTS (SELECT FROM loyalty_account d WHERE d.owner_id = a.owner_id AND d.unit = l.unit AND d.debt > 0)
  AND a.owner_id <> ALL(ARRAY(SELECT member_id FROM facts_held WHERE room = 'loyalty'))

-- name: plain_lots
-- These lots as they stand now that their owners are locked, if they are still plain; of each owner in the order of the fold.
SELECT l.id, encode(uuid_send(l.key), 'hex'), l.account_id, l.unit, l.remaining, l.rule_id, l.is_pending,
       CASE WHEN l.is_pending THEN l.available_at ELSE l.expires_at END AS at
FROM unnest(%(lots)s::bigint[]) AS wanted (id)
JOIN loyalty_lot l ON l.id = wanted.id
JOIN loyalty_account a ON a.id = l.account_id
WHERE l.remaining > 0 AND NOT l.is_sliding
  AND ((l.is_pending AND l.available_at <= %(until)s AND (l.expires_at IS NULL OR l.expires_at > %(until)s))
       OR (NOT l.is_pending AND l.expires_at <= %(until)s))
  AND NOT EXISTS (SELECT FROM loyalty_account d WHERE d.owner_id = a.owner_id AND d.unit = l.unit AND d.debt > 0)
ORDER BY a.owner_id, at, l.earned_at, l.key

-- name: plain_balances
-- What matured and expired of accounts.
UPDATE loyalty_account a
SET pending = a.pending - moved.matured, available = a.available + moved.matured - moved.expired, expired = a.expired + moved.expired
FROM (
    SELECT account_id, coalesce(sum(remaining) FILTER (WHERE is_pending), 0) AS matured, coalesce(sum(remaining) FILTER (WHERE NOT is_pending), 0) AS expired
    FROM loyalty_lot WHERE id = ANY(%(lots)s::bigint[]) GROUP BY account_id
) AS moved
WHERE a.id = moved.account_id

-- name: plain_moves
-- Lots that matured, or expired.
UPDATE loyalty_lot
SET is_pending = false, expired = CASE WHEN is_pending THEN expired ELSE expired + remaining END,
    remaining = CASE WHEN is_pending THEN remaining ELSE 0 END
WHERE id = ANY(%(lots)s::bigint[])

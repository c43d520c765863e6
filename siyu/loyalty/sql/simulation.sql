-- name: plain
-- How many members hold a tier now, by the place that the growth of their lifetime would give them.
SELECT s.tier, width_bucket(s.growth, %(lines)s::bigint[]), count(*)
FROM loyalty_standing s
JOIN members_member m ON m.id = s.member_id
WHERE s.track = %(track)s
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
GROUP BY 1, 2

-- name: plain_sample
-- Some members whom the growth of their lifetime would move.
SELECT m.public_id, s.tier, s.growth
FROM loyalty_standing s
JOIN members_member m ON m.id = s.member_id
WHERE s.track = %(track)s AND s.tier <> (%(codes)s::text[])[width_bucket(s.growth, %(lines)s::bigint[]) + 1]
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
ORDER BY s.member_id LIMIT %(limit)s

-- name: windowed
-- How many members hold a tier now (null: they do not stand on the track yet), by the place that what counts since an instant would give.
WITH worth AS (
    SELECT owner_id, sum(amount) FILTER (WHERE counted_at >= %(since)s::timestamptz OR %(since)s::timestamptz IS NULL) AS worth
    FROM (
        SELECT owner_id, amount, min(posted_at) OVER (PARTITION BY lot_id) AS counted_at
        FROM (
            SELECT a.owner_id, e.posted_at, e.lot_id,
                   loyalty_counted(e.unit, e.kind, e.debit, e.credit, e.amount, l.is_pending) AS amount
            FROM loyalty_account a
            JOIN loyalty_entry e ON e.account_id = a.id
            LEFT JOIN loyalty_lot l ON l.id = e.lot_id
            WHERE a.unit = %(unit)s
        ) AS moved
        WHERE amount <> 0
    ) AS counted
    GROUP BY owner_id
)
SELECT s.tier, width_bucket(coalesce(w.worth, 0)::bigint, %(lines)s::bigint[]), count(*)
FROM members_member m
LEFT JOIN worth w ON w.owner_id = m.id
LEFT JOIN loyalty_standing s ON s.member_id = m.id AND s.track = %(track)s
WHERE m.merged_into_id IS NULL AND (w.owner_id IS NOT NULL OR s.id IS NOT NULL)
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
GROUP BY 1, 2

-- name: windowed_sample
-- Some members whom what counts since an instant would move.
WITH worth AS (
    SELECT owner_id, sum(amount) FILTER (WHERE counted_at >= %(since)s::timestamptz OR %(since)s::timestamptz IS NULL) AS worth
    FROM (
        SELECT owner_id, amount, min(posted_at) OVER (PARTITION BY lot_id) AS counted_at
        FROM (
            SELECT a.owner_id, e.posted_at, e.lot_id,
                   loyalty_counted(e.unit, e.kind, e.debit, e.credit, e.amount, l.is_pending) AS amount
            FROM loyalty_account a
            JOIN loyalty_entry e ON e.account_id = a.id
            LEFT JOIN loyalty_lot l ON l.id = e.lot_id
            WHERE a.unit = %(unit)s
        ) AS moved
        WHERE amount <> 0
    ) AS counted
    GROUP BY owner_id
)
SELECT m.public_id, s.tier, coalesce(w.worth, 0)::bigint
FROM members_member m
LEFT JOIN worth w ON w.owner_id = m.id
LEFT JOIN loyalty_standing s ON s.member_id = m.id AND s.track = %(track)s
WHERE m.merged_into_id IS NULL AND (w.owner_id IS NOT NULL OR s.id IS NOT NULL)
  AND coalesce(s.tier, %(base)s) <> (%(codes)s::text[])[width_bucket(coalesce(w.worth, 0)::bigint, %(lines)s::bigint[]) + 1]
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
ORDER BY m.id LIMIT %(limit)s

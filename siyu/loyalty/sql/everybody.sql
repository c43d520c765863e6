-- name: next_versions
-- Of each track, the version by which the most backward member was judged, and the versions that come over it; and tracks that begin.
WITH versions AS (
    SELECT DISTINCT t.track, t.version, t.from_day, coalesce(v.migration, 'at_once') AS migration, v.by_hand_at,
           v.state = 'announced' AND v.opened_at IS NULL AS is_opening
    FROM loyalty_tier t LEFT JOIN loyalty_trackversion v ON v.track = t.track AND v.version = t.version
),
backward AS (
    SELECT tracks.track, one.version, one.since
    FROM (SELECT DISTINCT track FROM versions) AS tracks
    CROSS JOIN LATERAL (
        SELECT s.version, s.since FROM loyalty_standing s
        WHERE s.track = tracks.track AND s.member_id <> ALL(ARRAY(SELECT member_id FROM facts_held WHERE room = 'loyalty'))
        ORDER BY s.version, s.member_id LIMIT 1
    ) AS one
)
SELECT CASE WHEN v.migration = 'at_once' THEN v.from_day END, CASE WHEN v.migration <> 'at_once' THEN v.by_hand_at END, b.since
FROM versions v JOIN backward b ON b.track = v.track AND b.version < v.version
WHERE v.migration = 'at_once' OR v.by_hand_at IS NOT NULL
UNION ALL
SELECT v.from_day, NULL, NULL FROM versions v WHERE v.is_opening

-- name: waiting
-- Members who stand by an older version than this one, with what they held, in order.
SELECT s.member_id, s.tier, s.growth, s.since, s.version, s.judged_at IS NULL
FROM loyalty_standing s
WHERE s.track = %(track)s AND s.version < %(version)s
  AND s.member_id <> ALL(ARRAY(SELECT member_id FROM facts_held WHERE room = 'loyalty'))
ORDER BY s.track, s.version, s.member_id
LIMIT %(limit)s

-- name: floored
-- Which of these members were granted a tier by staff.
SELECT DISTINCT owner_id FROM loyalty_tierfloor WHERE owner_id = ANY(%(members)s) AND track = %(track)s

-- name: worth
-- What counts for members on a track from an instant on (null: from the beginning), summed over all that they own.
SELECT owner_id, coalesce(sum(amount) FILTER (WHERE counted_at >= %(since)s::timestamptz OR %(since)s::timestamptz IS NULL), 0)::bigint
FROM (
    SELECT owner_id, amount, min(posted_at) OVER (PARTITION BY lot_id) AS counted_at
    FROM (
        SELECT a.owner_id, e.posted_at, e.lot_id,
               loyalty_counted(e.unit, e.kind, e.debit, e.credit, e.amount, l.is_pending) AS amount
        FROM loyalty_account a
        JOIN loyalty_entry e ON e.account_id = a.id
        LEFT JOIN loyalty_lot l ON l.id = e.lot_id
        WHERE a.owner_id = ANY(%(members)s) AND a.unit = %(unit)s
    ) AS moved
    WHERE amount <> 0
) AS counted
GROUP BY owner_id

-- name: owners_from
-- The next members in order of their numbers who own something of a unit.
SELECT DISTINCT owner_id FROM loyalty_account a
WHERE owner_id > %(above)s AND unit = %(unit)s
  AND a.owner_id <> ALL(ARRAY(SELECT member_id FROM facts_held WHERE room = 'loyalty'))
ORDER BY owner_id LIMIT %(limit)s

-- name: without_standing
-- Those of these members who do not stand on a track yet.
SELECT m.id FROM unnest(%(members)s::bigint[]) AS m (id)
WHERE NOT EXISTS (SELECT FROM loyalty_standing s WHERE s.member_id = m.id AND s.track = %(track)s)

-- name: opening
-- Announced versions of tracks that have begun or will, whose members have yet to be found.
SELECT track, version, judged_to FROM loyalty_trackversion
WHERE state = 'announced' AND opened_at IS NULL AND from_day <= %(day)s ORDER BY from_day, track LIMIT 1

-- name: opened_to
-- How far the members of a track were found.
UPDATE loyalty_trackversion SET judged_to = %(member)s, opened_at = %(opened_at)s::timestamptz WHERE track = %(track)s AND version = %(version)s

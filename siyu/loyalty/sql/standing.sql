-- name: write_standings
-- The tiers of members on a track where only the growth of the moment counts.
INSERT INTO loyalty_standing (member_id, track, tier, growth, since, version)
SELECT member_id, %(track)s, tier, growth, since, version
FROM unnest(%(members)s::bigint[], %(tiers)s::text[], %(growth)s::bigint[], %(since)s::timestamptz[], %(versions)s::int[])
    AS new (member_id, tier, growth, since, version)
ON CONFLICT (member_id, track) DO UPDATE
SET tier = excluded.tier, growth = excluded.growth, since = excluded.since, version = excluded.version,
    own = NULL, began_at = NULL, ends_at = NULL, grace_until = NULL, due_at = NULL, judged_at = NULL

-- name: write_periods
-- The tiers of members on a track, with the periods in which they hold.
INSERT INTO loyalty_standing (member_id, track, tier, growth, since, version, own, began_at, ends_at, grace_until, due_at, judged_at)
SELECT member_id, %(track)s, tier, growth, since, version, own, began_at, ends_at, grace_until, due_at, judged_at
FROM unnest(%(members)s::bigint[], %(tiers)s::text[], %(growth)s::bigint[], %(since)s::timestamptz[], %(versions)s::int[], %(own)s::text[],
            %(began_at)s::timestamptz[], %(ends_at)s::timestamptz[], %(grace_until)s::timestamptz[], %(due_at)s::timestamptz[],
            %(judged_at)s::timestamptz[])
    AS new (member_id, tier, growth, since, version, own, began_at, ends_at, grace_until, due_at, judged_at)
ON CONFLICT (member_id, track) DO UPDATE
SET tier = excluded.tier, growth = excluded.growth, since = excluded.since, version = excluded.version, own = excluded.own,
    began_at = excluded.began_at, ends_at = excluded.ends_at, grace_until = excluded.grace_until, due_at = excluded.due_at,
    judged_at = excluded.judged_at

-- name: drop_standings
-- Members whose growth never moved, or who are no longer.
DELETE FROM loyalty_standing WHERE track = %(track)s AND member_id = ANY(%(members)s)

-- name: movements
-- Every movement that counts for these members, as it is replayed: by instant, time's own first, then as posted. The third last column is
-- when the lot began to count.
SELECT origin_id, owner_id, posted_at, fact_id, operation, amount, unit, min(posted_at) OVER (PARTITION BY lot_id), key, is_gift
FROM (
    SELECT a.origin_id, a.owner_id, e.id, e.posted_at, e.fact_id, 'operation ' || e.operation_id AS operation, e.unit, e.lot_id, l.key, e.kind = 'gift' AS is_gift,
           loyalty_counted(e.unit, e.kind, e.debit, e.credit, e.amount, l.is_pending) AS amount
    FROM loyalty_account a
    JOIN loyalty_entry e ON e.account_id = a.id
    LEFT JOIN loyalty_lot l ON l.id = e.lot_id
    WHERE a.owner_id = ANY(%(owners)s) AND a.unit = ANY(%(units)s)
) AS moved
WHERE amount <> 0
ORDER BY posted_at, fact_id IS NOT NULL OR operation IS NOT NULL, id

-- name: floors
-- The tiers that staff granted to these members, in order; one taken away ended then.
SELECT origin_id, owner_id, track, tier, from_at, least(until, coalesce(removed_at, until))
FROM loyalty_tierfloor
WHERE owner_id = ANY(%(owners)s)
ORDER BY from_at, id

-- name: gifts
-- Which gifts of tiers were given to these members, as whoever they then were.
SELECT origin_id, track, tier, period FROM loyalty_tiergift WHERE origin_id = ANY(%(origins)s)

-- name: note_gifts
-- Gifts of tiers that were given.
INSERT INTO loyalty_tiergift (origin_id, track, tier, period)
SELECT * FROM unnest(%(origins)s::bigint[], %(tracks)s::text[], %(tiers)s::text[], %(periods)s::date[])

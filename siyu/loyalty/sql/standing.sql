-- name: write_standings
-- The tiers of members, as they now stand.
INSERT INTO loyalty_standing (member_id, track, tier, growth, since, version)
SELECT member_id, %(track)s, tier, growth, since, version
FROM unnest(%(members)s::bigint[], %(tiers)s::text[], %(growth)s::bigint[], %(since)s::timestamptz[], %(versions)s::int[])
    AS new (member_id, tier, growth, since, version)
ON CONFLICT (member_id, track) DO UPDATE
SET tier = excluded.tier, growth = excluded.growth, since = excluded.since, version = excluded.version

-- name: drop_standings
-- Members whose growth never moved, or who are no longer.
DELETE FROM loyalty_standing WHERE track = %(track)s AND member_id = ANY(%(members)s)

-- name: growth_entries
-- Every movement of these members' growth, as it is replayed: by instant, time's own first, then as posted.
SELECT a.origin_id, a.owner_id, e.posted_at, e.fact_id, CASE WHEN e.credit = 'available' THEN e.amount ELSE -e.amount END
FROM loyalty_account a
JOIN loyalty_entry e ON e.account_id = a.id
WHERE a.owner_id = ANY(%(owners)s) AND a.unit = 'growth' AND 'available' IN (e.debit, e.credit)
ORDER BY e.posted_at, e.fact_id IS NOT NULL, e.id

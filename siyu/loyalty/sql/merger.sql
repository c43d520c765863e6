-- name: has_any
-- Whether any of these members has an account, or a tier that staff granted.
SELECT EXISTS (SELECT FROM loyalty_account WHERE owner_id = ANY(%(members)s))
    OR EXISTS (SELECT FROM loyalty_tierfloor WHERE owner_id = ANY(%(members)s))

-- name: absorb
-- Accounts of merged members go to their survivors.
UPDATE loyalty_account a SET owner_id = pair.survivor
FROM unnest(%(losers)s::bigint[], %(survivors)s::bigint[]) AS pair (loser, survivor)
WHERE a.owner_id = pair.loser
RETURNING pair.survivor

-- name: origins
-- Whose accounts and granted tiers these members own, or had before they became others.
SELECT origin_id FROM loyalty_account WHERE owner_id = ANY(%(members)s) OR origin_id = ANY(%(below)s)
UNION
SELECT origin_id FROM loyalty_tierfloor WHERE owner_id = ANY(%(members)s) OR origin_id = ANY(%(below)s)

-- name: release
-- Accounts go to whom their origin is now; returns who had them and who has them.
UPDATE loyalty_account a SET owner_id = home.owner
FROM unnest(%(origins)s::bigint[], %(owners)s::bigint[]) AS home (origin, owner)
JOIN loyalty_account before ON before.origin_id = home.origin
WHERE a.id = before.id AND before.owner_id <> home.owner
RETURNING before.owner_id, a.owner_id

-- name: absorb_floors
-- Tiers that staff granted to merged members go to their survivors.
UPDATE loyalty_tierfloor f SET owner_id = pair.survivor
FROM unnest(%(losers)s::bigint[], %(survivors)s::bigint[]) AS pair (loser, survivor)
WHERE f.owner_id = pair.loser
RETURNING pair.survivor

-- name: release_floors
-- Tiers that staff granted go to whom their origin is now; returns who had them and who has them.
UPDATE loyalty_tierfloor f SET owner_id = home.owner
FROM unnest(%(origins)s::bigint[], %(owners)s::bigint[]) AS home (origin, owner)
JOIN loyalty_tierfloor before ON before.origin_id = home.origin
WHERE f.id = before.id AND before.owner_id <> home.owner
RETURNING before.owner_id, f.owner_id

-- name: judged
-- How far these members have been judged on each track: the newest version, and the last instant.
SELECT track, max(version), max(judged_at) FROM loyalty_standing WHERE member_id = ANY(%(members)s) GROUP BY track

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

-- name: release
-- Accounts go to the end of their origin's line of mergers, as it stands now; returns who had them and who has them.
WITH RECURSIVE below AS (
    SELECT unnest(%(members)s::bigint[]) AS id
    UNION
    SELECT m.id FROM below JOIN members_member m ON m.merged_into_id = below.id
),
concerned AS (
    SELECT id, origin_id, owner_id FROM loyalty_account WHERE owner_id = ANY(%(members)s)
    UNION
    SELECT a.id, a.origin_id, a.owner_id FROM below JOIN loyalty_account a ON a.origin_id = below.id
),
line AS (
    SELECT DISTINCT c.origin_id, c.origin_id AS member_id FROM concerned c
    UNION
    SELECT line.origin_id, m.merged_into_id FROM line JOIN members_member m ON m.id = line.member_id WHERE m.merged_into_id IS NOT NULL
),
root AS (
    SELECT line.origin_id, line.member_id FROM line JOIN members_member m ON m.id = line.member_id WHERE m.merged_into_id IS NULL
)
UPDATE loyalty_account a SET owner_id = root.member_id
FROM concerned c JOIN root ON root.origin_id = c.origin_id
WHERE a.id = c.id AND a.owner_id <> root.member_id
RETURNING c.owner_id, a.owner_id

-- name: absorb_floors
-- Tiers that staff granted to merged members go to their survivors.
UPDATE loyalty_tierfloor f SET owner_id = pair.survivor
FROM unnest(%(losers)s::bigint[], %(survivors)s::bigint[]) AS pair (loser, survivor)
WHERE f.owner_id = pair.loser
RETURNING pair.survivor

-- name: release_floors
-- Tiers that staff granted go to the end of their origin's line of mergers, as it stands now; returns who had them and who has them.
WITH RECURSIVE below AS (
    SELECT unnest(%(members)s::bigint[]) AS id
    UNION
    SELECT m.id FROM below JOIN members_member m ON m.merged_into_id = below.id
),
concerned AS (
    SELECT id, origin_id, owner_id FROM loyalty_tierfloor WHERE owner_id = ANY(%(members)s)
    UNION
    SELECT a.id, a.origin_id, a.owner_id FROM below JOIN loyalty_tierfloor a ON a.origin_id = below.id
),
line AS (
    SELECT DISTINCT c.origin_id, c.origin_id AS member_id FROM concerned c
    UNION
    SELECT line.origin_id, m.merged_into_id FROM line JOIN members_member m ON m.id = line.member_id WHERE m.merged_into_id IS NOT NULL
),
root AS (
    SELECT line.origin_id, line.member_id FROM line JOIN members_member m ON m.id = line.member_id WHERE m.merged_into_id IS NULL
)
UPDATE loyalty_tierfloor a SET owner_id = root.member_id
FROM concerned c JOIN root ON root.origin_id = c.origin_id
WHERE a.id = c.id AND a.owner_id <> root.member_id
RETURNING c.owner_id, a.owner_id

-- name: judged
-- How far these members have been judged on each track: the newest version, and the last instant.
SELECT track, max(version), max(judged_at) FROM loyalty_standing WHERE member_id = ANY(%(members)s) GROUP BY track

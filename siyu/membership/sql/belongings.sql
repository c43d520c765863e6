-- name: absorb_ladder
-- Ladder steps of merged members go to their survivors.
UPDATE membership_laddergift t SET owner_id = pair.survivor
FROM unnest(%(losers)s::bigint[], %(survivors)s::bigint[]) AS pair (loser, survivor) WHERE t.owner_id = pair.loser

-- name: absorb_completions
-- Completions of merged members go to their survivors.
UPDATE membership_completion t SET owner_id = pair.survivor
FROM unnest(%(losers)s::bigint[], %(survivors)s::bigint[]) AS pair (loser, survivor) WHERE t.owner_id = pair.loser

-- name: absorb_badges
-- Badges of merged members go to their survivors.
UPDATE membership_badgeaward t SET owner_id = pair.survivor
FROM unnest(%(losers)s::bigint[], %(survivors)s::bigint[]) AS pair (loser, survivor) WHERE t.owner_id = pair.loser

-- name: absorb_ranks
-- Ranks of merged members go to their survivors.
UPDATE membership_rank t SET owner_id = pair.survivor
FROM unnest(%(losers)s::bigint[], %(survivors)s::bigint[]) AS pair (loser, survivor) WHERE t.owner_id = pair.loser

-- name: absorb_cards
-- Cards of merged members go to their survivors.
UPDATE membership_card t SET owner_id = pair.survivor
FROM unnest(%(losers)s::bigint[], %(survivors)s::bigint[]) AS pair (loser, survivor) WHERE t.owner_id = pair.loser

-- name: absorb_mall
-- Redemptions of merged members go to their survivors.
UPDATE membership_redemption t SET owner_id = pair.survivor
FROM unnest(%(losers)s::bigint[], %(survivors)s::bigint[]) AS pair (loser, survivor) WHERE t.owner_id = pair.loser

-- name: origins_of
-- The members that something of these members came to.
SELECT origin_id FROM membership_laddergift WHERE owner_id = ANY(%(members)s)
UNION SELECT origin_id FROM membership_completion WHERE owner_id = ANY(%(members)s)
UNION SELECT origin_id FROM membership_badgeaward WHERE owner_id = ANY(%(members)s)
UNION SELECT origin_id FROM membership_rank WHERE owner_id = ANY(%(members)s)
UNION SELECT origin_id FROM membership_card WHERE owner_id = ANY(%(members)s)
UNION SELECT origin_id FROM membership_redemption WHERE owner_id = ANY(%(members)s)

-- name: release_ladder
-- Ladder steps go to whom their origin is now.
UPDATE membership_laddergift t SET owner_id = root.member_id
FROM unnest(%(origins)s::bigint[], %(roots)s::bigint[]) AS root (origin_id, member_id)
WHERE t.origin_id = root.origin_id AND t.owner_id <> root.member_id

-- name: release_completions
-- Completions go to whom their origin is now.
UPDATE membership_completion t SET owner_id = root.member_id
FROM unnest(%(origins)s::bigint[], %(roots)s::bigint[]) AS root (origin_id, member_id)
WHERE t.origin_id = root.origin_id AND t.owner_id <> root.member_id

-- name: release_badges
-- Badges go to whom their origin is now.
UPDATE membership_badgeaward t SET owner_id = root.member_id
FROM unnest(%(origins)s::bigint[], %(roots)s::bigint[]) AS root (origin_id, member_id)
WHERE t.origin_id = root.origin_id AND t.owner_id <> root.member_id

-- name: release_ranks
-- Ranks go to whom their origin is now.
UPDATE membership_rank t SET owner_id = root.member_id
FROM unnest(%(origins)s::bigint[], %(roots)s::bigint[]) AS root (origin_id, member_id)
WHERE t.origin_id = root.origin_id AND t.owner_id <> root.member_id

-- name: release_cards
-- Cards go to whom their origin is now.
UPDATE membership_card t SET owner_id = root.member_id
FROM unnest(%(origins)s::bigint[], %(roots)s::bigint[]) AS root (origin_id, member_id)
WHERE t.origin_id = root.origin_id AND t.owner_id <> root.member_id

-- name: release_mall
-- Redemptions go to whom their origin is now.
UPDATE membership_redemption t SET owner_id = root.member_id
FROM unnest(%(origins)s::bigint[], %(roots)s::bigint[]) AS root (origin_id, member_id)
WHERE t.origin_id = root.origin_id AND t.owner_id <> root.member_id

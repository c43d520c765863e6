-- name: standings
-- The tier these members hold, with its name, by the version that judged them.
SELECT s.member_id, s.tier, t.name, s.growth, s.since, s.version, t.multiplier
FROM loyalty_standing s
LEFT JOIN loyalty_tier t ON t.track = s.track AND t.code = s.tier AND t.version = s.version
WHERE s.track = %(track)s AND s.member_id = ANY(%(members)s)

-- name: by_tier
-- People (identified, unmerged) by tier within a scope; those without growth stand where zero growth stands.
SELECT coalesce(s.tier, %(base)s), count(*)
FROM members_member m
LEFT JOIN loyalty_standing s ON s.member_id = m.id AND s.track = %(track)s
WHERE m.is_identified AND m.merged_into_id IS NULL
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
GROUP BY 1

-- name: ladder
-- The tiers in force on a day, in order.
SELECT code, name, rank, threshold, multiplier, version, from_day
FROM loyalty_tier
WHERE track = %(track)s
  AND version = (SELECT max(version) FROM loyalty_tier WHERE track = %(track)s AND from_day <= %(day)s)
ORDER BY threshold

-- name: standings_of
-- Where members stand on every track.
SELECT member_id, track, growth, tier, version, since, own, began_at, ends_at, grace_until, due_at, judged_at
FROM loyalty_standing WHERE member_id = ANY(%(members)s)

-- name: track_names
-- What the tracks are called, by their newest announced versions.
SELECT DISTINCT ON (track) track, name FROM loyalty_trackversion WHERE state = 'announced' ORDER BY track, version DESC

-- name: versions
-- Every version of every track, the newest of each first; one without a row of its own is the usual track.
SELECT coalesce(v.track, t.track), coalesce(v.version, t.version), coalesce(v.name, ''), coalesce(v.state, 'announced'),
       coalesce(v.from_day, t.from_day), coalesce(v.migration, 'at_once'), v.by_hand_at, coalesce(v.terms, '{}')::text,
       coalesce(v.steps, '[]')::text, coalesce(v.created_by, ''), v.announced_at
FROM loyalty_trackversion v
FULL JOIN (SELECT DISTINCT track, version, from_day FROM loyalty_tier) AS t ON t.track = v.track AND t.version = v.version
ORDER BY 1, 2 DESC

-- name: steps_of
-- The steps of one version of a track, in order.
SELECT code, name, threshold, keep, multiplier, gifts::text FROM loyalty_tier WHERE track = %(track)s AND version = %(version)s ORDER BY rank

-- name: floors_of
-- The tiers that staff granted to a member, the newest first.
SELECT id, track, tier, from_at, until, because, given_by, removed_at, removed_by, removed_because
FROM loyalty_tierfloor WHERE owner_id = %(member)s ORDER BY id DESC LIMIT 100

-- name: grace_count
-- How many people of a scope are in days of grace on a track.
SELECT count(*) FROM loyalty_standing s JOIN members_member m ON m.id = s.member_id
WHERE s.track = %(track)s AND s.grace_until IS NOT NULL
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)

-- name: standings
-- The tier these members hold, with its name, and the next one with its threshold, by the version that judged them.
SELECT s.member_id, s.tier, t.name, s.growth, s.since, s.version, t.multiplier, next.code, next.name, next.threshold
FROM loyalty_standing s
LEFT JOIN loyalty_tier t ON t.track = s.track AND t.code = s.tier AND t.version = s.version
LEFT JOIN LATERAL (
    SELECT n.code, n.name, n.threshold FROM loyalty_tier n
    WHERE n.track = s.track AND n.version = s.version AND n.threshold > s.growth ORDER BY n.threshold LIMIT 1
) AS next ON true
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

-- name: flow
-- Of those who reached each step within a span: how many, how many went on to any later step, and the median days until they did.
WITH reached AS (
    SELECT i.member_id, f.properties ->> 'to' AS step, min(f.occurred_at) AS at
    FROM facts_log f
    JOIN members_identity i ON i.id = f.identity_id
    WHERE ((f.name = 'stage.changed' AND f.properties ->> 'clock' = 'ladder')
           OR (f.name = 'tier.changed' AND f.properties ->> 'track' = %(track)s AND coalesce(f.properties ->> 'why', '') <> 'lowered'))
      AND f.properties ->> 'to' = ANY(%(steps)s) AND f.occurred_at >= %(since)s
    GROUP BY 1, 2
    UNION ALL
    SELECT id, 'stranger', created_at FROM members_member WHERE merged_into_id IS NULL AND created_at >= %(since)s
),
placed AS (
    SELECT r.member_id, array_position(%(steps)s::text[], r.step) AS place, r.at,
           min(r.at) OVER (PARTITION BY r.member_id ORDER BY array_position(%(steps)s::text[], r.step)
                           ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS next_at
    FROM reached r
    JOIN members_member m ON m.id = r.member_id
    WHERE m.merged_into_id IS NULL
      AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
      AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
)
SELECT place - 1, count(*), count(next_at),
       percentile_disc(0.5) WITHIN GROUP (ORDER BY greatest(extract(epoch FROM next_at - at) / 86400, 0)) FILTER (WHERE next_at IS NOT NULL)
FROM placed GROUP BY place

-- name: standing_at
-- How many members stand at each step now: at the tier above the first that they hold, or else at their rung.
SELECT CASE WHEN s.tier = ANY(%(tiers)s) THEN s.tier ELSE coalesce(nullif(l.rung, ''), 'stranger') END, count(*)
FROM members_member m
LEFT JOIN members_lifecycle l ON l.member_id = m.id
LEFT JOIN loyalty_standing s ON s.member_id = m.id AND s.track = %(track)s
WHERE m.merged_into_id IS NULL
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
GROUP BY 1

-- name: notes
-- What was placed at the steps.
SELECT step, benefits::text, benefit, gesture FROM loyalty_mapnote

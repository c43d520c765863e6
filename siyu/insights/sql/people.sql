-- name: identified
-- How many people we know by name: identified, unmerged members.
SELECT count(*) FROM members_member m
WHERE m.is_identified AND m.merged_into_id IS NULL
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)

-- name: arrivals
-- Each person once: by first channel on the day of the first attributed touch, else without a channel on the day first seen.
WITH arrived AS (
    SELECT a.member_id, a.first_at AS at, a.first_channel_id AS channel_id
    FROM acquisition_attribution a
    WHERE a.first_at >= %(begin)s AND a.first_at < %(end)s
    UNION ALL
    SELECT r.member_id, r.first_seen, NULL
    FROM members_rollup r
    WHERE r.first_seen >= %(begin)s AND r.first_seen < %(end)s
      AND NOT EXISTS (SELECT FROM acquisition_attribution a WHERE a.member_id = r.member_id)
)
SELECT (arrived.at AT TIME ZONE %(zone)s)::date AS day, coalesce(c.code, ''), coalesce(c.name, ''), count(*)
FROM arrived
JOIN members_member m ON m.id = arrived.member_id
LEFT JOIN acquisition_channel c ON c.id = arrived.channel_id
WHERE m.merged_into_id IS NULL
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
GROUP BY 1, 2, 3
ORDER BY 1, 4 DESC, 2
LIMIT %(limit)s

-- name: funnel
-- People first seen in the range, and who of them was identified, then bought, then bought again; median days of each step.
WITH people AS (
    SELECT r.member_id, r.first_seen, m.is_identified
    FROM members_rollup r JOIN members_member m ON m.id = r.member_id
    WHERE r.first_seen >= %(begin)s AND r.first_seen < %(end)s AND m.merged_into_id IS NULL
      AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
      AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
), identified AS (
    SELECT p.member_id, min(i.first_seen) AS at
    FROM people p JOIN members_identity i ON i.member_id = p.member_id
    WHERE p.is_identified AND i.kind <> ALL(%(weak_kinds)s)
    GROUP BY p.member_id
), bought AS (
    SELECT s.member_id, s.first_paid_at AS at, s.orders
    FROM identified JOIN orders_statistics s ON s.member_id = identified.member_id
    WHERE s.orders > 0
), again AS (
    SELECT b.member_id,
           CASE WHEN count(*) FILTER (WHERE o.paid_at = b.at) > 1 THEN b.at ELSE min(o.paid_at) FILTER (WHERE o.paid_at > b.at) END AS at
    FROM bought b
    JOIN members_identity i ON i.member_id = b.member_id
    JOIN orders_order o ON o.identity_id = i.id
    WHERE b.orders > 1 AND o.paid_at IS NOT NULL
    GROUP BY b.member_id, b.at
), steps AS (
    SELECT p.first_seen, identified.at AS identified_at, bought.at AS bought_at, again.at AS again_at
    FROM people p
    LEFT JOIN identified ON identified.member_id = p.member_id
    LEFT JOIN bought ON bought.member_id = p.member_id
    LEFT JOIN again ON again.member_id = p.member_id
)
SELECT count(*), count(identified_at), count(bought_at), count(again_at),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY greatest(0.0, extract(epoch FROM identified_at - first_seen)::float8 / 86400))
           FILTER (WHERE identified_at IS NOT NULL),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY greatest(0.0, extract(epoch FROM bought_at - identified_at)::float8 / 86400))
           FILTER (WHERE bought_at IS NOT NULL),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM again_at - bought_at)::float8 / 86400)
FROM steps

-- name: clocks
-- Identified people by where each of the three clocks stands; an empty word: the clock has not begun.
SELECT l.pool_stage, l.activity, l.rung, count(*)
FROM members_member m JOIN members_lifecycle l ON l.member_id = m.id
WHERE m.is_identified AND m.merged_into_id IS NULL
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
GROUP BY 1, 2, 3

-- name: tiers
-- Identified people by tier of a track: the tiers of its newest version, older ones while someone holds them, and who holds none.
WITH held AS (
    SELECT coalesce(s.tier, '') AS tier, count(*) AS people
    FROM members_member m LEFT JOIN loyalty_standing s ON s.member_id = m.id AND s.track = %(track)s
    WHERE m.is_identified AND m.merged_into_id IS NULL
      AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
      AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
    GROUP BY 1
), named AS (
    SELECT DISTINCT ON (code) code, name, rank, version FROM loyalty_tier WHERE track = %(track)s ORDER BY code, version DESC
)
SELECT coalesce(held.tier, named.code), coalesce(named.name, held.tier), coalesce(held.people, 0)
FROM named FULL JOIN held ON held.tier = named.code
WHERE held.people > 0 OR named.version = (SELECT max(version) FROM named)
ORDER BY named.rank NULLS FIRST, 1

-- name: new_by_day
-- People first seen on each day, and how many of them are identified by now.
SELECT (r.first_seen AT TIME ZONE %(zone)s)::date AS day, count(*), count(*) FILTER (WHERE m.is_identified)
FROM members_rollup r JOIN members_member m ON m.id = r.member_id
WHERE r.first_seen >= %(begin)s AND r.first_seen < %(end)s AND m.merged_into_id IS NULL
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
GROUP BY 1

-- name: active_by_day
-- People who did something themselves on each day: facts that no fact of ours caused and that were not done to them.
SELECT f.business_day, count(DISTINCT i.member_id)
FROM facts_log f
JOIN members_identity i ON i.id = f.identity_id
JOIN members_member m ON m.id = i.member_id
WHERE f.occurred_at >= %(begin)s::timestamptz - interval '2 days' AND f.occurred_at < %(end)s::timestamptz + interval '2 days'
  AND f.business_day BETWEEN %(first)s AND %(last)s AND f.depth = 0 AND f.name <> ALL(%(passive)s)
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
GROUP BY 1

-- name: last_day
-- The newest day on which anyone was seen.
SELECT max(last_seen_day) FROM members_rollup

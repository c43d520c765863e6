-- name: channel_figures
-- Per channel and period: arrivals (facts), members new by first touch, of those the identified, and first purchases of members it brought.
WITH came AS (
    SELECT a.channel_id, count(*) AS arrivals
    FROM acquisition_arrival a JOIN members_identity i ON i.id = a.identity_id JOIN members_member m ON m.id = i.member_id
    WHERE a.occurred_at >= %(since)s AND a.occurred_at < %(until)s
      AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s::bigint[]))
      AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
    GROUP BY a.channel_id
), brought AS (
    SELECT t.first_channel_id AS channel_id, count(*) AS people, count(*) FILTER (WHERE m.is_identified) AS members
    FROM acquisition_attribution t JOIN members_member m ON m.id = t.member_id
    WHERE t.first_at >= %(since)s AND t.first_at < %(until)s
      AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s::bigint[]))
      AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
    GROUP BY t.first_channel_id
), bought AS (
    SELECT t.first_channel_id AS channel_id, count(*) AS first_purchases
    FROM orders_statistics s JOIN acquisition_attribution t ON t.member_id = s.member_id JOIN members_member m ON m.id = t.member_id
    WHERE s.first_paid_at >= %(since)s AND s.first_paid_at < %(until)s
      AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s::bigint[]))
      AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
    GROUP BY t.first_channel_id
)
SELECT c.id, coalesce(came.arrivals, 0), coalesce(brought.people, 0), coalesce(brought.members, 0), coalesce(bought.first_purchases, 0)
FROM acquisition_channel c
LEFT JOIN came ON came.channel_id = c.id LEFT JOIN brought ON brought.channel_id = c.id LEFT JOIN bought ON bought.channel_id = c.id

-- name: arrivals_by_day
-- Arrivals per business day and channel, in the viewer's scope.
SELECT (a.occurred_at AT TIME ZONE %(zone)s)::date AS day, a.channel_id, count(*)
FROM acquisition_arrival a JOIN members_identity i ON i.id = a.identity_id JOIN members_member m ON m.id = i.member_id
WHERE a.occurred_at >= %(since)s AND a.occurred_at < %(until)s
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s::bigint[]))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
GROUP BY day, a.channel_id ORDER BY day, a.channel_id

-- name: codes_of_channel
-- The codes of a channel by how many members they brought first, in the viewer's scope.
SELECT t.first_code, count(*) AS people, count(*) FILTER (WHERE m.is_identified)
FROM acquisition_attribution t JOIN members_member m ON m.id = t.member_id
WHERE t.first_channel_id = %(channel)s AND t.first_at >= %(since)s AND t.first_at < %(until)s
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s::bigint[]))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
GROUP BY t.first_code ORDER BY people DESC, t.first_code LIMIT %(limit)s

-- name: attribution_of
-- First and last channel of a member.
SELECT f.code, f.name, t.first_code, t.first_at, l.code, l.name, t.last_code, t.last_at
FROM acquisition_attribution t
JOIN acquisition_channel f ON f.id = t.first_channel_id JOIN acquisition_channel l ON l.id = t.last_channel_id
WHERE t.member_id = %(member)s

-- name: open_periods
-- Periods of boards that are not final yet.
SELECT p.id, p.board_id, p.start, p.end FROM membership_boardperiod p WHERE p.frozen_at IS NULL ORDER BY p.end, p.id LIMIT %(limit)s

-- name: by_value
-- What members earned of a unit on business days, reversals taken off: entries lie by day under their keys.
WITH measured AS (
    SELECT a.owner_id AS member_id,
           sum(CASE WHEN e.debit = 'issued' THEN e.amount WHEN e.credit = 'revoked' THEN -e.amount ELSE 0 END)::bigint AS value
    FROM loyalty_entry e JOIN loyalty_account a ON a.id = e.account_id
    WHERE e.key >= %(first_key)s AND e.key < %(end_key)s AND e.unit = %(unit)s AND (e.debit = 'issued' OR e.credit = 'revoked')
    GROUP BY a.owner_id
)
SELECT member_id, value FROM measured WHERE value > 0

-- name: by_check_ins
-- On how many of these days members checked in.
SELECT i.member_id, count(DISTINCT c.day)::bigint
FROM membership_checkin c JOIN members_identity i ON i.id = c.identity_id
WHERE c.day BETWEEN %(first)s AND %(last)s GROUP BY i.member_id

-- name: by_orders
-- How many orders that still stand members paid on these days, and what they kept of them.
SELECT i.member_id, count(*)::bigint, sum(o.amount_minor - o.refunded_minor)::bigint
FROM orders_order o JOIN members_identity i ON i.id = o.identity_id
WHERE o.paid_day BETWEEN %(first)s AND %(last)s AND o.paid_at IS NOT NULL
  AND (o.refunded_minor = 0 OR o.refunded_minor < o.amount_minor) AND o.closed_at IS NULL
GROUP BY i.member_id

-- name: by_facts
-- How often members did what a counter counts on these days.
SELECT i.member_id, sum(c.times)::bigint
FROM facts_counter_day c JOIN members_identity i ON i.id = c.identity_id
WHERE c.counter_id = %(counter)s AND c.business_day BETWEEN %(first)s AND %(last)s GROUP BY i.member_id

-- name: forget
-- The ranks of a period, about to be counted afresh.
DELETE FROM membership_rank WHERE period_id = %(period)s

-- name: rank
-- The ranks of a period: ties share one (1, 2, 2, 4), within each group, so many members of each.
INSERT INTO membership_rank (period_id, "group", origin_id, owner_id, value, rank)
SELECT %(period)s, ranked.grp, ranked.member_id, ranked.member_id, ranked.value, ranked.place
FROM (
    SELECT grouped.*, rank() OVER (PARTITION BY grp ORDER BY value DESC) AS place,
           row_number() OVER (PARTITION BY grp ORDER BY value DESC, member_id) AS number
    FROM (
        SELECT told.member_id, told.value,
               CASE %(among)s WHEN 'store' THEN m.store_id WHEN 'assistant' THEN m.assistant_id ELSE 0 END AS grp
        FROM unnest(%(members)s::bigint[], %(values)s::bigint[]) AS told (member_id, value)
        JOIN members_member m ON m.id = told.member_id AND m.is_identified AND m.merged_into_id IS NULL
        WHERE told.value > 0 AND (%(among)s <> 'tag' OR EXISTS (
            SELECT 1 FROM members_tagging g JOIN members_tag t ON t.id = g.tag_id WHERE g.member_id = m.id AND t.name = %(tag)s))
    ) AS grouped
    WHERE grp IS NOT NULL
) AS ranked
WHERE ranked.number <= %(keep)s

-- name: refreshed
-- When the ranks of a period were counted, and of how many members.
UPDATE membership_boardperiod SET refreshed_at = %(now)s,
    members = (SELECT count(*) FROM membership_rank r WHERE r.period_id = membership_boardperiod.id)
WHERE id = %(period)s

-- name: freeze
-- A period whose ranks are final from now on: once.
UPDATE membership_boardperiod SET frozen_at = %(now)s WHERE id = %(period)s AND frozen_at IS NULL RETURNING id

-- name: winners
-- Who stands on these ranks of a period.
SELECT "group", rank, origin_id, owner_id FROM membership_rank WHERE period_id = %(period)s AND rank <= %(last)s ORDER BY "group", rank, id

-- name: top
-- The first of a group in a period; who wishes not to be shown is counted and not named.
SELECT r.rank, r.value, m.id, m.public_id, m.nickname, EXISTS (SELECT 1 FROM membership_incognito i WHERE i.member_id = m.id),
       (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
       AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
FROM membership_rank r JOIN members_member m ON m.id = r.owner_id
WHERE r.period_id = %(period)s AND r."group" = %(group)s AND r.rank <= %(top)s
ORDER BY r.rank, r.id LIMIT %(limit)s

-- name: own
-- A member's own ranks in a period, one for each group.
SELECT "group", min(rank), max(value) FROM membership_rank WHERE period_id = %(period)s AND owner_id = %(member)s GROUP BY "group"

-- name: groups
-- The groups of a period and how many members each ranks.
SELECT "group", count(*) FROM membership_rank WHERE period_id = %(period)s GROUP BY "group" ORDER BY count(*) DESC, "group" LIMIT 500

-- name: identities
-- The handles of these members, each with the member it came with.
SELECT id, origin_id, member_id FROM members_identity WHERE member_id = ANY(%(members)s)

-- name: counts
-- How often these handles did what is counted, in these periods.
SELECT d.identity_id, w.name, w.period, w.first_day, sum(d.times)::int
FROM unnest(%(keys)s::text[], %(names)s::text[], %(periods)s::text[], %(starts)s::date[], %(ends)s::date[])
    AS w (key, name, period, first_day, last_day)
JOIN facts_counter c ON c.key = w.key
JOIN facts_counter_day d ON d.counter_id = c.id AND d.identity_id = ANY(%(identities)s) AND d.business_day BETWEEN w.first_day AND w.last_day
GROUP BY 1, 2, 3, 4

-- name: birthdays
-- Month and day of birth by handle.
SELECT identity_id, value #>> '{}', occurred_at, message
FROM members_trait WHERE identity_id = ANY(%(identities)s) AND name = 'birthday_month_day'

-- name: earlier_birthdays
-- The newest birthday that the log tells of these handles before a fact, or that it takes back.
SELECT DISTINCT ON (identity_id) identity_id, properties #>> '{traits,birthday_month_day}', occurred_at, message
FROM facts_log
WHERE identity_id = ANY(%(identities)s) AND name = 'member.identified' AND id < %(before)s
  AND properties -> 'traits' ? 'birthday_month_day'
ORDER BY identity_id, occurred_at DESC, message DESC

-- name: tags
-- The tags of these members, but for what the merges at hand carried over.
SELECT g.member_id, t.name
FROM members_tagging g JOIN members_tag t ON t.id = g.tag_id
WHERE g.member_id = ANY(%(members)s) AND t.archived_at IS NULL
  AND (g.via_merge_id IS NULL OR g.via_merge_id <> ALL(%(merges)s::bigint[]))

-- name: audiences
-- The audiences these members are in, by number.
SELECT member_id, audience_id::text FROM audiences_membership WHERE member_id = ANY(%(members)s)

-- name: awaiting
-- Which of these lots wait for a person.
SELECT lot_id FROM loyalty_approval WHERE lot_id = ANY(%(lots)s) AND state = 'waiting'

-- name: await_approval
-- Earnings above what their rule gives without a person.
INSERT INTO loyalty_approval (lot_id, rule_id, amount, earned_at, state, decided_by, because)
SELECT lot_id, rule_id, amount, earned_at, 'waiting', '', ''
FROM unnest(%(lots)s::bigint[], %(rules)s::bigint[], %(amounts)s::bigint[], %(earned)s::timestamptz[]) AS new (lot_id, rule_id, amount, earned_at)

-- name: categories
-- The categories of these products, each with those above it.
WITH RECURSIVE above AS (
    SELECT p.sku, c.id, c.code, c.parent_id, 1 AS step
    FROM orders_product p JOIN orders_category c ON c.id = p.category_id WHERE p.sku = ANY(%(skus)s)
    UNION ALL
    SELECT above.sku, c.id, c.code, c.parent_id, above.step + 1
    FROM above JOIN orders_category c ON c.id = above.parent_id WHERE above.step < 20
)
SELECT sku, array_agg(code ORDER BY step) FROM above GROUP BY sku

-- name: facts
-- Facts of these names between two instants, oldest first, each with the member its handle belongs to now.
SELECT f.id, f.name, f.occurred_at, f.business_day, f.source_id, f.identity_id, i.member_id, f.message, f.properties::text
FROM facts_log f JOIN members_identity i ON i.id = f.identity_id
WHERE f.occurred_at >= %(begins)s AND f.occurred_at < %(ends)s AND f.name = ANY(%(names)s)
ORDER BY f.occurred_at, f.id LIMIT %(limit)s

-- name: facts_of_member
-- The newest facts of these names of one member.
SELECT f.id, f.name, f.occurred_at, f.business_day, f.source_id, f.identity_id, i.member_id, f.message, f.properties::text
FROM members_identity i JOIN facts_log f ON f.identity_id = i.id
WHERE i.member_id = %(member)s AND f.name = ANY(%(names)s) AND f.occurred_at < %(ends)s
ORDER BY f.occurred_at DESC, f.id DESC LIMIT %(limit)s

-- name: historical
-- Orders of a time that were brought in as history and earn nothing.
SELECT s.code, o.number
FROM orders_order o JOIN merchant_shop s ON s.id = o.shop_id
WHERE o.is_historical AND o.paid_at >= %(begins)s AND o.paid_at < %(ends)s

-- name: growth
-- The growth that members had at an instant; all members, or these.
SELECT a.owner_id, sum(loyalty_counted(e.unit, e.kind, e.debit, e.credit, e.amount, NULL))::bigint
FROM loyalty_entry e JOIN loyalty_account a ON a.id = e.account_id
WHERE e.unit = 'growth' AND 'available' IN (e.debit, e.credit) AND e.posted_at < %(at)s
  AND (%(members)s::bigint[] IS NULL OR a.owner_id = ANY(%(members)s))
GROUP BY a.owner_id

-- name: tags
-- The tags of members; all, or these.
SELECT g.member_id, t.name FROM members_tagging g JOIN members_tag t ON t.id = g.tag_id
WHERE t.archived_at IS NULL AND (%(members)s::bigint[] IS NULL OR g.member_id = ANY(%(members)s))

-- name: audiences
-- The audiences of members, by number; all, or these.
SELECT member_id, audience_id::text FROM audiences_membership WHERE %(members)s::bigint[] IS NULL OR member_id = ANY(%(members)s)

-- name: birthdays
-- Month and day of birth of members; all, or these.
SELECT i.member_id, t.value #>> '{}', t.occurred_at, t.message
FROM members_trait t JOIN members_identity i ON i.id = t.identity_id
WHERE t.name = 'birthday_month_day' AND (%(members)s::bigint[] IS NULL OR i.member_id = ANY(%(members)s))

-- name: counts
-- How often members did something between a day and a later one; all members, or these.
SELECT i.member_id, count(*)::int
FROM facts_log f JOIN members_identity i ON i.id = f.identity_id
WHERE f.name = %(name)s AND f.business_day >= %(from_day)s AND f.business_day < %(before)s
  AND (%(members)s::bigint[] IS NULL OR i.member_id = ANY(%(members)s))
GROUP BY i.member_id

-- name: catalogue
-- The categories of all products that have some, each with those above it.
WITH RECURSIVE above AS (
    SELECT p.sku, c.id, c.code, c.parent_id, 1 AS step FROM orders_product p JOIN orders_category c ON c.id = p.category_id
    UNION ALL
    SELECT above.sku, c.id, c.code, c.parent_id, above.step + 1 FROM above JOIN orders_category c ON c.id = above.parent_id WHERE above.step < 20
)
SELECT sku, array_agg(code ORDER BY step) FROM above GROUP BY sku

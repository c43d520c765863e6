-- name: totals_by_source
-- Paid orders and revenue by the source whose amounts stand, refunds by their own.
SELECT s.name, coalesce(o.orders, 0), coalesce(o.revenue_minor, 0), coalesce(r.refunded_minor, 0)
FROM facts_source s
LEFT JOIN (
    SELECT source_id, count(*) AS orders, sum(amount_minor)::bigint AS revenue_minor FROM orders_order WHERE paid_at IS NOT NULL GROUP BY source_id
) o ON o.source_id = s.id
LEFT JOIN (SELECT source_id, sum(amount_minor)::bigint AS refunded_minor FROM orders_refund GROUP BY source_id) r ON r.source_id = s.id
WHERE o.source_id IS NOT NULL OR r.source_id IS NOT NULL
ORDER BY s.name

-- name: revenue_by_day
-- What each business day and source brought and gave back, in the viewer's scope.
WITH bought AS (
    SELECT o.paid_day AS day, o.source_id, count(*) AS orders, sum(o.amount_minor)::bigint AS revenue_minor
    FROM orders_order o
    LEFT JOIN members_identity i ON i.id = o.identity_id LEFT JOIN members_member m ON m.id = i.member_id
    WHERE o.paid_at IS NOT NULL AND o.paid_day BETWEEN %(first)s AND %(last)s
      AND (%(scope_stores)s::bigint[] IS NULL OR o.store_id = ANY(%(scope_stores)s::bigint[]) OR m.store_id = ANY(%(scope_stores)s::bigint[]))
      AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
    GROUP BY o.paid_day, o.source_id
), given_back AS (
    SELECT r.business_day AS day, r.source_id, sum(r.amount_minor)::bigint AS refunded_minor
    FROM orders_refund r LEFT JOIN orders_order o ON o.id = r.order_id
    LEFT JOIN members_identity i ON i.id = coalesce(o.identity_id, r.identity_id) LEFT JOIN members_member m ON m.id = i.member_id
    WHERE r.business_day BETWEEN %(first)s AND %(last)s
      AND (%(scope_stores)s::bigint[] IS NULL OR o.store_id = ANY(%(scope_stores)s::bigint[]) OR m.store_id = ANY(%(scope_stores)s::bigint[]))
      AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
    GROUP BY r.business_day, r.source_id
)
SELECT day, s.name, coalesce(orders, 0), coalesce(revenue_minor, 0), coalesce(refunded_minor, 0)
FROM bought FULL JOIN given_back USING (day, source_id) JOIN facts_source s ON s.id = source_id
ORDER BY day, s.name

-- name: buyers_between
-- Members who paid an order on these business days, in the viewer's scope.
SELECT count(DISTINCT i.member_id)
FROM orders_order o JOIN members_identity i ON i.id = o.identity_id JOIN members_member m ON m.id = i.member_id
WHERE o.paid_at IS NOT NULL AND o.paid_day BETWEEN %(first)s AND %(last)s
  AND (%(scope_stores)s::bigint[] IS NULL OR o.store_id = ANY(%(scope_stores)s::bigint[]) OR m.store_id = ANY(%(scope_stores)s::bigint[]))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)

-- name: price_changes
-- A product's prices where they differ from the one before, newest first.
SELECT from_at, price_minor
FROM (
    SELECT from_at, price_minor, lag(price_minor) OVER (ORDER BY from_at) AS before FROM orders_price WHERE product_id = %(product)s
) told
WHERE price_minor IS DISTINCT FROM before ORDER BY from_at DESC LIMIT %(limit)s

-- name: sources
-- Sources of facts, for filters.
SELECT id, CASE WHEN title = '' THEN name ELSE title END FROM facts_source ORDER BY name LIMIT 500

-- name: purchases
-- When members paid orders, oldest first.
SELECT i.member_id, o.paid_at, o.paid_day FROM members_identity i JOIN orders_order o ON o.identity_id = i.id
WHERE i.member_id = ANY(%(members)s::bigint[]) AND o.paid_at IS NOT NULL ORDER BY i.member_id, o.paid_at

-- name: revenue_by_day
-- Paid orders of each business day and what was paid for them.
SELECT o.paid_day, count(*), coalesce(sum(o.amount_minor), 0)::bigint
FROM orders_order o
WHERE o.paid_at IS NOT NULL AND o.paid_day BETWEEN %(first)s AND %(last)s
  AND (%(scope_stores)s::bigint[] IS NULL OR o.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR o.identity_id IN (
      SELECT i.id FROM members_identity i JOIN members_member m ON m.id = i.member_id WHERE m.assistant_id = %(scope_assistant)s))
GROUP BY 1

-- name: refunded_by_day
-- Money given back on each business day, also of orders we do not know (those only to viewers of everything).
SELECT r.business_day, coalesce(sum(r.amount_minor), 0)::bigint
FROM orders_refund r LEFT JOIN orders_order o ON o.id = r.order_id
WHERE r.business_day BETWEEN %(first)s AND %(last)s
  AND (%(scope_stores)s::bigint[] IS NULL OR o.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR coalesce(o.identity_id, r.identity_id) IN (
      SELECT i.id FROM members_identity i JOIN members_member m ON m.id = i.member_id WHERE m.assistant_id = %(scope_assistant)s))
GROUP BY 1

-- name: revenue_by_store
-- Paid orders of the range by store; orders of no store by their shop.
WITH sold AS (
    SELECT o.store_id, CASE WHEN o.store_id IS NULL THEN o.shop_id END AS shop_id, count(*) AS orders, sum(o.amount_minor)::bigint AS revenue_minor
    FROM orders_order o
    WHERE o.paid_at IS NOT NULL AND o.paid_day BETWEEN %(first)s AND %(last)s
      AND (%(scope_stores)s::bigint[] IS NULL OR o.store_id = ANY(%(scope_stores)s))
      AND (%(scope_assistant)s::bigint IS NULL OR o.identity_id IN (
          SELECT i.id FROM members_identity i JOIN members_member m ON m.id = i.member_id WHERE m.assistant_id = %(scope_assistant)s))
    GROUP BY 1, 2
)
SELECT coalesce(st.name, sh.name, ''), sold.orders, sold.revenue_minor
FROM sold LEFT JOIN merchant_store st ON st.id = sold.store_id LEFT JOIN merchant_shop sh ON sh.id = sold.shop_id
ORDER BY sold.revenue_minor DESC, 1
LIMIT %(limit)s

-- name: top_products
-- Products by what was paid for their lines in the range.
WITH sold AS (
    SELECT l.product_id, sum(l.quantity) AS quantity, sum(l.amount_minor)::bigint AS revenue_minor
    FROM orders_order o JOIN orders_line l ON l.order_id = o.id
    WHERE o.paid_at IS NOT NULL AND o.paid_day BETWEEN %(first)s AND %(last)s AND l.product_id IS NOT NULL
      AND (%(scope_stores)s::bigint[] IS NULL OR o.store_id = ANY(%(scope_stores)s))
      AND (%(scope_assistant)s::bigint IS NULL OR o.identity_id IN (
          SELECT i.id FROM members_identity i JOIN members_member m ON m.id = i.member_id WHERE m.assistant_id = %(scope_assistant)s))
    GROUP BY l.product_id
    ORDER BY revenue_minor DESC, l.product_id
    LIMIT %(limit)s
)
SELECT p.sku, coalesce(nullif(p.name, ''), p.sku), sold.quantity, sold.revenue_minor
FROM sold JOIN orders_product p ON p.id = sold.product_id
ORDER BY sold.revenue_minor DESC, p.sku

-- name: cohorts
-- People by month of their first purchase, and how many of them bought in each month since (months are year × 12 + month).
WITH bought AS MATERIALIZED (
    SELECT o.identity_id, date_trunc('month', o.paid_day::timestamp) AS month, min(o.paid_day) AS day
    FROM orders_order o
    WHERE o.paid_day <= %(last)s AND o.identity_id IS NOT NULL
    GROUP BY 1, 2
), placed AS (
    SELECT i.member_id, (extract(year FROM bought.month) * 12 + extract(month FROM bought.month) - 1)::integer AS month, min(bought.day) AS day
    FROM bought
    JOIN members_identity i ON i.id = bought.identity_id
    JOIN members_member m ON m.id = i.member_id
    WHERE (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
      AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
    GROUP BY 1, 2
), since AS (
    SELECT month, min(month) OVER (PARTITION BY member_id) AS first_month, min(day) OVER (PARTITION BY member_id) AS first_day FROM placed
)
SELECT first_month, month - first_month, count(*)
FROM since
WHERE first_day BETWEEN %(first)s AND %(last)s
GROUP BY 1, 2
ORDER BY 1, 2

-- name: points_by_day
-- Points earned on each business day; the keys of a day's entries lie together, which is what the range of keys is for.
SELECT e.business_day, coalesce(sum(e.amount), 0)::bigint
FROM loyalty_entry e
JOIN loyalty_account a ON a.id = e.account_id
JOIN members_member m ON m.id = a.owner_id
WHERE e.key >= %(first_key)s AND e.key < %(end_key)s AND e.business_day BETWEEN %(first)s AND %(last)s
  AND e.unit = 'points' AND e.kind = 'earn'
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
GROUP BY 1

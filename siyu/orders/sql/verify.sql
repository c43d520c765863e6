-- name: order_lines_are_counted
-- An order knows how many lines it has.
SELECT 'order ' || o.id, 'says ' || o.lines || ' lines, has ' || count(l.order_id)
FROM orders_order o LEFT JOIN orders_line l ON l.order_id = o.id
GROUP BY o.id, o.lines HAVING o.lines <> count(l.order_id)

-- name: order_refunds_are_summed
-- What an order was refunded is the sum of its refunds.
SELECT 'order ' || o.id, 'says ' || o.refunded_minor || ', its refunds say ' || coalesce(sum(r.amount_minor), 0)
FROM orders_order o LEFT JOIN orders_refund r ON r.order_id = o.id
GROUP BY o.id, o.refunded_minor HAVING o.refunded_minor <> coalesce(sum(r.amount_minor), 0)

-- name: statistics_equal_orders
-- A member's sums are those of the orders and refunds of the member's handles; whoever has neither has no row.
WITH bought AS (
    SELECT i.member_id, count(*) AS orders, sum(o.amount_minor) AS revenue_minor, min(o.paid_at) AS first_paid_at, max(o.paid_at) AS last_paid_at
    FROM orders_order o JOIN members_identity i ON i.id = o.identity_id
    WHERE o.paid_at IS NOT NULL GROUP BY i.member_id
), given_back AS (
    SELECT i.member_id, sum(r.amount_minor) AS refunded_minor
    FROM orders_refund r LEFT JOIN orders_order o ON o.id = r.order_id
    JOIN members_identity i ON i.id = coalesce(o.identity_id, r.identity_id)
    GROUP BY i.member_id
), expected AS (
    SELECT member_id, coalesce(orders, 0) AS orders, coalesce(revenue_minor, 0) AS revenue_minor, coalesce(refunded_minor, 0) AS refunded_minor,
           first_paid_at, last_paid_at
    FROM bought FULL JOIN given_back USING (member_id)
)
SELECT 'member ' || member_id, 'sums are ' || coalesce(s::text, 'missing') || ', orders say ' || coalesce(e::text, 'none')
FROM orders_statistics s FULL JOIN expected e USING (member_id)
WHERE (s.orders, s.revenue_minor, s.refunded_minor, s.first_paid_at, s.last_paid_at)
      IS DISTINCT FROM (e.orders, e.revenue_minor, e.refunded_minor, e.first_paid_at, e.last_paid_at)

-- name: paid_orders_have_a_day
-- A paid order has its business day, an unpaid one has none.
SELECT 'order ' || id, 'paid at ' || coalesce(paid_at::text, 'no time') || ' on ' || coalesce(paid_day::text, 'no day')
FROM orders_order WHERE (paid_at IS NULL) <> (paid_day IS NULL)

-- name: refunds_stand_by_their_order
-- A refund is joined to the order of its shop and number as soon as there is one, and to no other.
SELECT 'refund ' || r.id, 'joined to ' || coalesce(r.order_id::text, 'no order') || ', belongs to ' || coalesce(o.id::text, 'none')
FROM orders_refund r LEFT JOIN orders_order o ON o.shop_id = r.shop_id AND o.number = r.order_number
WHERE r.order_id IS DISTINCT FROM o.id

-- name: lines_have_their_order
-- No line without its order.
SELECT 'line ' || l.order_id || ':' || l.number, 'there is no such order'
FROM orders_line l LEFT JOIN orders_order o ON o.id = l.order_id WHERE o.id IS NULL

-- name: lines_have_their_product
-- A line that names a product names one that exists.
SELECT 'line ' || l.order_id || ':' || l.number, 'there is no product ' || l.product_id
FROM orders_line l LEFT JOIN orders_product p ON p.id = l.product_id WHERE l.product_id IS NOT NULL AND p.id IS NULL

-- name: orders_have_their_shop
-- Shop and source of an order exist, and its store when it has one.
SELECT 'order ' || o.id, 'shop ' || o.shop_id || ', source ' || o.source_id || ', store ' || coalesce(o.store_id::text, 'none') || ': one is missing'
FROM orders_order o
LEFT JOIN merchant_shop shop ON shop.id = o.shop_id
LEFT JOIN facts_source source ON source.id = o.source_id
LEFT JOIN merchant_store store ON store.id = o.store_id
WHERE shop.id IS NULL OR source.id IS NULL OR (o.store_id IS NOT NULL AND store.id IS NULL)

-- name: orders_have_their_buyer
-- The handle of an order exists.
SELECT 'order ' || o.id, 'there is no handle ' || o.identity_id
FROM orders_order o LEFT JOIN members_identity i ON i.id = o.identity_id WHERE o.identity_id IS NOT NULL AND i.id IS NULL

-- name: refunds_have_their_place
-- Shop, source and handle of a refund exist.
SELECT 'refund ' || r.id, 'shop ' || r.shop_id || ', source ' || r.source_id || ', handle ' || coalesce(r.identity_id::text, 'none') || ': one is missing'
FROM orders_refund r
LEFT JOIN merchant_shop shop ON shop.id = r.shop_id
LEFT JOIN facts_source source ON source.id = r.source_id
LEFT JOIN members_identity i ON i.id = r.identity_id
WHERE shop.id IS NULL OR source.id IS NULL OR (r.identity_id IS NOT NULL AND i.id IS NULL)

-- name: adjustments_have_their_place
-- Shop, source and handle of an adjustment exist.
SELECT 'adjustment ' || a.id, 'shop ' || a.shop_id || ', source ' || a.source_id || ', handle ' || coalesce(a.identity_id::text, 'none') || ': one is missing'
FROM orders_adjustment a
LEFT JOIN merchant_shop shop ON shop.id = a.shop_id
LEFT JOIN facts_source source ON source.id = a.source_id
LEFT JOIN members_identity i ON i.id = a.identity_id
WHERE shop.id IS NULL OR source.id IS NULL OR (a.identity_id IS NOT NULL AND i.id IS NULL)

-- name: prices_have_their_product
-- No price without its product.
SELECT 'price ' || x.id, 'there is no product ' || x.product_id
FROM orders_price x LEFT JOIN orders_product p ON p.id = x.product_id WHERE p.id IS NULL

-- name: products_cost_what_was_told_last
-- A product's price is the newest of its price history.
SELECT 'product ' || p.id, 'price ' || coalesce(p.price_minor::text, 'none') || ', told last ' || coalesce(x.price_minor::text, 'none')
FROM orders_product p
LEFT JOIN (
    SELECT DISTINCT ON (product_id) product_id, price_minor FROM orders_price ORDER BY product_id, from_at DESC
) x ON x.product_id = p.id
WHERE p.price_minor IS DISTINCT FROM x.price_minor

-- name: statistics_have_their_member
-- Sums stand under members that exist and are not merged away.
SELECT 'member ' || s.member_id, coalesce('merged into ' || m.merged_into_id, 'there is no such member')
FROM orders_statistics s LEFT JOIN members_member m ON m.id = s.member_id
WHERE m.id IS NULL OR m.merged_into_id IS NOT NULL

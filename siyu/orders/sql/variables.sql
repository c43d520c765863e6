-- name: counts
-- How many orders members paid.
SELECT member_id, orders FROM orders_statistics WHERE member_id = ANY(%(members)s)

-- name: last_orders
-- The newest paid order of members: number, day, amount, names of its first three products in the order of its lines.
SELECT o.member_id, o.number, o.paid_day, o.amount_minor, ARRAY(
    SELECT coalesce(nullif(p.name, ''), p.sku) FROM orders_line e JOIN orders_product p ON p.id = e.product_id
    WHERE e.order_id = o.id ORDER BY e.number LIMIT 3)
FROM (
    SELECT DISTINCT ON (i.member_id) i.member_id, o.id, o.number, o.paid_day, o.amount_minor
    FROM members_identity i JOIN orders_order o ON o.identity_id = i.id
    WHERE i.member_id = ANY(%(members)s) AND o.paid_at IS NOT NULL
    ORDER BY i.member_id, o.paid_at DESC, o.id DESC
) AS o

-- name: are_any
-- Whether points are held or spent for any of these orders.
SELECT EXISTS (
    SELECT FROM unnest(%(shops)s::text[], %(numbers)s::text[]) AS wanted (shop, order_number)
    JOIN loyalty_points_payment y ON y.shop = wanted.shop AND y.order_number = wanted.order_number
    WHERE y.state <> 'void'
)

-- name: payments
-- The points held or spent for these orders, and where the orders stand.
SELECT y.id, y.hold_key, y.shop, y.order_number, y.member_id, y.points, y.state, y.given_back, p.paid_at IS NOT NULL, p.closed_at IS NOT NULL,
       p.refunded_minor, p.base_minor
FROM unnest(%(shops)s::text[], %(numbers)s::text[]) AS wanted (shop, order_number)
JOIN loyalty_points_payment y ON y.shop = wanted.shop AND y.order_number = wanted.order_number
JOIN loyalty_purchase p ON p.shop = y.shop AND p.order_number = y.order_number
WHERE y.state <> 'void'
ORDER BY y.member_id, y.id FOR UPDATE OF y

-- name: keep
-- How far a payment is.
UPDATE loyalty_points_payment SET state = %(state)s, given_back = %(given_back)s WHERE id = %(id)s

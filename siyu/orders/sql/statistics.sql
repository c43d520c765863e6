-- name: add
-- What new orders and refunds add to their members, by handle.
INSERT INTO orders_statistics AS s (member_id, orders, revenue_minor, refunded_minor, first_paid_at, last_paid_at)
SELECT i.member_id, sum(told.orders), sum(told.revenue_minor), sum(told.refunded_minor), min(told.first_paid_at), max(told.last_paid_at)
FROM unnest(
    %(identity_id)s::bigint[], %(orders)s::integer[], %(revenue_minor)s::bigint[], %(refunded_minor)s::bigint[],
    %(first_paid_at)s::timestamptz[], %(last_paid_at)s::timestamptz[]
) AS told (identity_id, orders, revenue_minor, refunded_minor, first_paid_at, last_paid_at)
JOIN members_identity i ON i.id = told.identity_id
GROUP BY i.member_id ORDER BY i.member_id
ON CONFLICT (member_id) DO UPDATE
SET orders = s.orders + excluded.orders, revenue_minor = s.revenue_minor + excluded.revenue_minor,
    refunded_minor = s.refunded_minor + excluded.refunded_minor,
    first_paid_at = least(s.first_paid_at, excluded.first_paid_at), last_paid_at = greatest(s.last_paid_at, excluded.last_paid_at)

-- name: members_of
-- The members behind these handles.
SELECT DISTINCT member_id FROM members_identity WHERE id = ANY(%(identities)s)

-- name: forget
-- Sums that are about to be taken afresh.
DELETE FROM orders_statistics WHERE member_id = ANY(%(members)s)

-- name: restate
-- Sums of these members from their orders and refunds; whoever has neither has no row.
INSERT INTO orders_statistics (member_id, orders, revenue_minor, refunded_minor, first_paid_at, last_paid_at)
WITH handle AS MATERIALIZED (
    SELECT id, member_id FROM members_identity WHERE member_id = ANY(%(members)s)
), part AS (
    SELECT h.member_id, 1 AS orders, o.amount_minor AS revenue_minor, 0 AS refunded_minor, o.paid_at
    FROM handle h JOIN orders_order o ON o.identity_id = h.id WHERE o.paid_at IS NOT NULL
    UNION ALL
    SELECT h.member_id, 0, 0, r.amount_minor, NULL
    FROM handle h JOIN orders_order o ON o.identity_id = h.id JOIN orders_refund r ON r.order_id = o.id
    UNION ALL
    SELECT h.member_id, 0, 0, r.amount_minor, NULL
    FROM handle h JOIN orders_refund r ON r.identity_id = h.id LEFT JOIN orders_order o ON o.id = r.order_id
    WHERE o.identity_id IS NULL
)
SELECT member_id, sum(orders), sum(revenue_minor), sum(refunded_minor), min(paid_at), max(paid_at)
FROM part GROUP BY member_id ORDER BY member_id

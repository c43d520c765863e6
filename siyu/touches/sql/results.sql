-- name: attributed
-- Orders paid on business days, each with the one task that it belongs to: the last that was done for its member within the window (in
-- days, of the day it was paid) before the order was paid. From `since` to `before` lies every task that can be meant. OFFSET 0 keeps the
-- search for orders at the buyer's handle: a day's orders are many, those of one buyer few.
WITH done AS MATERIALIZED (
    SELECT touch_id, member_id, assistant_id, closed_at FROM touches_stafftask
    WHERE state = 'done' AND closed_at >= %(since)s AND closed_at < %(before)s
), owned AS (
    SELECT DISTINCT ON (o.id) o.id, o.paid_at, o.paid_day, o.amount_minor - o.refunded_minor AS net_minor, d.touch_id, d.assistant_id, d.member_id
    FROM done d JOIN members_identity i ON i.member_id = d.member_id
    CROSS JOIN LATERAL (SELECT * FROM orders_order WHERE identity_id = i.id AND paid_at >= d.closed_at OFFSET 0) AS o
    JOIN unnest(%(days)s::date[], %(windows)s::integer[]) AS w (day, days) ON w.day = o.paid_day
    WHERE o.paid_at < d.closed_at + make_interval(hours => 24 * w.days)
    ORDER BY o.id, d.closed_at DESC, d.touch_id DESC
)
SELECT a.id, a.paid_at, a.paid_day, a.net_minor, a.touch_id, a.assistant_id, a.member_id
FROM owned a JOIN members_member m ON m.id = a.member_id
WHERE (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR a.assistant_id = %(scope_assistant)s)
ORDER BY a.paid_day, a.paid_at, a.id

-- name: described
-- What a file says of orders and the tasks that they belong to.
SELECT o.id, o.number, s.name, m.public_id, e.name, k.closed_at
FROM unnest(%(orders)s::bigint[], %(touches)s::uuid[]) AS line (order_id, touch)
JOIN orders_order o ON o.id = line.order_id JOIN merchant_shop s ON s.id = o.shop_id
JOIN touches_stafftask k ON k.touch_id = line.touch JOIN members_member m ON m.id = k.member_id
JOIN touches_touch t ON t.id = line.touch JOIN touches_template e ON e.id = t.template_id

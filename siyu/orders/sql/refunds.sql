-- name: adopt
-- Refunds that waited for these new orders; tells which handles' sums are touched.
UPDATE orders_refund AS r SET order_id = told.id
FROM unnest(%(id)s::bigint[], %(shop_id)s::bigint[], %(number)s::text[], %(identity_id)s::bigint[]) AS told (id, shop_id, number, identity_id)
WHERE r.order_id IS NULL AND r.shop_id = told.shop_id AND r.order_number = told.number
RETURNING told.id, r.identity_id, told.identity_id

-- name: waiting
-- Whether any refund waits for an order of these shops' codes and numbers.
SELECT EXISTS (
    SELECT FROM unnest(%(shops)s::text[], %(numbers)s::text[]) AS told (shop, number) JOIN merchant_shop s ON s.code = told.shop
    JOIN orders_refund r ON r.order_id IS NULL AND r.shop_id = s.id AND r.order_number = told.number
)

-- name: handles_of_refunds
-- The handles that refunds of these orders carry: their sums move when the buyer of the order changes.
SELECT DISTINCT identity_id FROM orders_refund WHERE order_id = ANY(%(orders)s) AND identity_id IS NOT NULL

-- name: known_refunds
-- Refunds of these keys as they stand.
SELECT r.shop_id, r.order_number, r.key, r.occurred_at, r.message, coalesce(o.identity_id, r.identity_id)
FROM unnest(%(shop_id)s::bigint[], %(order_number)s::text[], %(key)s::text[]) AS told (shop_id, order_number, key)
JOIN orders_refund r ON r.shop_id = told.shop_id AND r.order_number = told.order_number AND r.key = told.key
LEFT JOIN orders_order o ON o.id = r.order_id

-- name: refund
-- Refunds, joined to their order when it is known; of two facts about one the caller has chosen the later.
INSERT INTO orders_refund
    (shop_id, order_number, key, order_id, identity_id, source_id, amount_minor, lines, occurred_at, business_day, because, message)
SELECT told.shop_id, told.order_number, told.key, o.id, told.identity_id, told.source_id, told.amount_minor, told.lines,
       told.occurred_at, told.business_day, told.because, told.message
FROM unnest(
    %(shop_id)s::bigint[], %(order_number)s::text[], %(key)s::text[], %(identity_id)s::bigint[], %(source_id)s::smallint[],
    %(amount_minor)s::bigint[], %(lines)s::integer[], %(occurred_at)s::timestamptz[], %(business_day)s::date[], %(because)s::text[],
    %(message)s::uuid[]
) AS told (shop_id, order_number, key, identity_id, source_id, amount_minor, lines, occurred_at, business_day, because, message)
LEFT JOIN orders_order o ON o.shop_id = told.shop_id AND o.number = told.order_number
ON CONFLICT (shop_id, order_number, key) DO UPDATE
SET identity_id = excluded.identity_id, source_id = excluded.source_id, amount_minor = excluded.amount_minor, lines = excluded.lines,
    occurred_at = excluded.occurred_at, business_day = excluded.business_day, because = excluded.because, message = excluded.message
RETURNING order_id

-- name: sum_refunds
-- What was given back on these orders.
UPDATE orders_order AS o SET refunded_minor = given.amount_minor
FROM (SELECT order_id, sum(amount_minor) AS amount_minor FROM orders_refund WHERE order_id = ANY(%(orders)s) GROUP BY order_id) given
WHERE o.id = given.order_id AND o.refunded_minor <> given.amount_minor

-- name: known_orders
-- The orders of these shops' codes and numbers as they stand, for the fold to go on from; each by the index (OFFSET 0), also with a plan
-- that was made when there were few.
SELECT o.shop_id, o.number, o.id, o.identity_id, o.store_id, o.source_id, o.amount_minor, o.discount_minor, o.shipping_minor, o.lines,
       o.placed_at, o.created_at, o.paid_at, o.paid_day, o.shipped_at, o.received_at, o.closed_at,
       o.content_stamp, o.lines_stamp, o.buyer_stamp, o.store_stamp, o.is_historical
FROM unnest(%(shops)s::text[], %(numbers)s::text[]) AS told (shop, number)
JOIN merchant_shop s ON s.code = told.shop,
     LATERAL (SELECT * FROM orders_order WHERE shop_id = s.id AND number = told.number OFFSET 0) AS o

-- name: order_ids
-- Ids for orders that are new, drawn before their rows and lines are copied in.
SELECT nextval('orders_order_id_seq') FROM generate_series(1, %(count)s)

-- name: copy_orders
-- New orders, in one stream.
COPY orders_order (id, shop_id, number, identity_id, store_id, source_id, amount_minor, discount_minor, shipping_minor, refunded_minor, lines,
                   placed_at, created_at, paid_at, paid_day, shipped_at, received_at, closed_at,
                   content_stamp, lines_stamp, buyer_stamp, store_stamp, is_historical)
FROM STDIN

-- name: change_orders
-- Orders that were known and that facts of this batch altered.
UPDATE orders_order AS o
SET identity_id = told.identity_id, store_id = told.store_id, source_id = told.source_id, amount_minor = told.amount_minor,
    discount_minor = told.discount_minor, shipping_minor = told.shipping_minor, lines = told.lines,
    placed_at = told.placed_at, created_at = told.created_at, paid_at = told.paid_at, paid_day = told.paid_day, shipped_at = told.shipped_at,
    received_at = told.received_at, closed_at = told.closed_at, content_stamp = told.content_stamp, lines_stamp = told.lines_stamp,
    buyer_stamp = told.buyer_stamp, store_stamp = told.store_stamp, is_historical = told.is_historical
FROM unnest(
    %(id)s::bigint[], %(identity_id)s::bigint[], %(store_id)s::bigint[], %(source_id)s::smallint[], %(amount_minor)s::bigint[],
    %(discount_minor)s::bigint[], %(shipping_minor)s::bigint[], %(lines)s::integer[],
    %(placed_at)s::timestamptz[], %(created_at)s::timestamptz[], %(paid_at)s::timestamptz[], %(paid_day)s::date[], %(shipped_at)s::timestamptz[],
    %(received_at)s::timestamptz[], %(closed_at)s::timestamptz[], %(content_stamp)s::bytea[], %(lines_stamp)s::bytea[],
    %(buyer_stamp)s::bytea[], %(store_stamp)s::bytea[], %(is_historical)s::boolean[]
) AS told (
    id, identity_id, store_id, source_id, amount_minor, discount_minor, shipping_minor, lines, placed_at, created_at, paid_at,
    paid_day, shipped_at, received_at, closed_at, content_stamp, lines_stamp, buyer_stamp, store_stamp, is_historical
)
WHERE o.id = told.id

-- name: forget_lines
-- The lines of known orders for which a fact of this batch told others.
DELETE FROM orders_line WHERE order_id = ANY(%(orders)s)

-- name: copy_lines
-- The lines that stand now.
COPY orders_line (order_id, number, product_id, quantity, unit_price, amount_minor, row_key) FROM STDIN

-- name: adjust
-- Lines of the books that are neither sale nor refund; of two facts about one the later stands.
INSERT INTO orders_adjustment AS a
    (shop_id, key, order_number, identity_id, source_id, sku, quantity, amount_minor, occurred_at, because, message)
SELECT * FROM unnest(
    %(shop_id)s::bigint[], %(key)s::text[], %(order_number)s::text[], %(identity_id)s::bigint[], %(source_id)s::smallint[], %(sku)s::text[],
    %(quantity)s::numeric[], %(amount_minor)s::bigint[], %(occurred_at)s::timestamptz[], %(because)s::text[], %(message)s::uuid[]
)
ON CONFLICT (shop_id, key) DO UPDATE
SET order_number = excluded.order_number, identity_id = excluded.identity_id, source_id = excluded.source_id, sku = excluded.sku,
    quantity = excluded.quantity, amount_minor = excluded.amount_minor, occurred_at = excluded.occurred_at, because = excluded.because,
    message = excluded.message
WHERE (excluded.occurred_at, excluded.message) > (a.occurred_at, a.message)

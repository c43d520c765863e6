-- name: prices
-- The newest price of products.
SELECT DISTINCT ON (p.sku) p.sku, r.from_at, r.message, r.price_minor
FROM orders_product p JOIN orders_price r ON r.product_id = p.id
WHERE p.sku = ANY(%(skus)s) ORDER BY p.sku, r.from_at DESC

-- name: lookers
-- Who looked at products before facts of certain numbers and did not buy them since, the last ones first; with the products' names.
SELECT place, member_id, name
FROM (
    SELECT (d.place - 1)::int AS place, i.member_id, coalesce(p.name, '') AS name, max(l.occurred_at) AS looked_at,
           row_number() OVER (PARTITION BY d.place ORDER BY max(l.occurred_at) DESC, i.member_id) AS rank
    FROM unnest(%(skus)s::text[], %(ids)s::bigint[], %(since)s::timestamptz[], %(until)s::timestamptz[])
        WITH ORDINALITY AS d (sku, id, since, until, place)
    JOIN facts_log l ON l.name = 'product.viewed' AND l.properties ->> 'sku' = d.sku
        AND l.occurred_at > d.since AND l.occurred_at <= d.until AND l.id < d.id
    JOIN members_identity i ON i.id = l.identity_id
    LEFT JOIN orders_product p ON p.sku = d.sku
    GROUP BY d.place, i.member_id, p.id, p.name
) AS looked
WHERE rank <= %(most)s AND NOT EXISTS (
    SELECT 1 FROM members_identity i JOIN orders_order o ON o.identity_id = i.id AND o.paid_at >= looked.looked_at
    JOIN orders_line e ON e.order_id = o.id JOIN orders_product p ON p.id = e.product_id
    WHERE i.member_id = looked.member_id AND p.sku = (%(skus)s::text[])[looked.place + 1]
)
ORDER BY place, member_id

-- name: find
-- Which products these SKUs are, and whether an order's line may still describe them.
SELECT sku, id,
       is_listed AND coalesce(left(stamps ->> 'name', 2) = '01', false) AND coalesce(left(stamps ->> 'category', 2) = '01', false)
FROM orders_product WHERE sku = ANY(%(skus)s)

-- name: load
-- Products whole, for facts that describe them.
SELECT p.sku, p.id, p.is_listed, p.changed_at, p.message, p.stamps, p.name, c.code, p.brand, p.price_minor, p.cost_minor, p.stock,
       p.image_url, p.page_url
FROM orders_product p LEFT JOIN orders_category c ON c.id = p.category_id
WHERE p.sku = ANY(%(skus)s)

-- name: keep
-- Products as they are described now, new ones included.
INSERT INTO orders_product AS p
    (sku, is_listed, changed_at, message, stamps, name, category_id, brand, price_minor, cost_minor, stock, image_url, page_url)
SELECT told.sku, told.is_listed, told.changed_at, told.message, told.stamps, told.name, c.id, told.brand, told.price_minor,
       told.cost_minor, told.stock, told.image_url, told.page_url
FROM unnest(
    %(sku)s::text[], %(is_listed)s::boolean[], %(changed_at)s::timestamptz[], %(message)s::uuid[], %(stamps)s::jsonb[], %(name)s::text[],
    %(category)s::text[], %(brand)s::text[], %(price_minor)s::bigint[], %(cost_minor)s::bigint[], %(stock)s::integer[],
    %(image_url)s::text[], %(page_url)s::text[]
) AS told (sku, is_listed, changed_at, message, stamps, name, category, brand, price_minor, cost_minor, stock, image_url, page_url)
LEFT JOIN orders_category c ON c.code = told.category
ON CONFLICT (sku) DO UPDATE
SET is_listed = excluded.is_listed, changed_at = excluded.changed_at, message = excluded.message, stamps = excluded.stamps,
    name = excluded.name, category_id = excluded.category_id, brand = excluded.brand, price_minor = excluded.price_minor,
    cost_minor = excluded.cost_minor, stock = excluded.stock, image_url = excluded.image_url, page_url = excluded.page_url
RETURNING sku, id

-- name: name_categories
-- Categories on first mention, named by their code until a description names them; the newest name stands.
INSERT INTO orders_category AS c (code, name, name_stamp)
SELECT * FROM unnest(%(code)s::text[], %(name)s::text[], %(stamp)s::text[])
ON CONFLICT (code) DO UPDATE SET name = excluded.name, name_stamp = excluded.name_stamp
WHERE excluded.name_stamp > c.name_stamp COLLATE "C"

-- name: price
-- Prices from the instants at which they were told.
INSERT INTO orders_price AS p (product_id, from_at, price_minor, message)
SELECT * FROM unnest(%(product_id)s::bigint[], %(from_at)s::timestamptz[], %(price_minor)s::bigint[], %(message)s::uuid[])
ON CONFLICT (product_id, from_at) DO UPDATE SET price_minor = excluded.price_minor, message = excluded.message
WHERE excluded.message > p.message

-- name: buyers
-- Members who bought products that belong to another category now.
SELECT DISTINCT i.member_id FROM orders_product p JOIN orders_line l ON l.product_id = p.id JOIN orders_order o ON o.id = l.order_id
JOIN members_identity i ON i.id = o.identity_id WHERE p.sku = ANY(%(skus)s)

-- name: orders_of
-- A member's orders, for the person's own copy.
SELECT shop.code, o.number, o.placed_at, o.paid_at, o.amount_minor, o.refunded_minor, o.lines
FROM orders_order o JOIN members_identity i ON i.id = o.identity_id JOIN merchant_shop shop ON shop.id = o.shop_id
WHERE i.member_id = %(member)s ORDER BY o.placed_at, o.id

-- name: lines_of
-- What a member bought, line by line.
SELECT shop.code, o.number, l.number, p.sku, p.name, l.quantity, l.amount_minor
FROM orders_line l JOIN orders_order o ON o.id = l.order_id JOIN members_identity i ON i.id = o.identity_id
JOIN merchant_shop shop ON shop.id = o.shop_id LEFT JOIN orders_product p ON p.id = l.product_id
WHERE i.member_id = %(member)s ORDER BY o.placed_at, o.id, l.number

-- name: refunds_of
-- What a member was given back.
SELECT shop.code, r.order_number, r.occurred_at, r.amount_minor, r.because
FROM orders_refund r JOIN members_identity i ON i.id = r.identity_id JOIN merchant_shop shop ON shop.id = r.shop_id
WHERE i.member_id = %(member)s ORDER BY r.occurred_at, r.id

-- name: leave_refunds
-- Refunds stay in the books without the person and without words about them.
UPDATE orders_refund SET identity_id = NULL, because = ''
WHERE identity_id IN (SELECT id FROM members_identity WHERE member_id = %(member)s)
   OR order_id IN (SELECT o.id FROM orders_order o JOIN members_identity i ON i.id = o.identity_id WHERE i.member_id = %(member)s)

-- name: leave_adjustments
-- Adjustments stay in the books without the person and without words about them.
UPDATE orders_adjustment SET identity_id = NULL, because = ''
WHERE identity_id IN (SELECT id FROM members_identity WHERE member_id = %(member)s)

-- name: leave_orders
-- Orders stay in the books as anonymous ones.
UPDATE orders_order SET identity_id = NULL WHERE identity_id IN (SELECT id FROM members_identity WHERE member_id = %(member)s)

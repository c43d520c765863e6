-- name: members
-- Identified people who are not merged into another, by the source that first told of them.
SELECT s.name, count(*) FROM members_member m JOIN facts_source s ON s.id = m.source_id
WHERE m.is_identified AND m.merged_into_id IS NULL GROUP BY s.name

-- name: orders
-- Paid orders, those of zero value among them, and gross revenue, by the order's source.
SELECT s.name, count(*), count(*) FILTER (WHERE o.amount_minor = 0), coalesce(sum(o.amount_minor), 0)::bigint
FROM orders_order o JOIN facts_source s ON s.id = o.source_id
WHERE o.paid_at IS NOT NULL GROUP BY s.name

-- name: refunds
-- Money given back, by the refund's own source (an order of one source may be refunded by another).
SELECT s.name, sum(r.amount_minor)::bigint FROM orders_refund r JOIN facts_source s ON s.id = r.source_id GROUP BY s.name

-- name: points
-- Points pending and available, all of them.
SELECT coalesce(sum(pending + available), 0)::bigint FROM loyalty_account WHERE unit = 'points'

-- name: points_of_orders
-- What is left of points earned by an order, by the order's source.
SELECT s.name, sum(l.remaining)::bigint
FROM loyalty_lot l
JOIN loyalty_purchase p ON p.id = l.purchase_id
JOIN merchant_shop shop ON shop.code = p.shop
JOIN orders_order o ON o.shop_id = shop.id AND o.number = p.order_number
JOIN facts_source s ON s.id = o.source_id
WHERE l.unit = 'points' AND l.remaining > 0 GROUP BY s.name

-- name: points_of_facts
-- What is left of points earned by anything but an order, by the source of the fact that earned them.
SELECT s.name, sum(l.remaining)::bigint
FROM loyalty_lot l
JOIN loyalty_entry e ON e.lot_id = l.id AND e.kind = 'earn'
JOIN facts_log f ON f.id = e.fact_id AND f.occurred_at = e.fact_occurred_at
JOIN facts_source s ON s.id = f.source_id
WHERE l.unit = 'points' AND l.remaining > 0 AND l.purchase_id IS NULL GROUP BY s.name

-- name: stages
-- People in the pool by stage.
SELECT l.pool_stage, count(*) FROM members_lifecycle l JOIN members_member m ON m.id = l.member_id
WHERE m.is_identified AND m.merged_into_id IS NULL AND l.pool_stage <> '' GROUP BY l.pool_stage

-- name: tiers_of_sources
-- The same people as in `members`, by tier; those without growth stand in the base tier.
SELECT s.name, coalesce(t.tier, %(base)s), count(*)
FROM members_member m JOIN facts_source s ON s.id = m.source_id
LEFT JOIN loyalty_standing t ON t.member_id = m.id AND t.track = %(track)s
WHERE m.is_identified AND m.merged_into_id IS NULL GROUP BY 1, 2

-- name: stages_of_sources
-- The same people, by stage of the pool.
SELECT s.name, l.pool_stage, count(*)
FROM members_lifecycle l JOIN members_member m ON m.id = l.member_id JOIN facts_source s ON s.id = m.source_id
WHERE m.is_identified AND m.merged_into_id IS NULL AND l.pool_stage <> '' GROUP BY 1, 2

-- name: facts
-- Facts in the log, by source.
SELECT s.name, sum(d.facts)::bigint FROM facts_daily d JOIN facts_source s ON s.id = d.source_id GROUP BY s.name

-- name: quarantined
-- Messages that could not become facts and wait for a person, by source.
SELECT s.name, count(*) FROM facts_quarantine q JOIN facts_source s ON s.id = q.source_id
WHERE q.replayed_at IS NULL AND q.dismissed_at IS NULL GROUP BY s.name

-- name: badges
-- What every figure of a source is shown with.
SELECT name, title, badge FROM facts_source ORDER BY id

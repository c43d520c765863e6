-- name: amounts
-- What stands behind the newest entries of a member beyond their reason: the fact's instant, its amount and its source, and the order's amount.
SELECT e.id, f.occurred_at, (f.properties ->> 'amount_minor')::bigint, s.name, s.badge, p.base_minor, l.amount
FROM loyalty_entry e
LEFT JOIN facts_log f ON f.id = e.fact_id AND f.occurred_at = e.fact_occurred_at
LEFT JOIN facts_source s ON s.id = f.source_id
LEFT JOIN loyalty_lot l ON l.id = e.lot_id
LEFT JOIN loyalty_purchase p ON p.id = l.purchase_id
WHERE e.id = ANY(%(entries)s)

-- name: moves
-- A member's newest facts of one name, each with the fact that caused it.
SELECT f.occurred_at, f.id, f.properties::text, coalesce(c.name, ''), coalesce(c.properties ->> 'order_number', '')
FROM facts_log f
JOIN members_identity i ON i.id = f.identity_id
LEFT JOIN facts_log c ON c.id = f.cause_id AND c.occurred_at = f.occurred_at
WHERE i.member_id = %(member)s AND f.name = %(name)s
ORDER BY f.occurred_at DESC, f.id DESC LIMIT %(limit)s

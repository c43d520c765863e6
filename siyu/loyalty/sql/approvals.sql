-- name: owners
-- Whose these earnings are.
SELECT DISTINCT a.owner_id FROM loyalty_approval p JOIN loyalty_lot l ON l.id = p.lot_id JOIN loyalty_account a ON a.id = l.account_id
WHERE p.id = ANY(%(ids)s)

-- name: waiting
-- These earnings, locked: lot, owner, receipt of the order, state.
SELECT p.id, l.id, a.owner_id, o.received_at, p.state
FROM loyalty_approval p
JOIN loyalty_lot l ON l.id = p.lot_id
JOIN loyalty_account a ON a.id = l.account_id
LEFT JOIN loyalty_purchase o ON o.id = l.purchase_id
WHERE p.id = ANY(%(ids)s) ORDER BY p.id FOR UPDATE OF p

-- name: decide
-- Who decided, when, and why.
UPDATE loyalty_approval SET state = %(state)s, decided_by = %(by)s, decided_at = %(at)s, because = %(because)s WHERE id = ANY(%(ids)s)

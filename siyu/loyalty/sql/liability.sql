-- name: by_month
-- What members still have of a unit by the business month in which it ends (null: never): not yet available, available, reserved.
SELECT date_trunc('month', l.expires_at AT TIME ZONE %(zone)s - interval '1 day')::date,
       coalesce(sum(l.remaining) FILTER (WHERE l.is_pending), 0)::bigint,
       coalesce(sum(l.remaining) FILTER (WHERE NOT l.is_pending), 0)::bigint, coalesce(sum(l.held), 0)::bigint, count(*)
FROM loyalty_lot l WHERE l.unit = %(unit)s AND (l.remaining > 0 OR l.held > 0) GROUP BY 1 ORDER BY 1 NULLS LAST

-- name: ended
-- Of lots that ended between two instants: what was earned and not taken back by refunds, and what of it expired unused.
SELECT coalesce(sum(amount - reversed), 0)::bigint, coalesce(sum(expired), 0)::bigint
FROM loyalty_lot WHERE unit = %(unit)s AND expires_at >= %(since)s AND expires_at < %(until)s

-- name: owed
-- What members owe of a unit.
SELECT coalesce(sum(debt), 0)::bigint FROM loyalty_account WHERE unit = %(unit)s

-- name: journal
-- Movements of value summed by business day, unit, kind and the two accounts they touch.
SELECT business_day, unit, kind, debit, credit, sum(amount)::bigint, count(*)
FROM loyalty_entry WHERE business_day BETWEEN %(first)s AND %(last)s
GROUP BY business_day, unit, kind, debit, credit ORDER BY business_day, unit, kind, debit, credit LIMIT %(limit)s

-- name: entries
-- Single movements after a place, in the order in which they were posted, with the member and what stands behind each.
SELECT e.id, e.posted_at, e.business_day, e.unit, e.kind, e.debit, e.credit, e.amount, m.public_id, coalesce(r.code, ''), r.version,
       coalesce(p.shop, ''), coalesce(p.order_number, ''), e.fact_id
FROM loyalty_entry e
JOIN loyalty_account a ON a.id = e.account_id
JOIN members_member m ON m.id = a.owner_id
LEFT JOIN loyalty_earnrule r ON r.id = e.rule_id
LEFT JOIN loyalty_lot l ON l.id = e.lot_id
LEFT JOIN loyalty_purchase p ON p.id = l.purchase_id
WHERE e.id > %(after)s AND e.business_day BETWEEN %(first)s AND %(last)s ORDER BY e.id LIMIT %(limit)s

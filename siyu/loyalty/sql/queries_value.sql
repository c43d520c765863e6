-- name: balances
-- Balances by unit of these members, over all accounts they own.
SELECT owner_id, unit, sum(pending)::bigint, sum(available)::bigint, sum(held)::bigint, sum(spent)::bigint, sum(expired)::bigint,
       sum(revoked)::bigint, sum(debt)::bigint
FROM loyalty_account WHERE owner_id = ANY(%(members)s) GROUP BY owner_id, unit ORDER BY owner_id, unit

-- name: expiring
-- What of members' value ends first within a span: when, and how much.
SELECT DISTINCT ON (a.owner_id) a.owner_id, l.expires_at, sum(l.remaining)::bigint
FROM loyalty_account a JOIN loyalty_lot l ON l.account_id = a.id
WHERE a.owner_id = ANY(%(members)s) AND a.unit = %(unit)s AND l.remaining > 0 AND l.expires_at > %(now)s AND l.expires_at <= %(until)s
GROUP BY a.owner_id, l.expires_at ORDER BY a.owner_id, l.expires_at

-- name: why
-- The entries of a member, newest first: what, how much, and the rule, the tier, the fact and the order behind each.
-- What comes to pending or available, or pays a debt from outside, is positive, all else negative: also what was held and is now spent.
SELECT e.id, e.posted_at, e.business_day, e.unit, e.kind, e.debit, e.credit,
       CASE WHEN e.credit IN ('pending', 'available') OR e.debit = 'issued' THEN e.amount ELSE -e.amount END,
       coalesce(r.code, ''), coalesce(r.name, ''), r.version, coalesce(f.name, ''), e.fact_id, coalesce(p.shop, ''),
       coalesce(p.order_number, ''), e.tier, e.multiplier, l.available_at, l.expires_at, coalesce(l.is_pending AND l.remaining > 0, false),
       a.origin_id, coalesce(o.because_words, '')
FROM loyalty_account a
JOIN loyalty_entry e ON e.account_id = a.id
LEFT JOIN loyalty_operation o ON o.id = coalesce(e.operation_id, e.of_id)
LEFT JOIN loyalty_earnrule r ON r.id = e.rule_id
LEFT JOIN loyalty_lot l ON l.id = e.lot_id
LEFT JOIN loyalty_purchase p ON p.id = l.purchase_id
LEFT JOIN facts_log f ON f.id = e.fact_id AND f.occurred_at = e.fact_occurred_at
WHERE a.owner_id = %(member)s AND (%(units)s::text[] IS NULL OR e.unit = ANY(%(units)s)) AND e.id < %(before)s
ORDER BY e.id DESC LIMIT %(limit)s

-- name: outstanding
-- Points pending and available of people within a scope.
SELECT coalesce(sum(a.pending), 0)::bigint, coalesce(sum(a.available), 0)::bigint, coalesce(sum(a.debt), 0)::bigint
FROM loyalty_account a
JOIN members_member m ON m.id = a.owner_id
WHERE a.unit = 'points'
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)

-- name: outstanding_by_expiry
-- Points outstanding by the business month in which they expire; null: never.
SELECT date_trunc('month', l.expires_at AT TIME ZONE %(zone)s - interval '1 day')::date, sum(l.remaining)::bigint
FROM loyalty_lot l
WHERE l.unit = 'points' AND l.remaining > 0 GROUP BY 1 ORDER BY 1

-- name: units
-- Every version of every unit.
SELECT code, version, kind, name, from_day, terms::text, created_by, created_at FROM loyalty_unit ORDER BY code, version

-- name: rules
-- Every version of every earn rule, the newest first.
SELECT code, version, name, definition::text, from_day, until_day, created_by, created_at, archived_at
FROM loyalty_earnrule ORDER BY code, version DESC

-- name: given
-- What each rule gave in entries whose keys lie between those of two days, and how often.
SELECT r.code, sum(e.amount)::bigint, count(*)
FROM loyalty_entry e JOIN loyalty_earnrule r ON r.id = e.rule_id
WHERE e.key >= %(begins)s AND e.key < %(ends)s AND e.kind = 'earn'
GROUP BY r.code

-- name: budgets
-- What each rule used of its budget, in all and on one day.
SELECT rule_code, sum(points)::bigint, coalesce(sum(points) FILTER (WHERE business_day = %(day)s), 0)::bigint
FROM loyalty_budgetuse GROUP BY rule_code

-- name: drafts
-- Rules being written.
SELECT code, name, definition::text, updated_by, updated_at FROM loyalty_rule_draft ORDER BY code

-- name: approvals
-- Earnings that wait for a person, oldest first, with whom they are of; or those that were decided, newest first.
SELECT p.id, l.id, a.owner_id, p.amount, l.remaining, p.earned_at, r.code, r.name, r.version, coalesce(o.order_number, ''), p.state, p.decided_by,
       p.decided_at, p.because
FROM loyalty_approval p
JOIN loyalty_lot l ON l.id = p.lot_id
JOIN loyalty_account a ON a.id = l.account_id
JOIN loyalty_earnrule r ON r.id = p.rule_id
LEFT JOIN loyalty_purchase o ON o.id = l.purchase_id
JOIN members_member m ON m.id = a.owner_id
WHERE (p.state = 'waiting') = %(waiting)s
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
ORDER BY CASE WHEN %(waiting)s THEN p.earned_at END, p.decided_at DESC, p.id LIMIT %(limit)s

-- name: payment_terms
-- Every version of the terms on which points pay, the newest first.
SELECT version, definition::text, from_day, created_by, created_at FROM loyalty_payment_terms ORDER BY version DESC

-- name: fact_names
-- Names of facts that came on these days, the most frequent first.
SELECT name FROM facts_daily WHERE business_day >= %(since)s GROUP BY name ORDER BY sum(facts) DESC LIMIT 200

-- name: naming
-- Rules that ask for an audience, in a version that holds on a day or comes later.
SELECT DISTINCT r.code, r.name FROM loyalty_earnrule r
WHERE r.archived_at IS NULL AND (r.until_day IS NULL OR r.until_day >= %(day)s)
  AND NOT EXISTS (SELECT 1 FROM loyalty_earnrule n WHERE n.code = r.code AND n.version > r.version AND n.from_day <= greatest(r.from_day, %(day)s))
  AND jsonb_path_exists(r.definition, '$.** ? (@.kind == "audience") ? (@.any[*] == $number || @.none[*] == $number)',
                        jsonb_build_object('number', %(number)s::text))
ORDER BY r.code

-- name: balances
-- Balances by unit of these members, over all accounts they own.
SELECT owner_id, unit, sum(pending)::bigint, sum(available)::bigint, sum(held)::bigint, sum(spent)::bigint, sum(expired)::bigint,
       sum(revoked)::bigint, sum(debt)::bigint
FROM loyalty_account WHERE owner_id = ANY(%(members)s) GROUP BY owner_id, unit ORDER BY owner_id, unit

-- name: standings
-- The tier these members hold, with its name, and the next one with its threshold, by the version that judged them.
SELECT s.member_id, s.tier, t.name, s.growth, s.since, s.version, t.multiplier, next.code, next.name, next.threshold
FROM loyalty_standing s
LEFT JOIN loyalty_tier t ON t.track = s.track AND t.code = s.tier AND t.version = s.version
LEFT JOIN LATERAL (
    SELECT n.code, n.name, n.threshold FROM loyalty_tier n
    WHERE n.track = s.track AND n.version = s.version AND n.threshold > s.growth ORDER BY n.threshold LIMIT 1
) AS next ON true
WHERE s.track = %(track)s AND s.member_id = ANY(%(members)s)

-- name: why
-- The entries of a member, newest first: what, how much, and the rule, the tier, the fact and the order behind each.
-- What lessens pending and available is negative; a maturing only moves.
SELECT e.id, e.posted_at, e.business_day, e.unit, e.kind, e.debit, e.credit,
       CASE WHEN e.debit IN ('pending', 'available') AND e.credit NOT IN ('pending', 'available') THEN -e.amount ELSE e.amount END,
       coalesce(r.code, ''), coalesce(r.name, ''), r.version, coalesce(f.name, ''), e.fact_id, coalesce(p.shop, ''),
       coalesce(p.order_number, ''), e.tier, e.multiplier, l.available_at, l.expires_at, coalesce(l.is_pending AND l.remaining > 0, false),
       a.origin_id
FROM loyalty_account a
JOIN loyalty_entry e ON e.account_id = a.id
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

-- name: by_tier
-- People (identified, unmerged) by tier within a scope; those without growth stand where zero growth stands.
SELECT coalesce(s.tier, %(base)s), count(*)
FROM members_member m
LEFT JOIN loyalty_standing s ON s.member_id = m.id AND s.track = %(track)s
WHERE m.is_identified AND m.merged_into_id IS NULL
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
GROUP BY 1

-- name: ladder
-- The tiers in force on a day, in order.
SELECT code, name, rank, threshold, multiplier, version, from_day
FROM loyalty_tier
WHERE track = %(track)s
  AND version = (SELECT max(version) FROM loyalty_tier WHERE track = %(track)s AND from_day <= %(day)s)
ORDER BY threshold

-- name: rules
-- Every version of every earn rule, the newest first.
SELECT code, version, name, definition::text, from_day, until_day, created_by, created_at, archived_at
FROM loyalty_earnrule ORDER BY code, version DESC

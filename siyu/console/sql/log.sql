-- name: facts
-- Facts of a span, newest first: the span names the partitions. Whose they are must lie in the viewer's scope; what carries no handle
-- belongs to the whole merchant.
SELECT f.occurred_at, f.id, f.name, f.properties::text, s.name, s.badge, f.depth, m.public_id, m.nickname
FROM facts_log f
JOIN facts_source s ON s.id = f.source_id
LEFT JOIN members_identity i ON i.id = f.identity_id
LEFT JOIN members_member m ON m.id = i.member_id
WHERE f.occurred_at >= %(since)s AND f.occurred_at < %(until)s AND (f.occurred_at, f.id) < (%(at)s, %(id)s)
  AND (%(name)s = '' OR f.name = %(name)s) AND (%(source)s::smallint IS NULL OR f.source_id = %(source)s)
  AND (%(handles)s::bigint[] IS NULL OR f.identity_id = ANY(%(handles)s::bigint[]))
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s::bigint[]))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
ORDER BY f.occurred_at DESC, f.id DESC LIMIT %(limit)s

-- name: facts_before
-- The same span read upwards, for the page before.
SELECT f.occurred_at, f.id, f.name, f.properties::text, s.name, s.badge, f.depth, m.public_id, m.nickname
FROM facts_log f
JOIN facts_source s ON s.id = f.source_id
LEFT JOIN members_identity i ON i.id = f.identity_id
LEFT JOIN members_member m ON m.id = i.member_id
WHERE f.occurred_at >= %(since)s AND f.occurred_at < %(until)s AND (f.occurred_at, f.id) > (%(at)s, %(id)s)
  AND (%(name)s = '' OR f.name = %(name)s) AND (%(source)s::smallint IS NULL OR f.source_id = %(source)s)
  AND (%(handles)s::bigint[] IS NULL OR f.identity_id = ANY(%(handles)s::bigint[]))
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s::bigint[]))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
ORDER BY f.occurred_at, f.id LIMIT %(limit)s

-- name: fact
-- One fact, found by its instant and number.
SELECT f.occurred_at, f.id, f.name, f.properties::text, s.name, s.badge, f.depth, m.public_id, m.nickname, f.received_at, f.business_day,
       f.cause_id, f.message, i.kind, m.id
FROM facts_log f
JOIN facts_source s ON s.id = f.source_id
LEFT JOIN members_identity i ON i.id = f.identity_id
LEFT JOIN members_member m ON m.id = i.member_id
WHERE f.occurred_at = %(at)s AND f.id = %(id)s
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s::bigint[]))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)

-- name: family
-- The cause of a fact and what it caused: derived facts stand at the instant of their cause.
SELECT id, name, cause_id FROM facts_log
WHERE occurred_at = %(at)s AND (cause_id = %(id)s OR id = %(cause)s) ORDER BY id LIMIT 100

-- name: entries
-- What the ledger made of a fact, among the entries of its member.
SELECT e.unit, e.kind, e.amount, coalesce(r.code, ''), coalesce(r.name, ''), r.version
FROM loyalty_account a JOIN loyalty_entry e ON e.account_id = a.id LEFT JOIN loyalty_earnrule r ON r.id = e.rule_id
WHERE a.owner_id = %(member)s AND e.fact_id = %(id)s AND e.fact_occurred_at = %(at)s ORDER BY e.id LIMIT 50

-- name: order
-- The order a fact tells of.
SELECT o.id FROM orders_order o JOIN merchant_shop s ON s.id = o.shop_id WHERE s.code = %(shop)s AND o.number = %(number)s

-- name: newest_day
-- The last business day with facts.
SELECT max(business_day) FROM facts_daily

-- name: days
-- Facts by day and name over a span of business days; it also tells between which days a rare name lies at all.
SELECT business_day, name, sum(facts)::bigint FROM facts_daily
WHERE business_day BETWEEN %(first)s AND %(last)s AND (%(name)s = '' OR name = %(name)s)
  AND (%(source)s::smallint IS NULL OR source_id = %(source)s)
GROUP BY business_day, name ORDER BY business_day, name

-- name: names
-- Names of facts of the past year, the known and the custom ones.
SELECT DISTINCT name FROM facts_daily WHERE business_day >= %(since)s ORDER BY name LIMIT 500

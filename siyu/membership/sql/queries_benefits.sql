-- name: uses
-- Uses of benefits over days within a scope: benefit, uses, members, saved by members, cost.
SELECT u.benefit, sum(u.quantity - u.returned)::bigint, count(DISTINCT u.owner_id) FILTER (WHERE u.returned < u.quantity),
       coalesce(sum(u.value_minor - u.value_minor * u.returned / u.quantity), 0)::bigint,
       coalesce(sum(u.cost_minor - u.cost_minor * u.returned / u.quantity), 0)::bigint
FROM membership_benefituse u JOIN members_member m ON m.id = u.owner_id
WHERE u.business_day BETWEEN %(first)s AND %(last)s
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
GROUP BY u.benefit

-- name: uses_by_day
-- Uses and cost of benefits by business day within a scope.
SELECT u.business_day, u.benefit, sum(u.quantity - u.returned)::bigint,
       coalesce(sum(u.cost_minor - u.cost_minor * u.returned / u.quantity), 0)::bigint
FROM membership_benefituse u JOIN members_member m ON m.id = u.owner_id
WHERE u.business_day BETWEEN %(first)s AND %(last)s
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
GROUP BY 1, 2

-- name: latest_uses
-- The latest uses of a benefit, or of a member, within a scope.
SELECT u.id, u.benefit, m.public_id, m.nickname, u.quantity, u.returned, u.value_minor, u.cost_minor, u.used_at, u.source, u.by, u.ref,
       u.body ->> 'key'
FROM membership_benefituse u JOIN members_member m ON m.id = u.owner_id
WHERE (%(benefit)s::text IS NULL OR u.benefit = %(benefit)s)
  AND (%(member)s::bigint IS NULL OR u.owner_id = %(member)s)
  AND u.business_day BETWEEN %(first)s AND %(last)s
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
ORDER BY u.used_at DESC, u.id DESC LIMIT %(limit)s

-- name: grants
-- What was given by hand, as a reward or to try, of a benefit or to a member, within a scope; the newest first.
SELECT g.id, g.benefit, m.public_id, m.nickname, g.source, g.from_at, g.until_at, g.times, g.by, g.because,
       g.revoked_at IS NULL AND (g.until_at IS NULL OR g.until_at > %(now)s)
FROM membership_benefitgrant g JOIN members_member m ON m.id = g.owner_id
WHERE (%(benefit)s::text IS NULL OR g.benefit = %(benefit)s)
  AND (%(member)s::bigint IS NULL OR g.owner_id = %(member)s)
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
ORDER BY g.from_at DESC, g.id DESC LIMIT %(limit)s

-- name: holders_by_plan
-- How many members of a scope stand in these plans' paid days or grace.
SELECT s.plan, count(*)
FROM membership_subscription s JOIN members_member m ON m.id = s.owner_id
WHERE s.state IN ('trial', 'active', 'cancelled', 'grace') AND s.plan = ANY(%(plans)s::text[])
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
GROUP BY s.plan

-- name: holders_by_tag
-- How many members of a scope carry these tags.
SELECT t.name, count(*)
FROM members_tagging g JOIN members_tag t ON t.id = g.tag_id JOIN members_member m ON m.id = g.member_id
WHERE t.name = ANY(%(tags)s::text[]) AND m.merged_into_id IS NULL
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
GROUP BY t.name

-- name: naming
-- Benefits that ask for an audience, in a version that holds on a day or comes later.
SELECT DISTINCT b.code, b.name FROM membership_benefit b
WHERE b.archived_at IS NULL AND (b.until_day IS NULL OR b.until_day >= %(day)s)
  AND NOT EXISTS (SELECT 1 FROM membership_benefit n WHERE n.code = b.code AND n.version > b.version AND n.from_day <= greatest(b.from_day, %(day)s))
  AND jsonb_path_exists(b.definition, '$.sources[*] ? (@.by == "audience" && @.codes[*] == $number)',
                        jsonb_build_object('number', %(number)s::text))
ORDER BY b.code

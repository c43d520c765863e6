-- name: used_since
-- The value of what these members used since an instant, less what they gave back.
SELECT coalesce(sum(value_minor - value_minor * returned / quantity), 0)::bigint
FROM membership_benefituse WHERE owner_id = ANY(%(members)s::bigint[]) AND used_at >= %(since)s

-- name: benefits
-- Every version of every benefit.
SELECT code, version, kind, name, definition::text, from_day, until_day FROM membership_benefit ORDER BY code, version

-- name: plans_now
-- The plan whose paid days cover a day, or whose grace does, of each of these members.
SELECT s.owner_id, coalesce(t.plan, s.plan), p.definition::text
FROM membership_subscription s
LEFT JOIN LATERAL (
    SELECT plan, version FROM membership_planterm t
    WHERE t.owner_id = s.owner_id AND t.kind IN ('paid', 'trial') AND t.from_day <= %(day)s AND %(day)s < t.to_day
    ORDER BY t.from_day DESC LIMIT 1
) AS t ON true
JOIN membership_plan p ON p.code = coalesce(t.plan, s.plan) AND p.version = coalesce(t.version, s.version)
WHERE s.owner_id = ANY(%(members)s::bigint[])
  AND (t.plan IS NOT NULL
       OR (s.state IN ('active', 'grace') AND %(day)s < s.until + (p.definition ->> 'grace_days')::int)
       OR (s.state = 'trial' AND s.auto_renew AND %(day)s < s.until + (p.definition ->> 'grace_days')::int))
  AND s.state <> 'ended'

-- name: tags
-- The tags of these members.
SELECT g.member_id, t.name FROM members_tagging g JOIN members_tag t ON t.id = g.tag_id
WHERE g.member_id = ANY(%(members)s::bigint[]) AND t.name = ANY(%(names)s::text[])

-- name: given
-- What was given to these members and holds at an instant.
SELECT owner_id, benefit, source, from_at, until_at, times FROM membership_benefitgrant
WHERE owner_id = ANY(%(members)s::bigint[]) AND revoked_at IS NULL AND from_at <= %(now)s AND (until_at IS NULL OR until_at > %(now)s)
ORDER BY from_at, id

-- name: used
-- How often these members used these benefits in these periods.
SELECT u.owner_id, u.benefit, sum(u.quantity - u.returned)::int
FROM membership_benefituse u
JOIN unnest(%(members)s::bigint[], %(benefits)s::text[], %(firsts)s::date[], %(untils)s::date[]) AS asked (member_id, benefit, first, until)
  ON u.owner_id = asked.member_id AND u.benefit = asked.benefit AND u.business_day >= asked.first
  AND (asked.until IS NULL OR u.business_day < asked.until)
GROUP BY 1, 2

-- name: open_quota
-- What of these units is in lots that may be spent at an instant, by owner and unit.
SELECT a.owner_id, l.unit, sum(l.remaining)::bigint
FROM loyalty_account a JOIN loyalty_lot l ON l.account_id = a.id
WHERE a.owner_id = ANY(%(members)s::bigint[]) AND a.unit = ANY(%(units)s::text[]) AND NOT l.is_pending
  AND (l.expires_at IS NULL OR l.expires_at > %(now)s)
GROUP BY 1, 2

-- name: uses_by_key
-- Uses by their keys.
SELECT key, id, owner_id, benefit, version, quantity, returned, value_minor, cost_minor, is_booked, body::text, returns::text
FROM membership_benefituse WHERE key = ANY(%(keys)s::uuid[])

-- name: keep_uses
-- Uses, in their order.
INSERT INTO membership_benefituse (key, origin_id, owner_id, benefit, version, quantity, returned, value_minor, cost_minor, is_booked, used_at,
    business_day, source, by, ref, because, body, returns, is_told)
SELECT key, origin_id, owner_id, benefit, version, quantity, 0, value_minor, cost_minor, is_booked, used_at, business_day, source, by, ref, because,
    body::jsonb, '{}', is_told
FROM unnest(%(key)s::uuid[], %(origin_id)s::bigint[], %(owner_id)s::bigint[], %(benefit)s::text[], %(version)s::int[], %(quantity)s::int[],
    %(value_minor)s::bigint[], %(cost_minor)s::bigint[], %(is_booked)s::bool[], %(used_at)s::timestamptz[], %(business_day)s::date[],
    %(source)s::text[], %(by)s::text[], %(ref)s::text[], %(because)s::text[], %(body)s::text[], %(is_told)s::bool[])
    WITH ORDINALITY AS one (key, origin_id, owner_id, benefit, version, quantity, value_minor, cost_minor, is_booked, used_at, business_day, source,
    by, ref, because, body, is_told, place)
ORDER BY place

-- name: return_uses
-- So much of these uses was given back.
UPDATE membership_benefituse u SET returned = u.returned + back.quantity, returns = u.returns || jsonb_build_object(back.key, back.quantity)
FROM unnest(%(ids)s::bigint[], %(quantities)s::int[], %(keys)s::text[]) AS back (id, quantity, key)
WHERE u.id = back.id

-- name: absorb_grants
-- What was given to the merged is their survivors'.
UPDATE membership_benefitgrant g SET owner_id = pair.survivor
FROM unnest(%(losers)s::bigint[], %(survivors)s::bigint[]) AS pair (loser, survivor) WHERE g.owner_id = pair.loser

-- name: absorb_uses
-- What the merged used counts for their survivors.
UPDATE membership_benefituse u SET owner_id = pair.survivor
FROM unnest(%(losers)s::bigint[], %(survivors)s::bigint[]) AS pair (loser, survivor) WHERE u.owner_id = pair.loser

-- name: origins_of
-- The members that something of these members came to.
SELECT origin_id FROM membership_benefitgrant WHERE owner_id = ANY(%(members)s::bigint[])
UNION
SELECT origin_id FROM membership_benefituse WHERE owner_id = ANY(%(members)s::bigint[])

-- name: return_grants
-- What was given stands with whom the one it was given to has become.
UPDATE membership_benefitgrant g SET owner_id = home.owner
FROM unnest(%(origins)s::bigint[], %(owners)s::bigint[]) AS home (origin, owner) WHERE g.origin_id = home.origin AND g.owner_id <> home.owner

-- name: return_to_users
-- What was used counts for whom the one who used it has become.
UPDATE membership_benefituse u SET owner_id = home.owner
FROM unnest(%(origins)s::bigint[], %(owners)s::bigint[]) AS home (origin, owner) WHERE u.origin_id = home.origin AND u.owner_id <> home.owner

-- name: grants_due
-- Grants of which something is to be told, oldest first.
SELECT id, owner_id, benefit, source, from_at, until_at, revoked_at, told, times FROM membership_benefitgrant g
WHERE due_at <= %(until)s AND g.owner_id <> ALL(ARRAY(SELECT member_id FROM facts_held WHERE room = 'membership.benefits'))
ORDER BY due_at, id LIMIT %(limit)s FOR UPDATE

-- name: uses_due
-- Uses that were not told yet, oldest first.
SELECT id, owner_id, key, benefit, quantity, value_minor, source, ref, used_at FROM membership_benefituse u
WHERE NOT is_told AND used_at <= %(until)s AND u.owner_id <> ALL(ARRAY(SELECT member_id FROM facts_held WHERE room = 'membership.benefits'))
ORDER BY used_at, id LIMIT %(limit)s FOR UPDATE

-- name: tell_grants
-- What was told of these grants, and when there is more to tell.
UPDATE membership_benefitgrant g SET told = said.told, due_at = said.due_at
FROM unnest(%(ids)s::bigint[], %(told)s::int[], %(due_at)s::timestamptz[]) AS said (id, told, due_at) WHERE g.id = said.id

-- name: tell_uses
-- These uses were told.
UPDATE membership_benefituse SET is_told = true WHERE id = ANY(%(ids)s::bigint[])

-- name: next_due
-- The earliest instant of which something is to be told.
SELECT least(
    (SELECT due_at FROM membership_benefitgrant g
     WHERE due_at IS NOT NULL AND g.owner_id <> ALL(ARRAY(SELECT member_id FROM facts_held WHERE room = 'membership.benefits'))
     ORDER BY due_at LIMIT 1),
    (SELECT used_at FROM membership_benefituse u
     WHERE NOT is_told AND u.owner_id <> ALL(ARRAY(SELECT member_id FROM facts_held WHERE room = 'membership.benefits'))
     ORDER BY used_at LIMIT 1)
)

-- name: tried_since
-- When this member tried a benefit last, since an instant.
SELECT max(from_at) FROM membership_benefitgrant
WHERE owner_id = %(member)s AND benefit = %(benefit)s AND source = 'trial' AND from_at >= %(since)s

-- name: audiences
-- Which of these audiences these members are in.
SELECT member_id, audience_id::text FROM audiences_membership
WHERE member_id = ANY(%(members)s::bigint[]) AND audience_id = ANY(%(audiences)s::bigint[])

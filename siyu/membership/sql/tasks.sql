-- name: versions
-- Every version of every task.
SELECT code, version, name, definition::text, counter_id, since, from_day, until_day FROM membership_task ORDER BY code, version

-- name: owners_of_orders
-- Who the buyers of these orders are now, where the orders count toward a task.
SELECT DISTINCT i.member_id
FROM unnest(%(shops)s::text[], %(numbers)s::text[]) AS wanted (shop, number)
JOIN membership_taskorder o ON o.task = ANY(%(codes)s) AND o.shop = wanted.shop AND o.number = wanted.number
JOIN members_identity i ON i.id = o.identity_id

-- name: times
-- How often these members' handles did what these counters count, from a day on each, with the member each handle came with.
SELECT i.origin_id, i.member_id, c.counter_id, c.business_day, sum(c.times)::bigint
FROM members_identity i
CROSS JOIN unnest(%(counters)s::bigint[], %(from_days)s::date[]) AS wanted (counter_id, from_day)
JOIN facts_counter_day c ON c.identity_id = i.id AND c.counter_id = wanted.counter_id AND c.business_day >= wanted.from_day
WHERE i.member_id = ANY(%(members)s)
GROUP BY i.origin_id, i.member_id, c.counter_id, c.business_day

-- name: orders
-- Orders of these members that count toward tasks, and these orders even if nobody paid them yet.
SELECT i.origin_id, i.member_id, o.task, o.shop, o.number, o.day, o.amount_minor, o.refunded_minor
FROM members_identity i JOIN membership_taskorder o ON o.identity_id = i.id AND o.task = ANY(%(codes)s)
WHERE i.member_id = ANY(%(members)s)
UNION ALL
SELECT NULL, NULL, o.task, o.shop, o.number, o.day, o.amount_minor, o.refunded_minor
FROM unnest(%(shops)s::text[], %(numbers)s::text[]) AS wanted (shop, number)
JOIN membership_taskorder o ON o.task = ANY(%(codes)s) AND o.shop = wanted.shop AND o.number = wanted.number AND o.identity_id IS NULL

-- name: completions
-- What these members completed of these tasks.
SELECT origin_id, owner_id, task, start, step, claimed_at IS NOT NULL FROM membership_completion
WHERE owner_id = ANY(%(members)s) AND task = ANY(%(codes)s)

-- name: tags
-- The tags of members.
SELECT g.member_id, array_agg(t.name) FROM members_tagging g JOIN members_tag t ON t.id = g.tag_id
WHERE g.member_id = ANY(%(members)s) GROUP BY g.member_id

-- name: write_orders
-- Orders that count, as they stand now.
INSERT INTO membership_taskorder AS o (task, shop, number, identity_id, day, amount_minor, refunded_minor)
SELECT * FROM unnest(%(tasks)s::text[], %(shops)s::text[], %(numbers)s::text[], %(identities)s::bigint[], %(days)s::date[],
                     %(amounts)s::bigint[], %(refunds)s::bigint[])
ON CONFLICT (task, shop, number) DO UPDATE
SET identity_id = coalesce(o.identity_id, excluded.identity_id), day = excluded.day, amount_minor = excluded.amount_minor,
    refunded_minor = excluded.refunded_minor

-- name: withdraw
-- Completions that fell with the orders they were completed by, their reward not given yet.
DELETE FROM membership_completion c
USING unnest(%(tasks)s::text[], %(starts)s::date[], %(steps)s::int[], %(origins)s::bigint[]) AS fallen (task, start, step, origin_id)
WHERE c.task = fallen.task AND c.start = fallen.start AND c.step = fallen.step AND c.origin_id = fallen.origin_id AND c.claimed_at IS NULL

-- name: complete
-- Steps that members completed; a repetition adds none.
INSERT INTO membership_completion (task, version, start, step, origin_id, owner_id, completed_at, completed_day, claim_until, claimed_at)
SELECT * FROM unnest(%(tasks)s::text[], %(versions)s::int[], %(starts)s::date[], %(steps)s::int[], %(origins)s::bigint[], %(owners)s::bigint[],
                     %(ats)s::timestamptz[], %(days)s::date[], %(untils)s::date[], %(claims)s::timestamptz[])
ON CONFLICT (task, start, step, origin_id) DO NOTHING

-- name: open_completions
-- What a member completed of a task and may still claim, locked.
SELECT id, version, start, step, origin_id FROM membership_completion
WHERE owner_id = %(member)s AND task = %(task)s AND claimed_at IS NULL AND (claim_until IS NULL OR claim_until >= %(day)s)
  AND (%(step)s::int IS NULL OR step = %(step)s)
ORDER BY start, step, id FOR UPDATE

-- name: claim
-- Completions whose reward was given.
UPDATE membership_completion SET claimed_at = %(now)s WHERE id = ANY(%(ids)s)

-- name: figures
-- Of each task in a span of completion days: members who did something toward it are counted elsewhere; completions, members, claims.
SELECT c.task, c.step, count(*), count(DISTINCT c.owner_id), count(c.claimed_at)
FROM membership_completion c JOIN members_member m ON m.id = c.owner_id
WHERE c.completed_day BETWEEN %(first)s AND %(last)s
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
GROUP BY c.task, c.step ORDER BY c.task, c.step

-- name: begun
-- Members who did what each counter counts at least once in a span.
SELECT c.counter_id, count(DISTINCT i.member_id)
FROM facts_counter_day c JOIN members_identity i ON i.id = c.identity_id JOIN members_member m ON m.id = i.member_id
WHERE c.counter_id = ANY(%(counters)s) AND c.business_day BETWEEN %(first)s AND %(last)s AND c.times > 0
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
GROUP BY c.counter_id

-- name: latest_completions
-- Who completed a task last.
SELECT c.id, m.public_id, m.nickname, c.start, c.step, c.completed_at, c.claimed_at, c.claim_until
FROM membership_completion c JOIN members_member m ON m.id = c.owner_id
WHERE c.task = %(task)s
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
ORDER BY c.completed_at DESC, c.id DESC LIMIT %(limit)s

-- name: asked
-- Touches that staff are to make and whose time has come, the most important first, which are no tasks yet.
SELECT id, key, member_id, medium, purpose, template_id, values::text, source, priority, at, until, attempts, wanted_at
FROM touches_touch WHERE status = 'asked' AND claimed_at IS NULL AND at <= %(now)s
ORDER BY at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED

-- name: open
-- Tasks of members' own assistants.
INSERT INTO touches_stafftask (touch_id, member_id, assistant_id, kind, due_at, words, state, result, note, opened_at, closed_by)
SELECT new.touch, m.id, m.assistant_id, new.kind, new.due, new.words, 'open', '', '', %(now)s, ''
FROM unnest(%(touches)s::uuid[], %(members)s::bigint[], %(kinds)s::text[], %(dues)s::timestamptz[], %(words)s::bytea[])
    AS new (touch, member, kind, due, words)
JOIN members_member m ON m.id = new.member WHERE m.assistant_id IS NOT NULL

-- name: opened
-- From here on these touches are tasks.
UPDATE touches_touch SET claimed_at = %(now)s WHERE id = ANY(%(ids)s)

-- name: wanted
-- Open tasks by their numbers, within a scope, and what was decided before about those that are not open any more.
SELECT k.state, k.result, t.id, t.key, t.member_id, t.medium, t.purpose, t.template_id, t.values::text, t.source, t.priority, t.at, t.until,
    t.attempts, t.wanted_at
FROM touches_stafftask k JOIN touches_touch t ON t.id = k.touch_id JOIN members_member m ON m.id = k.member_id
WHERE k.touch_id = ANY(%(ids)s)
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR k.assistant_id = %(scope_assistant)s)
ORDER BY k.touch_id FOR UPDATE OF k

-- name: open_of_members
-- Open tasks of members, and wishes that are to become tasks.
SELECT t.id, t.key, t.member_id, t.medium, t.purpose, t.template_id, t.values::text, t.source, t.priority, t.at, t.until, t.attempts, t.wanted_at
FROM touches_stafftask k JOIN touches_touch t ON t.id = k.touch_id
WHERE k.member_id = ANY(%(members)s) AND k.state = 'open' ORDER BY k.touch_id FOR UPDATE OF k

-- name: overdue
-- Open tasks whose time is over.
SELECT t.id, t.key, t.member_id, t.medium, t.purpose, t.template_id, t.values::text, t.source, t.priority, t.at, t.until, t.attempts, t.wanted_at
FROM touches_stafftask k JOIN touches_touch t ON t.id = k.touch_id
WHERE k.state = 'open' AND k.due_at <= %(now)s ORDER BY k.due_at LIMIT %(limit)s FOR UPDATE OF k SKIP LOCKED

-- name: of_source
-- What staff have not done yet of a source: wishes and open tasks.
SELECT t.id, t.key, t.member_id, t.medium, t.purpose, t.template_id, t.values::text, t.source, t.priority, t.at, t.until, t.attempts, t.wanted_at
FROM touches_touch t
WHERE t.source = %(source)s AND t.status IN ('asked', 'reserved')
ORDER BY t.id LIMIT %(limit)s FOR UPDATE

-- name: of_keys
-- The same of some wishes.
SELECT t.id, t.key, t.member_id, t.medium, t.purpose, t.template_id, t.values::text, t.source, t.priority, t.at, t.until, t.attempts, t.wanted_at
FROM touches_touch t
WHERE t.key = ANY(%(keys)s) AND t.status IN ('asked', 'reserved')
ORDER BY t.id FOR UPDATE

-- name: close
-- What became of tasks; only what is open can be closed.
UPDATE touches_stafftask k SET state = new.state, result = new.result, note = new.note, closed_at = %(now)s, closed_by = %(by)s
FROM unnest(%(ids)s::uuid[], %(states)s::text[], %(results)s::text[], %(notes)s::bytea[]) AS new (touch, state, result, note)
WHERE k.touch_id = new.touch AND k.state = 'open'

-- name: hand_over
-- Open tasks follow members to their new assistants.
UPDATE touches_stafftask k SET assistant_id = m.assistant_id
FROM members_member m WHERE m.id = k.member_id AND k.state = 'open' AND m.assistant_id IS NOT NULL AND m.assistant_id <> k.assistant_id

-- name: left_alone
-- Open tasks of members who have no assistant any more.
SELECT k.member_id FROM touches_stafftask k JOIN members_member m ON m.id = k.member_id
WHERE k.state = 'open' AND m.assistant_id IS NULL LIMIT %(limit)s

-- name: list
-- Open tasks of a scope, the most urgent first, behind a place.
SELECT k.touch_id, m.public_id, coalesce(m.nickname, ''), k.member_id, k.assistant_id, k.kind, e.name, t.purpose, k.due_at, k.opened_at, k.state,
    k.result, k.closed_at, k.read_at, k.words, k.note
FROM touches_stafftask k JOIN touches_touch t ON t.id = k.touch_id JOIN touches_template e ON e.id = t.template_id
JOIN members_member m ON m.id = k.member_id
WHERE k.state = ANY(%(states)s) AND (k.due_at, k.touch_id) > (%(due)s, %(touch)s::uuid)
  AND (%(due_before)s::timestamptz IS NULL OR k.due_at < %(due_before)s)
  AND (%(assistant)s::bigint IS NULL OR k.assistant_id = %(assistant)s)
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR k.assistant_id = %(scope_assistant)s)
ORDER BY k.due_at, k.touch_id LIMIT %(limit)s

-- name: list_before
-- The same, before a place, the nearest first.
SELECT k.touch_id, m.public_id, coalesce(m.nickname, ''), k.member_id, k.assistant_id, k.kind, e.name, t.purpose, k.due_at, k.opened_at, k.state,
    k.result, k.closed_at, k.read_at, k.words, k.note
FROM touches_stafftask k JOIN touches_touch t ON t.id = k.touch_id JOIN touches_template e ON e.id = t.template_id
JOIN members_member m ON m.id = k.member_id
WHERE k.state = ANY(%(states)s) AND (k.due_at, k.touch_id) < (%(due)s, %(touch)s::uuid)
  AND (%(due_before)s::timestamptz IS NULL OR k.due_at < %(due_before)s)
  AND (%(assistant)s::bigint IS NULL OR k.assistant_id = %(assistant)s)
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR k.assistant_id = %(scope_assistant)s)
ORDER BY k.due_at DESC, k.touch_id DESC LIMIT %(limit)s

-- name: rates
-- By assistant, of the tasks that were opened in a span: how many, what became of them, what the assistant said came of it, and how many
-- members read it.
SELECT k.assistant_id, count(*), count(*) FILTER (WHERE k.state = 'done'), count(*) FILTER (WHERE k.state = 'skipped'),
    count(*) FILTER (WHERE k.state = 'expired'), count(*) FILTER (WHERE k.state = 'closed'), count(*) FILTER (WHERE k.state = 'open'),
    count(*) FILTER (WHERE k.state = 'open' AND k.due_at <= %(soon)s),
    count(*) FILTER (WHERE k.state = 'done' AND k.result = 'answered'), count(*) FILTER (WHERE k.state = 'done' AND k.result = 'bought'),
    count(DISTINCT k.member_id) FILTER (WHERE k.state = 'done' AND k.read_at IS NOT NULL)
FROM touches_stafftask k JOIN members_member m ON m.id = k.member_id
WHERE k.opened_at >= %(since)s AND k.opened_at < %(before)s
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR k.assistant_id = %(scope_assistant)s)
GROUP BY k.assistant_id ORDER BY k.assistant_id LIMIT 2000

-- name: counts
-- How many open tasks a scope has, and how many of them are due soon.
SELECT count(*), count(*) FILTER (WHERE k.due_at < %(soon)s)
FROM touches_stafftask k JOIN members_member m ON m.id = k.member_id
WHERE k.state = 'open' AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR k.assistant_id = %(scope_assistant)s)

-- name: look_at
-- An assistant has seen that tasks of their own were read.
UPDATE touches_stafftask SET looked_at = %(now)s
WHERE touch_id = ANY(%(ids)s::uuid[]) AND assistant_id = %(assistant)s AND read_at IS NOT NULL AND looked_at IS NULL

-- name: files
-- Which files go along with a task of a scope.
SELECT e.files::text
FROM touches_stafftask k JOIN touches_touch t ON t.id = k.touch_id JOIN touches_template e ON e.id = t.template_id
JOIN members_member m ON m.id = k.member_id
WHERE k.touch_id = %(touch)s AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR k.assistant_id = %(scope_assistant)s)

-- name: keys
-- The keys of touches.
SELECT id, key FROM touches_touch WHERE id = ANY(%(ids)s)

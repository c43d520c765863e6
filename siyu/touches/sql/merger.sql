-- name: have_tasks
-- Whether staff are asked to write to any of these.
SELECT EXISTS (SELECT 1 FROM touches_stafftask WHERE member_id = ANY(%(members)s::bigint[]) AND state = 'open')

-- name: absorb_touches
-- Touches of merged members go to their survivors.
UPDATE touches_touch t SET member_id = pair.survivor
FROM unnest(%(losers)s::bigint[], %(survivors)s::bigint[]) AS pair (loser, survivor) WHERE t.member_id = pair.loser

-- name: absorb_inbox
-- And so do their messages.
UPDATE touches_inboxmessage i SET member_id = pair.survivor
FROM unnest(%(losers)s::bigint[], %(survivors)s::bigint[]) AS pair (loser, survivor) WHERE i.member_id = pair.loser

-- name: origins_of
-- For whom touches and steps of standing orders of these members were meant.
SELECT origin_id FROM touches_touch WHERE member_id = ANY(%(members)s::bigint[])
UNION
SELECT origin_id FROM touches_sopstand WHERE member_id = ANY(%(members)s::bigint[])

-- name: follow_touches
-- Touches go to whom their origin is now.
UPDATE touches_touch t SET member_id = home.owner
FROM unnest(%(origins)s::bigint[], %(owners)s::bigint[]) AS home (origin, owner)
WHERE t.member_id = ANY(%(members)s::bigint[]) AND t.origin_id = home.origin AND t.member_id <> home.owner

-- name: follow_inbox
-- Messages belong to whom their touch belongs to.
UPDATE touches_inboxmessage i SET member_id = t.member_id
FROM touches_touch t WHERE t.id = i.touch_id AND i.member_id = ANY(%(members)s) AND i.member_id <> t.member_id

-- name: absorb_tasks
-- Staff tasks go where their touches go.
UPDATE touches_stafftask k SET member_id = pair.survivor
FROM unnest(%(losers)s::bigint[], %(survivors)s::bigint[]) AS pair (loser, survivor) WHERE k.member_id = pair.loser

-- name: absorb_stands
-- Steps of standing orders too.
UPDATE touches_sopstand t SET member_id = pair.survivor
FROM unnest(%(losers)s::bigint[], %(survivors)s::bigint[]) AS pair (loser, survivor) WHERE t.member_id = pair.loser

-- name: double_stands
-- Of steps that two merged members both have, only the earlier beginner's come.
UPDATE touches_sopstand t SET state = 'doubled'
WHERE t.member_id = ANY(%(survivors)s::bigint[]) AND t.state = 'waiting' AND EXISTS (
    SELECT 1 FROM touches_sopstand o WHERE o.code = t.code AND o.member_id = t.member_id AND o.id < t.id AND o.origin_id <> t.origin_id
)

-- name: follow_tasks
-- Staff tasks belong to whom their touch belongs to.
UPDATE touches_stafftask k SET member_id = t.member_id
FROM touches_touch t WHERE t.id = k.touch_id AND k.member_id = ANY(%(members)s) AND k.member_id <> t.member_id

-- name: follow_stands
-- Steps of standing orders go to whom their origin is now.
UPDATE touches_sopstand t SET member_id = home.owner
FROM unnest(%(origins)s::bigint[], %(owners)s::bigint[]) AS home (origin, owner)
WHERE t.member_id = ANY(%(members)s::bigint[]) AND t.origin_id = home.origin AND t.member_id <> home.owner

-- name: single_stands
-- What was doubled waits again where it stands alone now.
UPDATE touches_sopstand t SET state = 'waiting'
WHERE t.member_id = ANY(%(members)s::bigint[]) AND t.state = 'doubled' AND NOT EXISTS (
    SELECT 1 FROM touches_sopstand o WHERE o.code = t.code AND o.member_id = t.member_id AND o.id < t.id AND o.origin_id <> t.origin_id
)

-- name: absorb_touches
-- Touches of merged members go to their survivors.
UPDATE touches_touch t SET member_id = pair.survivor
FROM unnest(%(losers)s::bigint[], %(survivors)s::bigint[]) AS pair (loser, survivor) WHERE t.member_id = pair.loser

-- name: absorb_inbox
-- And so do their messages.
UPDATE touches_inboxmessage i SET member_id = pair.survivor
FROM unnest(%(losers)s::bigint[], %(survivors)s::bigint[]) AS pair (loser, survivor) WHERE i.member_id = pair.loser

-- name: follow_touches
-- Touches go to the end of their origin's line of mergers, as it stands now.
WITH RECURSIVE line AS (
    SELECT DISTINCT t.origin_id, t.origin_id AS member_id FROM touches_touch t WHERE t.member_id = ANY(%(members)s)
    UNION
    SELECT line.origin_id, m.merged_into_id FROM line JOIN members_member m ON m.id = line.member_id WHERE m.merged_into_id IS NOT NULL
),
root AS (
    SELECT line.origin_id, line.member_id FROM line JOIN members_member m ON m.id = line.member_id WHERE m.merged_into_id IS NULL
)
UPDATE touches_touch t SET member_id = root.member_id
FROM root WHERE t.member_id = ANY(%(members)s) AND t.origin_id = root.origin_id AND t.member_id <> root.member_id

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
-- Steps of standing orders go to the end of their origin's line of mergers.
WITH RECURSIVE line AS (
    SELECT DISTINCT t.origin_id, t.origin_id AS member_id FROM touches_sopstand t WHERE t.member_id = ANY(%(members)s)
    UNION
    SELECT line.origin_id, m.merged_into_id FROM line JOIN members_member m ON m.id = line.member_id WHERE m.merged_into_id IS NOT NULL
),
root AS (
    SELECT line.origin_id, line.member_id FROM line JOIN members_member m ON m.id = line.member_id WHERE m.merged_into_id IS NULL
)
UPDATE touches_sopstand t SET member_id = root.member_id FROM root WHERE t.origin_id = root.origin_id AND t.member_id <> root.member_id

-- name: single_stands
-- What was doubled waits again where it stands alone now.
UPDATE touches_sopstand t SET state = 'waiting'
WHERE t.member_id = ANY(%(members)s::bigint[]) AND t.state = 'doubled' AND NOT EXISTS (
    SELECT 1 FROM touches_sopstand o WHERE o.code = t.code AND o.member_id = t.member_id AND o.id < t.id AND o.origin_id <> t.origin_id
)

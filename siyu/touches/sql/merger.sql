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

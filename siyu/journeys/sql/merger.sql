-- name: note
-- Merges whose enrolments are yet to be carried over.
INSERT INTO journeys_joining (survivor_id, loser_id)
SELECT pair.survivor, pair.loser FROM unnest(%(survivors)s::bigint[], %(losers)s::bigint[]) WITH ORDINALITY AS pair (survivor, loser, place)
ORDER BY pair.place

-- name: forget_undone
-- Merges that were undone before anything was carried over.
DELETE FROM journeys_joining g USING members_member m WHERE g.loser_id = m.id AND m.id = ANY(%(members)s::bigint[]) AND m.merged_into_id IS NULL

-- name: follow
-- Enrolments go to the end of their origin's line of mergers, as it stands now.
WITH RECURSIVE line AS (
    SELECT DISTINCT e.origin_id, e.origin_id AS member_id FROM journeys_enrolment e WHERE e.owner_id = ANY(%(members)s::bigint[])
    UNION
    SELECT line.origin_id, m.merged_into_id FROM line JOIN members_member m ON m.id = line.member_id WHERE m.merged_into_id IS NOT NULL
),
root AS (
    SELECT line.origin_id, line.member_id FROM line JOIN members_member m ON m.id = line.member_id WHERE m.merged_into_id IS NULL
)
UPDATE journeys_enrolment e SET owner_id = root.member_id
FROM root WHERE e.owner_id = ANY(%(members)s::bigint[]) AND e.origin_id = root.origin_id AND e.owner_id <> root.member_id

-- name: part
-- What was joined waits again (or is set aside again) where no other of the member's stands for it.
UPDATE journeys_enrolment e SET
    status = CASE WHEN e.why = '' THEN 'waiting' ELSE 'failed' END, ended_at = NULL,
    due_at = CASE WHEN e.why = '' THEN greatest(e.due_at, (SELECT max(clock) FROM facts_pump)) END
WHERE e.owner_id = ANY(%(members)s::bigint[]) AND e.status = 'joined' AND NOT EXISTS (
    SELECT 1 FROM journeys_enrolment o
    WHERE o.owner_id = e.owner_id AND o.journey_id = e.journey_id AND o.key = e.key AND o.id <> e.id AND o.status <> 'joined'
)

-- name: note
-- Merges whose enrolments are yet to be carried over.
INSERT INTO journeys_joining (survivor_id, loser_id)
SELECT pair.survivor, pair.loser FROM unnest(%(survivors)s::bigint[], %(losers)s::bigint[]) WITH ORDINALITY AS pair (survivor, loser, place)
ORDER BY pair.place

-- name: forget_undone
-- Merges that were undone, or came out otherwise, before anything was carried over.
DELETE FROM journeys_joining g USING members_member m
WHERE g.loser_id = m.id
  AND (m.merged_into_id IS NULL OR EXISTS (SELECT FROM journeys_joining newer WHERE newer.loser_id = g.loser_id AND newer.id > g.id))

-- name: uncarried
-- Merged members whose enrolments are yet to be carried over.
SELECT DISTINCT loser_id FROM journeys_joining

-- name: origins_of
-- With whom the enrolments of these members began.
SELECT DISTINCT origin_id FROM journeys_enrolment WHERE owner_id = ANY(%(members)s::bigint[])

-- name: follow
-- Enrolments of these members go to whom their origin is now.
UPDATE journeys_enrolment e SET owner_id = home.owner
FROM unnest(%(origins)s::bigint[], %(owners)s::bigint[]) AS home (origin, owner)
WHERE e.owner_id = ANY(%(members)s::bigint[]) AND e.origin_id = home.origin AND e.owner_id <> home.owner

-- name: part
-- What was joined waits again (or is set aside again) where no other of the member's stands for it.
UPDATE journeys_enrolment e SET
    status = CASE WHEN e.why = '' THEN 'waiting' ELSE 'failed' END, ended_at = NULL,
    due_at = CASE WHEN e.why = '' THEN greatest(e.due_at, (SELECT max(clock) FROM facts_pump)) END
WHERE e.owner_id = ANY(%(members)s::bigint[]) AND e.status = 'joined' AND NOT EXISTS (
    SELECT 1 FROM journeys_enrolment o
    WHERE o.owner_id = e.owner_id AND o.journey_id = e.journey_id AND o.key = e.key AND o.id <> e.id AND o.status <> 'joined'
)

-- name: enrolments_of
-- The journeys of a member.
SELECT j.name, e.entered_at, e.step, e.status, e.ended_at, e.goal_at, e.properties::text
FROM journeys_enrolment e JOIN journeys_journey j ON j.id = e.journey_id WHERE e.owner_id = %(member)s ORDER BY e.id LIMIT 10000

-- name: stop
-- Enrolments end, and what let the member in is forgotten.
UPDATE journeys_enrolment SET
    status = CASE WHEN status IN ('waiting', 'failed', 'joined') THEN 'left' ELSE status END,
    why = CASE WHEN status IN ('waiting', 'failed', 'joined') THEN 'erased' ELSE why END,
    ended_at = coalesce(ended_at, %(now)s), due_at = NULL, goal_until = NULL, detail = '', properties = '{}', key = 'erased:' || id
WHERE owner_id = %(member)s

-- name: forget_arrivals
-- Who is erased comes nowhere.
DELETE FROM journeys_arrival WHERE member_id = %(member)s

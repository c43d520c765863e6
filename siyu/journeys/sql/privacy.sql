-- name: enrolments_of
-- The journeys of a member.
SELECT j.name, e.entered_at, e.step, e.status, e.ended_at, e.goal_at, e.properties::text
FROM journeys_enrolment e JOIN journeys_journey j ON j.id = e.journey_id WHERE e.owner_id = %(member)s ORDER BY e.id LIMIT 10000

-- name: leave
-- Whoever is under way, set aside or joined leaves, and is counted.
WITH gone AS (
    UPDATE journeys_enrolment SET status = 'left', why = 'erased', ended_at = coalesce(ended_at, %(now)s)
    WHERE owner_id = %(member)s AND status IN ('waiting', 'failed', 'joined')
    RETURNING version_id
)
INSERT INTO journeys_count AS c (version_id, step, way, business_day, passed)
SELECT version_id, '', 'left', %(day)s, count(*) FROM gone GROUP BY version_id
ON CONFLICT (version_id, step, way, business_day) DO UPDATE SET passed = c.passed + EXCLUDED.passed

-- name: forget
-- What let the member in is forgotten, and nothing is waited for.
UPDATE journeys_enrolment SET due_at = NULL, goal_until = NULL, detail = '', properties = '{}', key = 'erased:' || id
WHERE owner_id = %(member)s

-- name: forget_arrivals
-- Who is erased comes nowhere.
DELETE FROM journeys_arrival WHERE member_id = %(member)s

-- name: move
-- Those who stand at certain steps go over to another version: where the step is the same they keep their time, else they take it anew.
-- Whoever was set aside stays so, and takes the new version's step when tried again. Its goal counts from when they entered.
WITH moved AS (
    UPDATE journeys_enrolment e SET
        version_id = %(made)s, step = m.to_step,
        way = CASE WHEN m.keeps THEN e.way ELSE '' END,
        since = CASE WHEN m.keeps THEN e.since ELSE %(now)s::timestamptz END,
        due_at = CASE WHEN m.keeps OR e.status = 'failed' THEN e.due_at ELSE %(now)s::timestamptz END,
        hop = CASE WHEN m.keeps THEN e.hop ELSE e.hop + 1 END,
        goal_until = CASE WHEN e.goal_at IS NULL THEN e.entered_at + make_interval(hours => %(goal_hours)s::int) END
    FROM unnest(%(steps)s::text[], %(to_steps)s::text[], %(keeps)s::bool[]) AS m (step, to_step, keeps)
    WHERE e.version_id = %(before)s AND e.status IN ('waiting', 'failed') AND e.step = m.step
    RETURNING e.id, e.hop, m.step, m.keeps
), passed AS (
    INSERT INTO journeys_passage (enrolment_id, hop, version_id, step, way, at)
    SELECT id, hop - 1, %(before)s, step, 'moved', %(now)s FROM moved WHERE NOT keeps
), counted AS (
    INSERT INTO journeys_count AS c (version_id, step, way, business_day, passed)
    SELECT %(before)s, step, 'moved', %(day)s, count(*) FROM moved WHERE NOT keeps GROUP BY step
    UNION ALL
    SELECT version, '', 'moved', %(day)s, sign * count(*) FROM moved, (VALUES (%(before)s::bigint, -1), (%(made)s::bigint, 1)) AS v (version, sign)
    GROUP BY version, sign
    ON CONFLICT (version_id, step, way, business_day) DO UPDATE SET passed = c.passed + EXCLUDED.passed
)
SELECT count(*) FROM moved

-- name: let_go
-- Those who stand so (under way, set aside, joined) leave: by number, or all of a journey, of a version, of steps; so many at a time.
WITH leaving AS (
    SELECT e.id, e.status FROM journeys_enrolment e
    WHERE e.status = ANY(%(statuses)s)
      AND (%(ids)s::bigint[] IS NULL OR e.id = ANY(%(ids)s::bigint[]))
      AND (%(journey)s::bigint IS NULL OR e.journey_id = %(journey)s)
      AND (%(version)s::bigint IS NULL OR e.version_id = %(version)s)
      AND (%(steps)s::text[] IS NULL OR e.step = ANY(%(steps)s::text[]))
    ORDER BY e.id LIMIT %(limit)s
), gone AS (
    UPDATE journeys_enrolment e SET status = 'left', why = %(why)s, detail = %(detail)s, due_at = NULL, ended_at = %(now)s,
        goal_until = NULL
    FROM leaving WHERE e.id = leaving.id
    RETURNING e.id, e.journey_id, e.version_id, e.owner_id, e.step, e.key, leaving.status
), counted AS (
    INSERT INTO journeys_count AS c (version_id, step, way, business_day, passed)
    SELECT version_id, '', 'left', %(day)s, count(*) FROM gone GROUP BY version_id
    ON CONFLICT (version_id, step, way, business_day) DO UPDATE SET passed = c.passed + EXCLUDED.passed
)
SELECT g.id, j.code, g.owner_id, g.step, g.key, g.status FROM gone g JOIN journeys_journey j ON j.id = g.journey_id ORDER BY g.id

-- name: catch_up
-- What fell due while a journey was paused comes now.
UPDATE journeys_enrolment SET due_at = %(now)s WHERE journey_id = %(journey)s AND status = 'waiting' AND due_at < %(now)s

-- name: catch_up_arrivals
-- Whom a schedule had called before a pause comes now, too.
UPDATE journeys_arrival SET at = %(now)s WHERE journey_id = %(journey)s AND at < %(now)s

-- name: forget_arrivals
-- Nobody comes to a journey that is put away.
DELETE FROM journeys_arrival WHERE journey_id = %(journey)s

-- name: retry
-- Those who could not take their step take it again.
UPDATE journeys_enrolment SET status = 'waiting', way = '', due_at = %(now)s, why = '', detail = '' WHERE id = ANY(%(ids)s::bigint[]) AND status = 'failed'

-- name: states
-- How enrolments stand, locked.
SELECT id, status FROM journeys_enrolment WHERE id = ANY(%(ids)s::bigint[]) ORDER BY id FOR UPDATE

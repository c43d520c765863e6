-- name: versions_in_force_exist
-- A journey that was published has the version that is in force.
SELECT 'journey ' || j.code, 'its version ' || j.number || ' does not exist'
FROM journeys_journey j
WHERE (j.number > 0 OR j.state IN ('live', 'paused'))
  AND NOT EXISTS (SELECT 1 FROM journeys_version v WHERE v.journey_id = j.id AND v.number = j.number) LIMIT 1

-- name: walkers_stand_on_steps
-- Whoever is under way stands at a step that their version has.
SELECT 'enrolment ' || e.id, 'stands at ' || e.step || ', which its version does not have'
FROM journeys_enrolment e JOIN journeys_version v ON v.id = e.version_id
WHERE e.status IN ('waiting', 'failed') AND NOT v.definition -> 'steps' ? e.step LIMIT 1

-- name: enrolments_follow_mergers
-- An enrolment belongs to whom its origin has become.
WITH RECURSIVE line AS (
    SELECT e.id, e.owner_id, e.origin_id AS member_id, 1 AS hops FROM journeys_enrolment e
    UNION ALL
    SELECT line.id, line.owner_id, m.merged_into_id, line.hops + 1
    FROM line JOIN members_member m ON m.id = line.member_id WHERE m.merged_into_id IS NOT NULL AND line.hops < 100
)
SELECT 'enrolment ' || line.id, 'belongs to member ' || line.owner_id || ', its origin became ' || line.member_id
FROM line JOIN members_member m ON m.id = line.member_id
WHERE m.merged_into_id IS NULL AND line.owner_id <> line.member_id AND NOT EXISTS (SELECT 1 FROM journeys_joining) LIMIT 1

-- name: joined_have_a_twin
-- Whoever was joined by a merge is stood for by another enrolment of the same member, journey and key.
SELECT 'enrolment ' || e.id, 'is joined, and nobody stands for it'
FROM journeys_enrolment e
WHERE e.status = 'joined' AND NOT EXISTS (
    SELECT 1 FROM journeys_enrolment o
    WHERE o.owner_id = e.owner_id AND o.journey_id = e.journey_id AND o.key = e.key AND o.id <> e.id AND o.status <> 'joined'
) LIMIT 1

-- name: ends_are_dated
-- Whoever is through, left or was joined has an end; others have none.
SELECT 'enrolment ' || id, 'is ' || status || ' and ended ' || coalesce(ended_at::text, 'never')
FROM journeys_enrolment WHERE (status IN ('done', 'left', 'joined')) <> (ended_at IS NOT NULL) LIMIT 1

-- name: waits_end
-- Whoever is under way waits for an instant.
SELECT 'enrolment ' || id, 'waits at ' || step || ' for nothing' FROM journeys_enrolment WHERE status = 'waiting' AND due_at IS NULL LIMIT 1

-- name: nobody_waits_too_long
-- Nobody's time lies before the pump's clock, but in journeys that are paused.
SELECT 'enrolment ' || e.id, 'was due at ' || e.due_at || ', the clock shows ' || p.clock
FROM journeys_enrolment e JOIN journeys_journey j ON j.id = e.journey_id AND j.state = 'live' CROSS JOIN facts_pump p
WHERE e.status = 'waiting' AND e.due_at < p.clock AND NOT EXISTS (SELECT 1 FROM facts_inbox) AND p.stopped_at IS NULL LIMIT 1

-- name: steps_left_are_recorded
-- An enrolment has passed as many steps as it has left.
SELECT 'enrolment ' || e.id, 'left ' || e.hop || ' steps, recorded ' || coalesce(p.passed, 0)
FROM journeys_enrolment e
LEFT JOIN (SELECT enrolment_id, count(*) AS passed FROM journeys_passage GROUP BY 1) p ON p.enrolment_id = e.id
WHERE e.hop <> coalesce(p.passed, 0) LIMIT 1

-- name: ways_are_counted
-- What passed each way is the number of passages.
SELECT 'version ' || coalesce(c.version_id, p.version_id), coalesce(c.step, p.step) || ' ' || coalesce(c.way, p.way) || ': counted '
       || coalesce(c.passed, 0) || ', passed ' || coalesce(p.passed, 0)
FROM (SELECT version_id, step, way, sum(passed) AS passed FROM journeys_count WHERE step <> '' GROUP BY 1, 2, 3) c
FULL JOIN (SELECT version_id, step, way, count(*) AS passed FROM journeys_passage GROUP BY 1, 2, 3) p
    ON (p.version_id, p.step, p.way) = (c.version_id, c.step, c.way)
WHERE coalesce(c.passed, 0) <> coalesce(p.passed, 0) LIMIT 1

-- name: entries_are_counted
-- Those who entered are counted; and those who reached the goal.
SELECT 'journey ' || e.journey_id, 'counted ' || coalesce(c.entered, 0) || ' entries and ' || coalesce(c.goals, 0) || ' goals, has '
       || e.entered || ' and ' || e.goals
FROM (SELECT journey_id, count(*) AS entered, count(goal_at) AS goals FROM journeys_enrolment GROUP BY 1) e
LEFT JOIN (
    SELECT v.journey_id, sum(c.passed) FILTER (WHERE c.way = 'entered') AS entered, sum(c.passed) FILTER (WHERE c.way = 'goal') AS goals
    FROM journeys_count c JOIN journeys_version v ON v.id = c.version_id WHERE c.step = '' GROUP BY 1
) c ON c.journey_id = e.journey_id
WHERE (e.entered, e.goals) <> (coalesce(c.entered, 0), coalesce(c.goals, 0)) LIMIT 1

-- name: ends_are_counted
-- Those who are through and those who left are counted, by the version they walked last.
SELECT 'version ' || v.id, 'counted ' || coalesce(c.done, 0) || ' through and ' || coalesce(c.gone, 0) || ' left, has '
       || coalesce(e.done, 0) || ' and ' || coalesce(e.gone, 0)
FROM journeys_version v
LEFT JOIN (
    SELECT version_id, count(*) FILTER (WHERE status = 'done') AS done, count(*) FILTER (WHERE status = 'left') AS gone
    FROM journeys_enrolment WHERE status IN ('done', 'left') GROUP BY 1
) e ON e.version_id = v.id
LEFT JOIN (
    SELECT version_id, sum(passed) FILTER (WHERE way = 'done') AS done, sum(passed) FILTER (WHERE way = 'left') AS gone
    FROM journeys_count WHERE step = '' AND way IN ('done', 'left') GROUP BY 1
) c ON c.version_id = v.id
WHERE (coalesce(e.done, 0), coalesce(e.gone, 0)) <> (coalesce(c.done, 0), coalesce(c.gone, 0)) LIMIT 1

-- name: touches_come_from_steps
-- A touch of a journey belongs to a step that its member's enrolment took, or that of one who was that member for a while.
SELECT 'touch ' || t.id, 'says ' || t.key || ', and nobody took that step'
FROM touches_touch t
WHERE t.key ~ '^journey:[0-9]+:[^:]+:[0-9]+$' AND NOT EXISTS (
    SELECT 1 FROM journeys_passage p JOIN journeys_enrolment e ON e.id = p.enrolment_id
    WHERE p.enrolment_id = split_part(t.key, ':', 2)::bigint AND p.hop = split_part(t.key, ':', 4)::int
      AND p.step = split_part(t.key, ':', 3) AND (e.owner_id = t.member_id OR t.origin_id IN (
          WITH RECURSIVE line AS (
              SELECT e.origin_id AS member_id
              UNION
              SELECT g.survivor_id FROM line JOIN members_merge_log g ON g.loser_id = line.member_id
          )
          SELECT member_id FROM line
      ))
) LIMIT 1

-- name: enrolments_have_their_version
-- The version that a member walks, and what called a member, belong to a journey that exists.
SELECT 'enrolment ' || e.id, 'walks version ' || e.version_id || ' of journey ' || e.journey_id || ', which does not exist'
FROM journeys_enrolment e LEFT JOIN journeys_version v ON (v.id, v.journey_id) = (e.version_id, e.journey_id) WHERE v.id IS NULL
UNION ALL
SELECT 'call ' || a.id, 'is for journey ' || a.journey_id || ', which does not exist'
FROM journeys_arrival a LEFT JOIN journeys_journey j ON j.id = a.journey_id WHERE j.id IS NULL

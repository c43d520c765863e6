-- name: journeys
-- Journeys, newest first, with who is under way and who could not go on.
SELECT j.id, j.code, j.name, j.state, j.number, j.revision, j.created_by, j.created_at, j.changed_by, j.changed_at,
       (SELECT count(*) FROM journeys_enrolment e WHERE e.journey_id = j.id AND e.status = 'waiting' AND e.version_id IN
           (SELECT v.id FROM journeys_version v WHERE v.journey_id = j.id)),
       (SELECT count(*) FROM journeys_enrolment e WHERE e.journey_id = j.id AND e.status = 'failed'),
       coalesce((SELECT sum(c.passed) FROM journeys_count c JOIN journeys_version v ON v.id = c.version_id
                 WHERE v.journey_id = j.id AND c.step = '' AND c.way = 'entered'), 0)::bigint,
       j.draft IS DISTINCT FROM (SELECT v.definition FROM journeys_version v WHERE v.journey_id = j.id AND v.number = j.number)
FROM journeys_journey j
WHERE (j.archived_at IS NOT NULL) = %(archived)s AND (%(code)s::text IS NULL OR j.code = %(code)s)
ORDER BY j.id DESC LIMIT %(limit)s

-- name: versions
-- The numbered versions of a journey, newest first, with who is under way on each.
SELECT v.number, v.made_by, v.made_at,
       (SELECT count(*) FROM journeys_enrolment e WHERE e.version_id = v.id AND e.status = 'waiting')
FROM journeys_version v JOIN journeys_journey j ON j.id = v.journey_id WHERE j.code = %(code)s ORDER BY v.number DESC LIMIT %(limit)s

-- name: passed
-- How many passed each way of each step of a version; without a step the ends and beginnings.
SELECT c.step, c.way, sum(c.passed)::bigint
FROM journeys_count c JOIN journeys_version v ON v.id = c.version_id JOIN journeys_journey j ON j.id = v.journey_id
WHERE j.code = %(code)s AND v.number = %(number)s AND (%(since)s::date IS NULL OR c.business_day >= %(since)s)
GROUP BY 1, 2

-- name: standing
-- Where those under way on a version stand now.
SELECT e.step, count(*)
FROM journeys_enrolment e JOIN journeys_version v ON v.id = e.version_id JOIN journeys_journey j ON j.id = v.journey_id
WHERE j.code = %(code)s AND v.number = %(number)s AND e.status = 'waiting' GROUP BY 1

-- name: movable
-- Where those stand whom a new version may take over: under way on a version, or set aside.
SELECT e.step, count(*)
FROM journeys_enrolment e JOIN journeys_version v ON v.id = e.version_id JOIN journeys_journey j ON j.id = v.journey_id
WHERE j.code = %(code)s AND v.number = %(number)s AND e.journey_id = j.id AND e.status IN ('waiting', 'failed') GROUP BY 1

-- name: enrolments
-- Enrolments of a scope, newest first.
SELECT e.id, j.code, j.name, v.number, m.id, m.public_id, m.nickname, e.key, e.step, e.status, e.why, e.detail, e.arm, e.is_held_out,
       e.entered_at, e.since, e.due_at, e.ended_at, e.goal_at
FROM journeys_enrolment e
JOIN journeys_journey j ON j.id = e.journey_id
JOIN journeys_version v ON v.id = e.version_id
JOIN members_member m ON m.id = e.owner_id
WHERE (%(code)s::text IS NULL OR j.code = %(code)s) AND (%(member)s::bigint IS NULL OR e.owner_id = %(member)s)
  AND (%(id)s::bigint IS NULL OR e.id = %(id)s) AND (%(after)s::bigint IS NULL OR e.id < %(after)s)
  AND (%(step)s::text IS NULL OR e.step = %(step)s) AND (%(status)s::text IS NULL OR e.status = %(status)s)
  AND (%(number)s::int IS NULL OR v.number = %(number)s)
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s::bigint[]))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s::bigint)
ORDER BY e.id DESC LIMIT %(limit)s

-- name: path
-- The steps an enrolment left behind, in order, each with the fact behind it.
SELECT p.hop, v.number, p.step, p.way, p.at, p.fact_id, p.fact_at, l.name
FROM journeys_passage p
JOIN journeys_version v ON v.id = p.version_id
LEFT JOIN facts_log l ON (l.occurred_at, l.id) = (p.fact_at, p.fact_id)
WHERE p.enrolment_id = %(id)s ORDER BY p.hop LIMIT %(limit)s

-- name: touches
-- What the gate answered to the steps of an enrolment.
SELECT t.key, t.id, t.medium, t.status, t.why, t.detail, t.at, t.sent_at
FROM touches_touch t WHERE t.key = ANY(%(keys)s)

-- name: triggers
-- The definitions in force.
SELECT j.code, j.name, v.definition::text
FROM journeys_journey j JOIN journeys_version v ON v.journey_id = j.id AND v.number = j.number
WHERE j.state IN ('live', 'paused') ORDER BY j.id LIMIT %(limit)s

-- name: naming
-- Journeys that run or are paused and name an audience or a list in the version in force, or in one that somebody is still on.
SELECT DISTINCT j.id, j.name
FROM journeys_journey j JOIN journeys_version v ON v.journey_id = j.id
WHERE j.state IN ('live', 'paused')
  AND jsonb_path_exists(v.definition, ('$.**.' || %(kind)s || ' ? (@ == $number)')::jsonpath, jsonb_build_object('number', %(number)s::int))
  AND (v.number = j.number OR EXISTS (
      SELECT 1 FROM journeys_enrolment e WHERE e.version_id = v.id AND e.journey_id = j.id AND e.status IN ('waiting', 'failed')))
ORDER BY j.id

-- name: aside
-- How many of a version could not go on, and how many were joined by a merge.
SELECT count(*) FILTER (WHERE e.status = 'failed'), count(*) FILTER (WHERE e.status = 'joined')
FROM journeys_enrolment e JOIN journeys_version v ON v.id = e.version_id JOIN journeys_journey j ON j.id = v.journey_id
WHERE j.code = %(code)s AND v.number = %(number)s AND e.journey_id = j.id AND e.status IN ('failed', 'joined')

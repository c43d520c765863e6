-- name: program
-- Journeys that run or are paused, with all their versions.
SELECT j.id, j.code, j.name, j.state, j.number, v.id, v.number
FROM journeys_journey j JOIN journeys_version v ON v.journey_id = j.id WHERE j.state IN ('live', 'paused') ORDER BY j.id, v.number

-- name: definitions
-- The definitions of versions.
SELECT id, definition::text FROM journeys_version WHERE id = ANY(%(ids)s::bigint[])

-- name: next_due
-- The earliest instant at which time moves anybody, and the pump's clock.
SELECT min(waiting.at), (SELECT max(clock) FROM facts_pump)
FROM (
    SELECT e.due_at AS at FROM journeys_journey j CROSS JOIN LATERAL (
        SELECT due_at FROM journeys_enrolment
        WHERE journey_id = j.id AND status = 'waiting' AND due_at IS NOT NULL ORDER BY due_at LIMIT 1
    ) e WHERE j.state = 'live'
    UNION ALL
    SELECT alarm_at FROM journeys_journey WHERE state = 'live'
    UNION ALL
    SELECT timestamptz '1970-01-01Z' FROM journeys_journey j
    WHERE j.state = 'live' AND EXISTS (SELECT 1 FROM journeys_arrival a WHERE a.journey_id = j.id)
    UNION ALL
    SELECT timestamptz '1970-01-01Z' WHERE EXISTS (SELECT 1 FROM journeys_joining)
) AS waiting

-- name: of_members
-- Who of these members is under way, set aside, or still watched for a goal.
SELECT e.id, e.journey_id, e.version_id, e.origin_id, e.owner_id, e.key, e.step, e.way, e.hop, e.since, e.due_at, e.status, e.why, e.detail,
       e.properties::text, e.arm, e.is_held_out, e.entered_at, e.ended_at, e.goal_at, e.goal_until, e.since
FROM journeys_enrolment e
WHERE e.owner_id = ANY(%(members)s::bigint[]) AND e.journey_id = ANY(%(journeys)s::bigint[])
  AND (e.status IN ('waiting', 'failed') OR e.goal_until >= %(since)s)
ORDER BY e.id

-- name: due
-- Those whose time has come, the longest due first.
SELECT e.id, e.journey_id, e.version_id, e.origin_id, e.owner_id, e.key, e.step, e.way, e.hop, e.since, e.due_at, e.status, e.why, e.detail,
       e.properties::text, e.arm, e.is_held_out, e.entered_at, e.ended_at, e.goal_at, e.goal_until, e.since
FROM unnest(%(journeys)s::bigint[]) AS j (id)
CROSS JOIN LATERAL (
    SELECT * FROM journeys_enrolment
    WHERE journey_id = j.id AND status = 'waiting' AND due_at <= %(until)s ORDER BY due_at LIMIT %(limit)s
) e
ORDER BY e.due_at, e.id LIMIT %(limit)s

-- name: is_joined
-- Whether any merges are yet to be carried over.
SELECT EXISTS (SELECT FROM journeys_joining)

-- name: joinings
-- Merges that services made since the last batch, and the batch's own.
DELETE FROM journeys_joining RETURNING id, survivor_id, loser_id

-- name: arrivals
-- Members whom a schedule has let in, the first first; who was merged meanwhile comes as who they are now.
WITH taken AS (
    DELETE FROM journeys_arrival WHERE id IN (
        SELECT id FROM journeys_arrival WHERE journey_id = ANY(%(journeys)s::bigint[]) ORDER BY id LIMIT %(limit)s
    ) RETURNING id, journey_id, member_id, key, at
)
SELECT t.journey_id, coalesce(m.merged_into_id, t.member_id), t.key, t.at
FROM taken t JOIN members_member m ON m.id = t.member_id ORDER BY t.at, t.id

-- name: alarms
-- Journeys whose schedule lets members in now.
SELECT id, alarm_at FROM journeys_journey WHERE state = 'live' AND alarm_at <= %(until)s ORDER BY alarm_at, id LIMIT 20

-- name: set_alarm
-- When the schedule lets members in again.
UPDATE journeys_journey SET alarm_at = %(at)s WHERE id = %(journey)s

-- name: arrive_from_audience
-- Everybody in an audience comes.
INSERT INTO journeys_arrival (journey_id, member_id, key, at)
SELECT %(journey)s, s.member_id, %(key)s, %(at)s FROM audiences_membership s WHERE s.audience_id = %(audience)s ORDER BY s.member_id

-- name: arrive
-- These members come.
INSERT INTO journeys_arrival (journey_id, member_id, key, at)
SELECT %(journey)s, w.member, %(key)s, %(at)s FROM unnest(%(members)s::bigint[]) WITH ORDINALITY AS w (member, place) ORDER BY w.place

-- name: earlier
-- What is known of earlier entries: whether the key is taken, the last instant, and who is under way.
SELECT w.journey, w.member, w.key,
       EXISTS (SELECT 1 FROM journeys_enrolment e WHERE e.owner_id = w.member AND e.journey_id = w.journey AND e.key = w.key),
       CASE WHEN w.asks_last THEN (SELECT max(e.entered_at) FROM journeys_enrolment e WHERE e.owner_id = w.member AND e.journey_id = w.journey) END,
       CASE WHEN w.asks_way THEN
           ARRAY(SELECT e.id FROM journeys_enrolment e
                 WHERE e.owner_id = w.member AND e.journey_id = w.journey AND e.status = 'waiting' LIMIT 100) END
FROM unnest(%(journeys)s::bigint[], %(members)s::bigint[], %(keys)s::text[], %(asks_last)s::bool[], %(asks_way)s::bool[])
    AS w (journey, member, key, asks_last, asks_way)

-- name: reserve
-- Numbers for enrolments to come.
SELECT nextval(pg_get_serial_sequence('journeys_enrolment', 'id')) FROM generate_series(1, %(count)s)

-- name: carry
-- Enrolments of the merged go to their survivors.
UPDATE journeys_enrolment e SET owner_id = pair.survivor
FROM unnest(%(losers)s::bigint[], %(survivors)s::bigint[]) AS pair (loser, survivor) WHERE e.owner_id = pair.loser

-- name: add
-- New enrolments, as they stand at the end of the batch.
COPY journeys_enrolment (id, journey_id, version_id, origin_id, owner_id, key, step, way, hop, since, due_at, status, why, detail,
    properties, arm, is_held_out, entered_at, ended_at, goal_at, goal_until) FROM STDIN

-- name: keep
-- Enrolments as they stand now.
UPDATE journeys_enrolment e SET
    owner_id = n.owner_id, step = n.step, way = n.way, hop = n.hop, since = n.since, due_at = n.due_at, status = n.status, why = n.why,
    detail = n.detail, arm = n.arm, is_held_out = n.is_held_out, ended_at = n.ended_at, goal_at = n.goal_at, goal_until = n.goal_until
FROM unnest(
    %(id)s::bigint[], %(owner_id)s::bigint[], %(step)s::text[], %(way)s::text[], %(hop)s::int[], %(since)s::timestamptz[],
    %(due_at)s::timestamptz[], %(status)s::text[], %(why)s::text[], %(detail)s::text[], %(arm)s::text[], %(is_held_out)s::bool[],
    %(ended_at)s::timestamptz[], %(goal_at)s::timestamptz[], %(goal_until)s::timestamptz[]
) AS n (id, owner_id, step, way, hop, since, due_at, status, why, detail, arm, is_held_out, ended_at, goal_at, goal_until)
WHERE e.id = n.id

-- name: pass_
-- Steps that were left.
COPY journeys_passage (enrolment_id, hop, version_id, step, way, at, fact_id, fact_at) FROM STDIN

-- name: count
-- How many passed.
INSERT INTO journeys_count AS c (version_id, step, way, business_day, passed)
SELECT * FROM unnest(%(versions)s::bigint[], %(steps)s::text[], %(ways)s::text[], %(days)s::date[], %(times)s::bigint[])
ON CONFLICT (version_id, step, way, business_day) DO UPDATE SET passed = c.passed + EXCLUDED.passed

-- name: templates
-- The version of a template in force.
SELECT id, archived_at IS NULL FROM touches_template WHERE code = %(code)s ORDER BY version DESC LIMIT 1

-- name: in_force
-- The newest version of each standing order, archived ones too, which end but do not begin: what starts it, what ends it.
SELECT DISTINCT ON (code) code, id, starts_on, starts_where::text, exits::text, archived_at FROM touches_sop ORDER BY code, version DESC LIMIT 1000

-- name: begun
-- With whom what members have begun of a standing order, even of a former version, began: the first first.
SELECT origin_id, member_id FROM touches_sopstand WHERE code = %(code)s AND member_id = ANY(%(members)s::bigint[])
GROUP BY origin_id, member_id ORDER BY min(id)

-- name: start
-- Members begin a standing order, in this order.
INSERT INTO touches_sopstand (step_id, code, origin_id, member_id, day, due_at, state)
SELECT s.id, %(code)s, new.origin, new.member, s.day, ((new.day + s.day) + s.at) AT TIME ZONE %(zone)s, new.state
FROM unnest(%(origins)s::bigint[], %(members)s::bigint[], %(days)s::date[], %(states)s::text[]) WITH ORDINALITY
        AS new (origin, member, day, state, place)
    CROSS JOIN touches_sopstep s
WHERE s.sop_id = %(sop)s
ORDER BY new.place, s.day
ON CONFLICT (code, origin_id, day) DO NOTHING

-- name: leave
-- What waits of beginnings does not come; a merge of the same batch may have doubled it, which came later.
UPDATE touches_sopstand SET state = 'exited'
WHERE code = %(code)s AND origin_id = ANY(%(origins)s::bigint[]) AND state IN ('waiting', 'doubled')

-- name: wished
-- What was asked for of beginnings.
SELECT origin_id, day FROM touches_sopstand WHERE code = %(code)s AND origin_id = ANY(%(origins)s::bigint[]) AND state = 'wished'

-- name: due
-- Steps whose time has come, the oldest first.
SELECT t.id, t.code, t.origin_id, t.member_id, t.day, t.due_at, s.keep_days, s.template_code
FROM touches_sopstand t JOIN touches_sopstep s ON s.id = t.step_id
WHERE t.state = 'waiting' AND t.due_at <= %(now)s ORDER BY t.due_at, t.id LIMIT %(limit)s FOR UPDATE OF t SKIP LOCKED

-- name: settle
-- What became of steps.
UPDATE touches_sopstand t SET state = new.state FROM unnest(%(ids)s::bigint[], %(states)s::text[]) AS new (id, state) WHERE t.id = new.id

-- name: counts
-- Of each standing order: members begun, steps that wait, that were wished, that came too late, that ended.
SELECT code, count(DISTINCT member_id), count(*) FILTER (WHERE state = 'waiting'), count(*) FILTER (WHERE state = 'wished'),
    count(*) FILTER (WHERE state = 'late'), count(*) FILTER (WHERE state = 'exited')
FROM touches_sopstand GROUP BY code

-- name: newest_templates
-- The version of templates in force, by code.
SELECT DISTINCT ON (code) code, id FROM touches_template WHERE code = ANY(%(codes)s) ORDER BY code, version DESC

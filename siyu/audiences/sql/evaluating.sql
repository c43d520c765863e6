-- name: audiences
-- Audiences that are judged, and those that the pump has yet to judge for the first time or anew.
SELECT a.id, a.version, a.next_version, a.tells_change, a.snapshot_id, a.zone, a.tag, a.size FROM audiences_audience a
WHERE a.archived_at IS NULL ORDER BY a.id

-- name: rules
-- The rules of versions.
SELECT v.audience_id, v.number, v.rule::text
FROM unnest(%(audiences)s::bigint[], %(versions)s::int[]) AS w (audience_id, number) JOIN audiences_version v USING (audience_id, number)

-- name: snapshot
-- The newest borders of RFM.
SELECT id, recency::text, frequency::text, monetary::text FROM audiences_snapshot ORDER BY id DESC LIMIT 1

-- name: snapshots
-- Borders by number.
SELECT id, recency::text, frequency::text, monetary::text FROM audiences_snapshot WHERE id = ANY(%(ids)s::bigint[])

-- name: counters
-- Numbers of counters.
SELECT key, id FROM facts_counter

-- name: watches
-- What is remembered by its instants.
SELECT key, id, name, filter::text FROM audiences_watch ORDER BY id

-- name: due_members
-- Members whose time has come, oldest first.
SELECT member_id, due_at FROM audiences_due d
WHERE due_at <= %(until)s AND d.member_id <> ALL(ARRAY(SELECT member_id FROM facts_held WHERE room = 'audiences'))
ORDER BY due_at, member_id LIMIT %(limit)s

-- name: is_dirty
-- Whether services changed any members.
SELECT EXISTS (SELECT FROM audiences_dirty)

-- name: take_dirty
-- Members whom services changed.
DELETE FROM audiences_dirty WHERE id IN (
    SELECT id FROM audiences_dirty d WHERE d.member_id <> ALL(ARRAY(SELECT member_id FROM facts_held WHERE room = 'audiences'))
    ORDER BY id LIMIT %(limit)s
) RETURNING member_id, id, because

-- name: next_due
-- The earliest instant at which something waits to be judged, the pump's clock, and the zones that audiences were judged in.
SELECT min(waiting.at), (SELECT max(clock) FROM facts_pump),
       (SELECT array_agg(DISTINCT zone) FROM audiences_audience WHERE version > 0 AND archived_at IS NULL)
FROM (
    SELECT min(due_at) AS at FROM (
        SELECT due_at FROM audiences_due d WHERE d.member_id <> ALL(ARRAY(SELECT member_id FROM facts_held WHERE room = 'audiences'))
        ORDER BY due_at LIMIT 1
    ) AS due
    UNION ALL
    SELECT min(marked_at) FROM (
        SELECT marked_at FROM audiences_dirty d WHERE d.member_id <> ALL(ARRAY(SELECT member_id FROM facts_held WHERE room = 'audiences'))
        ORDER BY id LIMIT 1000
    ) AS dirty
    UNION ALL
    SELECT timestamptz '1970-01-01Z' FROM audiences_audience WHERE next_version IS NOT NULL AND archived_at IS NULL
) AS waiting

-- name: mark_dirty
-- Members to be judged anew.
INSERT INTO audiences_dirty (member_id, marked_at, because)
SELECT DISTINCT w.member_id, (SELECT max(clock) FROM facts_pump), %(because)s FROM unnest(%(members)s::bigint[]) AS w (member_id)

-- name: enter
-- Members who are in now.
INSERT INTO audiences_membership (member_id, audience_id, since)
SELECT member_id, audience_id, %(now)s FROM unnest(%(members)s::bigint[], %(audiences)s::bigint[]) AS e (member_id, audience_id)
ON CONFLICT DO NOTHING

-- name: leave
-- Members who are no longer in.
DELETE FROM audiences_membership m USING unnest(%(members)s::bigint[], %(audiences)s::bigint[]) AS l (member_id, audience_id)
WHERE (m.member_id, m.audience_id) = (l.member_id, l.audience_id)

-- name: set_dues
-- When members who were judged whole are to be judged again.
INSERT INTO audiences_due (member_id, due_at)
SELECT * FROM unnest(%(members)s::bigint[], %(dues)s::timestamptz[])
ON CONFLICT (member_id) DO UPDATE SET due_at = EXCLUDED.due_at

-- name: bring_dues_forward
-- When members who were judged in part are to be judged again, if that is earlier than known.
INSERT INTO audiences_due AS d (member_id, due_at)
SELECT * FROM unnest(%(members)s::bigint[], %(dues)s::timestamptz[])
ON CONFLICT (member_id) DO UPDATE SET due_at = EXCLUDED.due_at WHERE d.due_at > EXCLUDED.due_at

-- name: drop_dues
-- Members whom time alone changes no more.
DELETE FROM audiences_due WHERE member_id = ANY(%(members)s::bigint[])

-- name: resize
-- How many are in now.
UPDATE audiences_audience a SET size = a.size + c.change
FROM unnest(%(audiences)s::bigint[], %(changes)s::bigint[]) AS c (audience_id, change) WHERE a.id = c.audience_id

-- name: count_day
-- How many came and went on a business day, and how many were in at its end so far.
INSERT INTO audiences_daily AS d (audience_id, business_day, size, entered, went)
SELECT c.audience_id, %(day)s, a.size, c.entered, c.went
FROM unnest(%(audiences)s::bigint[], %(entered)s::bigint[], %(went)s::bigint[]) AS c (audience_id, entered, went)
JOIN audiences_audience a ON a.id = c.audience_id
ON CONFLICT (audience_id, business_day)
DO UPDATE SET size = EXCLUDED.size, entered = d.entered + EXCLUDED.entered, went = d.went + EXCLUDED.went

-- name: untagged
-- Who is in and does not carry the audience's tag.
SELECT m.member_id FROM audiences_membership m
WHERE m.audience_id = %(audience)s
  AND NOT EXISTS (SELECT FROM members_tagging t JOIN members_tag g ON g.id = t.tag_id WHERE t.member_id = m.member_id AND g.name = %(tag)s)

-- name: remember
-- Watched facts of a batch, by their instants.
COPY audiences_moment (identity_id, watch_id, occurred_at, business_day, fact_id) FROM STDIN (FORMAT binary)

-- name: add_watch
-- Something new to remember.
INSERT INTO audiences_watch (key, name, filter, defined_at) VALUES (%(key)s, %(name)s, %(filter)s::jsonb, %(now)s) RETURNING id

-- name: backfill_watch
-- What the log already holds of it; the condition is the compiled property filter.
INSERT INTO audiences_moment (identity_id, watch_id, occurred_at, business_day, fact_id)
SELECT identity_id, %(watch)s, occurred_at, business_day, id FROM facts_log
WHERE name = %(name)s AND identity_id IS NOT NULL AND ({condition})

-- name: keep_dates
-- Dates that traits tell now.
INSERT INTO audiences_traitdate AS d (identity_id, name, message, day, month, day_of_month)
SELECT w.* FROM unnest(%(identities)s::bigint[], %(names)s::text[], %(messages)s::uuid[], %(days)s::date[], %(months)s::smallint[], %(doms)s::smallint[])
    AS w (identity_id, name, message, day, month, day_of_month)
JOIN members_trait t ON (t.identity_id, t.name, t.message) = (w.identity_id, w.name, w.message)
ON CONFLICT (identity_id, name) DO UPDATE SET message = EXCLUDED.message, day = EXCLUDED.day, month = EXCLUDED.month, day_of_month = EXCLUDED.day_of_month

-- name: unread_dates
-- Traits of a name that nobody has read as dates yet.
SELECT t.identity_id, t.value::text, t.message FROM members_trait t
WHERE t.name = %(name)s AND t.identity_id > %(after)s
ORDER BY t.identity_id LIMIT %(limit)s

-- name: activate
-- An audience is judged by its coming version from now on.
UPDATE audiences_audience SET version = next_version, next_version = NULL, tells_change = false, snapshot_id = %(snapshot)s, zone = %(zone)s,
    size = %(size)s, computed_at = %(now)s, fault = ''
WHERE id = %(audience)s

-- name: fail
-- The coming version could not be judged; the one in force stays.
UPDATE audiences_audience SET next_version = NULL, tells_change = false, fault = %(fault)s WHERE id = %(audience)s

-- name: forget_members
-- Members who are nobody any more.
DELETE FROM audiences_membership WHERE member_id = ANY(%(members)s::bigint[])

-- name: owners
-- The members behind handles.
SELECT id, member_id FROM members_identity WHERE id = ANY(%(handles)s::bigint[])

-- name: refresh
-- An audience was judged as a whole, by the version it has.
UPDATE audiences_audience SET size = %(size)s, computed_at = %(now)s, zone = %(zone)s WHERE id = %(audience)s

-- name: retime
-- Audiences that were judged in another zone than the one in force are judged anew.
UPDATE audiences_audience SET next_version = version, tells_change = true
WHERE zone <> %(zone)s AND next_version IS NULL AND version > 0 AND archived_at IS NULL

-- name: take_answers
-- What everybody's answer changes, and when to look again; returns who came and who went.
WITH before AS MATERIALIZED (
    SELECT member_id FROM audiences_membership WHERE audience_id = %(audience)s
), came AS (
    INSERT INTO audiences_membership (member_id, audience_id, since)
    SELECT a.member_id, %(audience)s, %(now)s FROM audiences_answer a
    WHERE a.is_in AND NOT EXISTS (SELECT FROM before b WHERE b.member_id = a.member_id)
    RETURNING member_id
), went AS (
    DELETE FROM audiences_membership m USING before b
    WHERE m.audience_id = %(audience)s AND m.member_id = b.member_id
      AND NOT EXISTS (SELECT FROM audiences_answer a WHERE a.member_id = b.member_id AND a.is_in)
    RETURNING m.member_id
), later AS (
    INSERT INTO audiences_due AS d (member_id, due_at)
    SELECT a.member_id, a.due_at FROM audiences_answer a LEFT JOIN audiences_due k ON k.member_id = a.member_id
    WHERE a.due_at IS NOT NULL AND (k.due_at IS NULL OR k.due_at > a.due_at)
    ON CONFLICT (member_id) DO UPDATE SET due_at = EXCLUDED.due_at WHERE d.due_at > EXCLUDED.due_at
)
SELECT member_id, true FROM came UNION ALL SELECT member_id, false FROM went

-- name: copy_log
-- Facts become part of the log.
COPY facts_log (id, identity_id, occurred_at, received_at, business_day, name, source_id, message, properties, cause_id, depth)
FROM STDIN (FORMAT binary)

-- name: copy_seen
-- Message ids of one day of receipt; a repetition within the epoch (a run of days, one partition) violates the primary key.
COPY facts_seen (epoch, message, received_day) FROM STDIN (FORMAT binary)

-- name: has_seen
-- Whether any message came in the epoch before. The first in the index's order: a plan that is kept and only asked whether one
-- EXISTS would look through all of a partition that holds other epochs.
SELECT count(*) > 0 FROM (SELECT 1 FROM facts_seen WHERE epoch = %(epoch)s - 1 ORDER BY epoch, message LIMIT 1) AS first

-- name: seen_messages
-- Which of these ids came in this epoch.
SELECT message FROM facts_seen WHERE epoch = %(epoch)s AND message = ANY(%(messages)s::uuid[])

-- name: seen_before
-- Which of these ids came in the epoch before, not too long ago.
SELECT message FROM facts_seen
WHERE epoch = %(epoch)s - 1 AND message = ANY(%(messages)s::uuid[]) AND received_day >= %(from_day)s

-- name: remember_keys
-- Natural keys, unique for ever; those that return were not there yet.
INSERT INTO facts_natural (key) SELECT key FROM unnest(%(keys)s::uuid[]) AS key ON CONFLICT DO NOTHING RETURNING key

-- name: keep_personal
-- The encrypted values behind the tokens of a batch.
INSERT INTO facts_personal (token, handle, kind, value)
SELECT * FROM unnest(%(token)s::text[], %(handle)s::uuid[], %(kind)s::text[], %(value)s::bytea[])
ON CONFLICT (token) DO NOTHING

-- name: reserve_ids
-- A run of fact ids; only the one pump takes them.
SELECT setval('facts_id', nextval('facts_id') + %(count)s - 1) - %(count)s + 1

-- name: count_daily
-- Facts per day, name and source.
INSERT INTO facts_daily (business_day, name, source_id, facts)
SELECT * FROM unnest(%(day)s::date[], %(name)s::text[], %(source)s::smallint[], %(facts)s::bigint[])
ON CONFLICT (business_day, name, source_id) DO UPDATE SET facts = facts_daily.facts + EXCLUDED.facts

-- name: state
-- The pump's one row.
SELECT clock, stopped_code FROM facts_pump ORDER BY id LIMIT 1

-- name: advance
-- The clock after a batch, and what was dropped or set aside.
UPDATE facts_pump SET clock = greatest(clock, %(clock)s), quarantined = quarantined + %(quarantined)s, repeated = repeated + %(repeated)s

-- name: came_from
-- The source of an envelope, and whether a write key brought it: it came through the door as a Segment body.
SELECT s.name, i.form = 's' FROM facts_inbox i JOIN facts_source s ON s.id = i.source_id WHERE i.id = %(envelope)s

-- name: calm_sources
-- Sources that an alarm names, and of whose messages none was poison for a while.
SELECT a.subject FROM merchant_alarm a
WHERE a.code = %(code)s AND a.cleared_at IS NULL AND a.raised_at < %(since)s AND NOT EXISTS (
    SELECT FROM facts_quarantine q JOIN facts_source s ON s.id = q.source_id
    WHERE s.name = a.subject AND starts_with(q.code, 'poison.') AND q.received_at >= %(since)s
)

-- name: try_held
-- Whose due work was set aside takes part again when the time has come.
UPDATE facts_quarantine SET again_at = NULL
WHERE member_id IS NOT NULL AND replayed_at IS NULL AND again_at <= %(until)s AND dismissed_at IS NULL

-- name: close_tried
-- Whoever took part again, and was not set aside anew, goes on as others do.
UPDATE facts_quarantine SET replayed_at = %(until)s
WHERE member_id IS NOT NULL AND replayed_at IS NULL AND again_at IS NULL AND dismissed_at IS NULL

-- name: beat
-- A sign of life for the health check.
UPDATE facts_pump SET beat_at = %(now)s

-- name: stop
-- The pump stands still until someone repairs the cause.
UPDATE facts_pump SET stopped_at = %(now)s, stopped_code = %(code)s, stopped_because = %(because)s

-- name: resume
-- The cause is repaired.
UPDATE facts_pump SET stopped_at = NULL, stopped_code = '', stopped_because = ''

-- name: counters
-- What is counted.
SELECT id, name, filter::text FROM facts_counter

-- name: count_days
-- Counted facts per handle, counter and business day.
INSERT INTO facts_counter_day (identity_id, counter_id, business_day, times)
SELECT * FROM unnest(%(identity)s::bigint[], %(counter)s::bigint[], %(day)s::date[], %(times)s::int[])
ON CONFLICT (identity_id, counter_id, business_day) DO UPDATE SET times = facts_counter_day.times + EXCLUDED.times

-- name: append
-- One envelope of our own facts, from a source that is made known on first use.
WITH made AS (
    INSERT INTO facts_source (name, title, badge)
    SELECT %(source)s::text, '', '' WHERE NOT EXISTS (SELECT FROM facts_source WHERE name = %(source)s)
    ON CONFLICT (name) DO UPDATE SET name = EXCLUDED.name
    RETURNING id
)
INSERT INTO facts_inbox (received_at, source_id, form, messages, done, payload)
SELECT %(at)s::timestamptz, source.id, 'f', %(messages)s::integer, 0, %(payload)s::bytea
FROM (SELECT id FROM facts_source WHERE name = %(source)s UNION ALL SELECT id FROM made) AS source
LIMIT 1

-- name: find_source
-- A source's number.
SELECT id FROM facts_source WHERE name = %(name)s

-- name: describe_source
-- Make a source known, or give it a new title and badge.
INSERT INTO facts_source (name, title, badge) VALUES (%(name)s, %(title)s, %(badge)s)
ON CONFLICT (name) DO UPDATE SET title = EXCLUDED.title, badge = EXCLUDED.badge
RETURNING id

-- name: take
-- The oldest envelopes, as many as hold the wanted number of messages (at least one), up to a number of envelopes.
SELECT id, received_at, source_id, form, messages, done, payload
FROM (
    SELECT *, coalesce(sum(messages - done) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
    FROM (SELECT * FROM facts_inbox WHERE id > %(after)s ORDER BY id LIMIT %(envelopes)s) AS oldest
) AS counted
WHERE before < %(messages)s
ORDER BY id

-- name: reopen
-- An envelope again: it stays until all its messages are handled.
SELECT id, received_at, source_id, form, messages, done, payload FROM facts_inbox WHERE id = %(id)s

-- name: drop_handled
-- Envelopes of which every message was handled.
DELETE FROM facts_inbox WHERE id = ANY(%(ids)s)

-- name: mark_handled
-- An envelope of which the first messages were handled.
UPDATE facts_inbox SET done = %(done)s WHERE id = %(id)s

-- name: quarantine
-- Messages that could not become facts; one that lies there already is not added again.
INSERT INTO facts_quarantine (received_at, source_id, form, code, because, name, message, payload)
SELECT * FROM unnest(%(received_at)s::timestamptz[], %(source_id)s::smallint[], %(form)s::text[], %(code)s::text[], %(because)s::text[],
                     %(name)s::text[], %(message)s::uuid[], %(payload)s::bytea[])
ON CONFLICT (message) WHERE replayed_at IS NULL AND dismissed_at IS NULL DO NOTHING

-- name: retry_held
-- Due work that was set aside is tried again with the pump's next look.
UPDATE facts_quarantine SET again_at = NULL WHERE id = ANY(%(ids)s) AND form = 'd' AND replayed_at IS NULL AND dismissed_at IS NULL

-- name: requeue_quarantined
-- Open quarantined messages go back to the inbox, each in an envelope of its own.
WITH taken AS (
    UPDATE facts_quarantine SET replayed_at = %(now)s
    WHERE id = ANY(%(ids)s) AND form <> 'd' AND replayed_at IS NULL AND dismissed_at IS NULL
    RETURNING id, received_at, source_id, form, payload
)
INSERT INTO facts_inbox (received_at, source_id, form, messages, done, payload)
SELECT received_at, source_id, form, 1, 0, payload FROM taken ORDER BY id

-- name: dismiss_quarantined
-- Open quarantined messages that no one wants back.
UPDATE facts_quarantine SET dismissed_at = %(now)s WHERE id = ANY(%(ids)s) AND replayed_at IS NULL AND dismissed_at IS NULL

-- name: find_counter
-- A counter by its canonical key.
SELECT id FROM facts_counter WHERE key = %(key)s

-- name: add_counter
-- A new counter.
INSERT INTO facts_counter (key, name, filter, defined_at) VALUES (%(key)s, %(name)s, %(filter)s::jsonb, %(now)s) RETURNING id

-- name: backfill_counter
-- What the log already holds of a new counter; the condition is the compiled property filter.
INSERT INTO facts_counter_day (identity_id, counter_id, business_day, times)
SELECT identity_id, %(counter)s, business_day, count(*) FROM facts_log
WHERE name = %(name)s AND identity_id IS NOT NULL AND ({condition})
GROUP BY identity_id, business_day

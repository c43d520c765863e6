-- name: log_has_its_sources
-- Every fact's source exists.
SELECT 'fact ' || f.id, 'its source ' || f.source_id || ' does not exist'
FROM facts_log f WHERE NOT EXISTS (SELECT 1 FROM facts_source s WHERE s.id = f.source_id)

-- name: messages_are_logged_once
-- No message is in the log twice.
SELECT 'fact ' || max(id), 'its message is logged ' || count(*) || ' times' FROM facts_log GROUP BY message HAVING count(*) > 1

-- name: days_are_counted
-- The daily counts are those of the log.
SELECT coalesce(d.name, l.name) || ' on ' || coalesce(d.business_day, l.business_day),
       'counted ' || coalesce(d.facts, 0) || ', logged ' || coalesce(l.facts, 0)
FROM facts_daily d FULL JOIN (
    SELECT business_day, name, source_id, count(*) AS facts FROM facts_log GROUP BY 1, 2, 3
) l ON (d.business_day, d.name, d.source_id) = (l.business_day, l.name, l.source_id)
WHERE coalesce(d.facts, 0) <> coalesce(l.facts, 0)

-- name: causes_are_logged
-- A derived fact's cause is in the log.
SELECT 'fact ' || f.id, 'its cause ' || f.cause_id || ' is not logged'
FROM facts_log f WHERE f.cause_id IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM facts_log c WHERE c.id = f.cause_id AND c.occurred_at = f.occurred_at)

-- name: derived_facts_are_our_own
-- Facts with a depth come from siyu itself, and others do not.
SELECT 'fact ' || f.id, 'depth ' || f.depth || ' from source ' || s.name
FROM facts_log f JOIN facts_source s ON s.id = f.source_id
WHERE (f.depth > 0) <> (s.name = 'siyu')

-- name: counters_equal_log
-- A counter without a filter counts what the log holds.
SELECT 'counter ' || c.id || ' of handle ' || coalesce(d.identity_id, l.identity_id),
       'counted ' || coalesce(d.times, 0) || ', logged ' || coalesce(l.times, 0)
FROM facts_counter c
JOIN LATERAL (
    SELECT identity_id, business_day, count(*) AS times FROM facts_log
    WHERE name = c.name AND identity_id IS NOT NULL GROUP BY 1, 2
) l ON c.filter = '{}'
FULL JOIN (SELECT d.* FROM facts_counter_day d JOIN facts_counter u ON u.id = d.counter_id AND u.filter = '{}') d
    ON (d.counter_id, d.identity_id, d.business_day) = (c.id, l.identity_id, l.business_day)
WHERE coalesce(d.times, 0) <> coalesce(l.times, 0)

-- name: inbox_is_not_overrun
-- No envelope claims more handled messages than it has.
SELECT 'envelope ' || id, done || ' of ' || messages || ' handled' FROM facts_inbox WHERE done < 0 OR done >= messages

-- name: one_clock
-- There is one pump, with one clock.
SELECT 'facts_pump', count(*) || ' rows' FROM facts_pump HAVING count(*) <> 1

-- name: imported_rows_are_accounted_for
-- Of a file that was read, each row went somewhere or was rejected.
SELECT 'import ' || i.id, i.rows || ' rows, ' || coalesce(d.rows, 0) || ' in facts, ' || i.rejected || ' rejected'
FROM facts_import i
LEFT JOIN LATERAL (SELECT sum(value::bigint) AS rows FROM jsonb_each_text(i.destinations)) d ON true
WHERE i.status = 'done' AND i.rows <> coalesce(d.rows, 0) + i.rejected

-- name: rejected_rows_are_kept
-- An import counts as many rejected rows as it keeps.
SELECT 'import ' || i.id, i.rejected || ' counted, ' || count(r.id) || ' kept'
FROM facts_import i LEFT JOIN facts_importreject r ON r.of_import_id = i.id
GROUP BY i.id HAVING i.rejected <> count(r.id)

-- name: counts_have_their_counter
-- What is counted belongs to a counter.
SELECT 'counter ' || d.counter_id, 'is counted for handle ' || d.identity_id || ' but does not exist'
FROM facts_counter_day d LEFT JOIN facts_counter c ON c.id = d.counter_id WHERE c.id IS NULL

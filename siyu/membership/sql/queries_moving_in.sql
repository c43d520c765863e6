-- name: units
-- By unit: what the accepted rows of an import say, what the ledger took in for them, and what earlier files had brought in already.
WITH told AS (
    SELECT l.identity_id, l.properties->'moving_in'->>'unit' AS unit, l.properties->'moving_in'->>'expires_on' AS ends,
           sum((l.properties->'moving_in'->>'amount')::bigint) AS amount, sum((l.properties->'moving_in'->>'rows')::bigint) AS rows
    FROM facts_log l JOIN facts_source s ON s.id = l.source_id AND s.name = %(source)s
    WHERE l.occurred_at = %(at)s AND l.name = 'member.identified' AND l.properties ? 'moving_in'
    GROUP BY 1, 2, 3
),
posted AS (
    SELECT e.fact_id, sum(e.amount) AS amount
    FROM loyalty_entry e
    WHERE e.key >= %(first_key)s AND e.kind = 'import' AND e.debit = 'issued' AND e.fact_occurred_at = %(at)s
    GROUP BY e.fact_id
),
brought AS (
    SELECT l.identity_id, l.properties->>'unit' AS unit, coalesce(l.properties->>'expires_on', '') AS ends, sum(coalesce(p.amount, 0)) AS amount
    FROM facts_log l JOIN facts_source s ON s.id = l.source_id AND s.name = %(source)s
    LEFT JOIN posted p ON p.fact_id = l.id
    WHERE l.occurred_at = %(at)s AND l.name = 'value.brought_in'
    GROUP BY 1, 2, 3
)
SELECT told.unit, sum(told.rows)::bigint, sum(told.amount)::bigint, coalesce(sum(brought.amount), 0)::bigint,
       coalesce(sum(earlier.amount), 0)::bigint
FROM told
LEFT JOIN brought ON brought.identity_id = told.identity_id AND brought.unit = told.unit AND brought.ends = told.ends
LEFT JOIN LATERAL (
    SELECT sum((f.properties->>'amount')::bigint) AS amount
    FROM facts_log f
    WHERE brought.identity_id IS NULL AND f.identity_id = told.identity_id AND f.name = 'value.brought_in' AND f.occurred_at < %(at)s
      AND f.properties->>'unit' = told.unit AND coalesce(f.properties->>'expires_on', '') = told.ends
) AS earlier ON true
GROUP BY told.unit
ORDER BY told.unit

-- name: people
-- How many people an import names, and how many of them nobody had known before it.
SELECT count(*), count(*) FILTER (WHERE is_new)
FROM (
    SELECT i.member_id, bool_and(m.created_at >= %(at)s) AS is_new
    FROM facts_log l
    JOIN facts_source s ON s.id = l.source_id AND s.name = %(source)s
    JOIN members_identity i ON i.id = l.identity_id
    JOIN members_member m ON m.id = i.origin_id
    WHERE l.occurred_at = %(at)s AND l.name = 'member.identified' AND l.properties ? 'moving_in'
    GROUP BY i.member_id
) AS named

-- name: tiers
-- By tier as the file names it: members in the file, granted by it, granted by an earlier file; and whether a tier is called so.
WITH told AS (
    SELECT DISTINCT l.identity_id, l.properties->'moving_in'->>'tier' AS name
    FROM facts_log l JOIN facts_source s ON s.id = l.source_id AND s.name = %(source)s
    WHERE l.occurred_at = %(at)s AND l.name = 'member.identified' AND l.properties->'moving_in'->>'tier' <> ''
),
brought AS (
    SELECT l.identity_id, l.properties->>'tier' AS name, f.id IS NOT NULL AS is_granted
    FROM facts_log l JOIN facts_source s ON s.id = l.source_id AND s.name = %(source)s
    LEFT JOIN loyalty_tierfloor f ON f.because = 'moving_in:' || replace(l.message::text, '-', '')
    WHERE l.occurred_at = %(at)s AND l.name = 'tier.brought_in'
)
SELECT told.name, count(*), count(*) FILTER (WHERE brought.is_granted), count(*) FILTER (WHERE brought.name IS NULL AND earlier.seen),
       EXISTS (SELECT FROM loyalty_tier t WHERE t.track = 'growth' AND told.name IN (t.code, t.name))
FROM told
LEFT JOIN brought ON brought.identity_id = told.identity_id AND brought.name = told.name
LEFT JOIN LATERAL (
    SELECT true AS seen FROM facts_log f
    WHERE f.identity_id = told.identity_id AND f.name = 'tier.brought_in' AND f.occurred_at < %(at)s LIMIT 1
) AS earlier ON true
GROUP BY told.name
ORDER BY told.name

-- name: badges
-- By badge as the file names it: members in the file, given by it, told of by an earlier file; and whether a badge is called so.
WITH told AS (
    SELECT DISTINCT l.identity_id, badge.name
    FROM facts_log l
    JOIN facts_source s ON s.id = l.source_id AND s.name = %(source)s
    CROSS JOIN LATERAL jsonb_array_elements_text(l.properties->'moving_in'->'badges') AS badge (name)
    WHERE l.occurred_at = %(at)s AND l.name = 'member.identified' AND l.properties ? 'moving_in'
),
brought AS (
    SELECT l.identity_id, l.properties->>'badge' AS name, a.id IS NOT NULL AS is_granted
    FROM facts_log l JOIN facts_source s ON s.id = l.source_id AND s.name = %(source)s
    LEFT JOIN membership_badgeaward a ON a.because = 'moving_in:' || replace(l.message::text, '-', '')
    WHERE l.occurred_at = %(at)s AND l.name = 'badge.brought_in'
)
SELECT told.name, count(*), count(*) FILTER (WHERE brought.is_granted), count(*) FILTER (WHERE brought.name IS NULL AND earlier.seen),
       EXISTS (SELECT FROM membership_badge b WHERE told.name IN (b.code, b.name))
FROM told
LEFT JOIN brought ON brought.identity_id = told.identity_id AND brought.name = told.name
LEFT JOIN LATERAL (
    SELECT true AS seen FROM facts_log f
    WHERE f.identity_id = told.identity_id AND f.name = 'badge.brought_in' AND f.properties->>'badge' = told.name AND f.occurred_at < %(at)s
    LIMIT 1
) AS earlier ON true
GROUP BY told.name
ORDER BY told.name

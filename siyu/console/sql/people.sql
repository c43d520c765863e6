-- name: page
-- Members of a list: sort key and number, nearest to a position. Each order walks its own index (`rollup_newest`,
-- `statistics_by_revenue`, `member_people`); of the branches all but the asked one are false before they are planned. Members who never
-- bought follow behind the buyers of their order.
WITH wanted AS NOT MATERIALIZED (
    SELECT m.id
    FROM members_member m
    LEFT JOIN members_lifecycle l ON l.member_id = m.id
    LEFT JOIN loyalty_standing s ON s.member_id = m.id AND s.track = %(track)s
    LEFT JOIN acquisition_attribution a ON a.member_id = m.id
    LEFT JOIN members_tagging t ON t.member_id = m.id AND t.tag_id = %(tag)s
    WHERE m.merged_into_id IS NULL
      AND (%(everyone)s OR m.is_identified)
      AND (%(ids)s::bigint[] IS NULL OR m.id = ANY(%(ids)s::bigint[]))
      AND (%(stage)s::text IS NULL OR l.pool_stage = %(stage)s)
      AND (%(activity)s::text IS NULL OR l.activity = %(activity)s)
      AND (%(rung)s::text IS NULL OR l.rung = %(rung)s OR (%(rung)s = 'stranger' AND l.rung IS NULL))
      AND (%(tier)s::text IS NULL OR %(is_base_tier)s OR s.tier = %(tier)s)
      AND (NOT %(is_base_tier)s OR coalesce(s.tier, %(tier)s::text) = %(tier)s)
      AND (%(tag)s::bigint IS NULL OR t.id IS NOT NULL)
      AND (%(channel)s::bigint IS NULL OR a.first_channel_id = %(channel)s)
      AND (%(store)s::bigint IS NULL OR m.store_id = %(store)s)
      AND (%(assistant)s::bigint IS NULL OR m.assistant_id = %(assistant)s)
      AND (%(source)s::smallint IS NULL OR m.source_id = %(source)s)
      AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s::bigint[]))
      AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
)
(SELECT r.last_seen_day AS day, NULL::bigint AS amount, w.id FROM wanted w JOIN members_rollup r ON r.member_id = w.id
 WHERE %(walk)s = 'seen down' AND (r.last_seen_day, r.member_id) < (%(day)s, %(id)s)
 ORDER BY r.last_seen_day DESC, r.member_id DESC LIMIT %(limit)s)
UNION ALL
(SELECT r.last_seen_day, NULL, w.id FROM wanted w JOIN members_rollup r ON r.member_id = w.id
 WHERE %(walk)s = 'seen up' AND (r.last_seen_day, r.member_id) > (%(day)s, %(id)s)
 ORDER BY r.last_seen_day, r.member_id LIMIT %(limit)s)
UNION ALL
(SELECT NULL, o.revenue_minor, w.id FROM wanted w JOIN orders_statistics o ON o.member_id = w.id
 WHERE %(walk)s = 'revenue down' AND (o.revenue_minor, o.member_id) < (%(amount)s, %(id)s)
 ORDER BY o.revenue_minor DESC, o.member_id DESC LIMIT %(limit)s)
UNION ALL
(SELECT NULL, o.revenue_minor, w.id FROM wanted w JOIN orders_statistics o ON o.member_id = w.id
 WHERE %(walk)s = 'revenue up' AND (o.revenue_minor, o.member_id) > (%(amount)s, %(id)s)
 ORDER BY o.revenue_minor, o.member_id LIMIT %(limit)s)
UNION ALL
(SELECT NULL, NULL, w.id FROM wanted w LEFT JOIN orders_statistics o ON o.member_id = w.id
 WHERE %(walk)s = 'unsold down' AND o.member_id IS NULL AND w.id < %(id)s ORDER BY w.id DESC LIMIT %(limit)s)
UNION ALL
(SELECT NULL, NULL, w.id FROM wanted w LEFT JOIN orders_statistics o ON o.member_id = w.id
 WHERE %(walk)s = 'unsold up' AND o.member_id IS NULL AND w.id > %(id)s ORDER BY w.id LIMIT %(limit)s)
UNION ALL
(SELECT NULL, NULL, w.id FROM wanted w WHERE %(walk)s = 'joined down' AND w.id < %(id)s ORDER BY w.id DESC LIMIT %(limit)s)
UNION ALL
(SELECT NULL, NULL, w.id FROM wanted w WHERE %(walk)s = 'joined up' AND w.id > %(id)s ORDER BY w.id LIMIT %(limit)s)

-- name: rows
-- What a list shows of these members.
SELECT m.id, m.public_id, m.nickname, m.is_identified, f.name, f.badge, nullif(l.pool_stage, ''), nullif(l.activity, ''),
       coalesce(nullif(l.rung, ''), 'stranger'), coalesce(p.points, 0), coalesce(o.orders, 0), coalesce(o.revenue_minor, 0), r.last_seen,
       coalesce(c.name, ''), m.created_at, coalesce(s.tier, ''), m.assistant_id, m.store_id
FROM members_member m
JOIN facts_source f ON f.id = m.source_id
LEFT JOIN members_rollup r ON r.member_id = m.id
LEFT JOIN members_lifecycle l ON l.member_id = m.id
LEFT JOIN loyalty_standing s ON s.member_id = m.id AND s.track = %(track)s
LEFT JOIN orders_statistics o ON o.member_id = m.id
LEFT JOIN acquisition_attribution a ON a.member_id = m.id
LEFT JOIN acquisition_channel c ON c.id = a.first_channel_id
LEFT JOIN LATERAL (
    SELECT sum(b.available + b.pending)::bigint AS points FROM loyalty_account b WHERE b.owner_id = m.id AND b.unit = 'points'
) p ON true
WHERE m.id = ANY(%(ids)s)

-- name: phones
-- The oldest phone of each of these members, encrypted.
SELECT DISTINCT ON (member_id) member_id, value FROM members_identity
WHERE member_id = ANY(%(ids)s) AND kind = 'phone' ORDER BY member_id, id

-- name: within
-- Which of these members a viewer's scope holds.
SELECT m.id FROM members_member m
WHERE m.id = ANY(%(ids)s) AND m.merged_into_id IS NULL
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s::bigint[]))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)

-- name: sources
-- Sources that members came from or may come from, for the filter.
SELECT id, CASE WHEN title = '' THEN name ELSE title END FROM facts_source ORDER BY name LIMIT 500

-- name: tags
-- Tags in use, for the filter.
SELECT id, name FROM members_tag WHERE archived_at IS NULL ORDER BY name LIMIT 500

-- name: public_ids
-- Public ids of these members, as links.
SELECT id, public_id FROM members_member WHERE id = ANY(%(ids)s)

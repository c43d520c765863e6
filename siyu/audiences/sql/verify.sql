-- name: members_are_alive
-- Only living, identified members are in audiences.
SELECT 'member ' || s.member_id, 'is in audience ' || s.audience_id || ' and is merged, unknown or nobody'
FROM audiences_membership s LEFT JOIN members_member m ON m.id = s.member_id
WHERE (m.id IS NULL OR m.merged_into_id IS NOT NULL OR NOT m.is_identified)
  AND NOT EXISTS (SELECT 1 FROM audiences_dirty d WHERE d.member_id = s.member_id)

-- name: audiences_are_alive
-- Nobody is in an archived audience, or in one that was never judged.
SELECT 'audience ' || s.audience_id, 'holds member ' || s.member_id || ' and is archived, unknown or not judged yet'
FROM audiences_membership s LEFT JOIN audiences_audience a ON a.id = s.audience_id
WHERE a.id IS NULL OR a.archived_at IS NOT NULL OR a.version = 0

-- name: sizes_are_counted
-- The size of an audience is the number of its members.
SELECT 'audience ' || a.id, 'size ' || a.size || ', counted ' || coalesce(s.members, 0)
FROM audiences_audience a LEFT JOIN (SELECT audience_id, count(*) AS members FROM audiences_membership GROUP BY 1) s ON s.audience_id = a.id
WHERE a.size <> coalesce(s.members, 0)

-- name: days_end_where_audiences_stand
-- The newest day of an audience ends with its size.
SELECT 'audience ' || a.id, 'its last day ended with ' || d.size || ', its size is ' || a.size
FROM audiences_audience a
JOIN LATERAL (SELECT size FROM audiences_daily d WHERE d.audience_id = a.id ORDER BY business_day DESC LIMIT 1) d ON true
WHERE a.archived_at IS NULL AND d.size <> a.size
  AND NOT EXISTS (SELECT 1 FROM audiences_dirty)

-- name: versions_exist
-- The version in force, and the one to come, exist.
SELECT 'audience ' || a.id, 'its version ' || n.number || ' does not exist'
FROM audiences_audience a CROSS JOIN LATERAL unnest(ARRAY[nullif(a.version, 0), a.next_version]) AS n (number)
WHERE n.number IS NOT NULL AND NOT EXISTS (SELECT 1 FROM audiences_version v WHERE v.audience_id = a.id AND v.number = n.number)

-- name: nobody_is_overdue
-- Nobody's time lies before the pump's clock.
SELECT 'member ' || d.member_id, 'was due at ' || d.due_at || ', the clock shows ' || p.clock
FROM audiences_due d CROSS JOIN facts_pump p
WHERE d.due_at < p.clock AND NOT EXISTS (SELECT 1 FROM facts_inbox) AND p.stopped_at IS NULL

-- name: moments_equal_log
-- A watch without a filter remembers what the log holds.
SELECT 'watch ' || w.id || ' of handle ' || coalesce(m.identity_id, l.identity_id),
       'remembered ' || coalesce(m.times, 0) || ', logged ' || coalesce(l.times, 0)
FROM audiences_watch w
JOIN LATERAL (SELECT identity_id, count(*) AS times FROM facts_log WHERE name = w.name AND identity_id IS NOT NULL GROUP BY 1) l ON w.filter = '{}'
FULL JOIN (
    SELECT m.watch_id, m.identity_id, count(*) AS times FROM audiences_moment m JOIN audiences_watch u ON u.id = m.watch_id AND u.filter = '{}'
    GROUP BY 1, 2
) m ON (m.watch_id, m.identity_id) = (w.id, l.identity_id)
WHERE coalesce(m.times, 0) <> coalesce(l.times, 0)

-- name: moments_have_their_watch
-- What is remembered by its instants is remembered for somebody.
SELECT 'watch ' || m.watch_id, 'remembers fact ' || m.fact_id || ' but does not exist'
FROM audiences_moment m LEFT JOIN audiences_watch w ON w.id = m.watch_id WHERE w.id IS NULL

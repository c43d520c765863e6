-- name: keep
-- Merges and undoings that services made, for the pump to tell.
INSERT INTO members_untold (merge_id, at, is_undone)
SELECT new.merge, new.at, new.is_undone
FROM unnest(%(merges)s::bigint[], %(at)s::timestamptz[], %(undone)s::bool[]) WITH ORDINALITY AS new (merge, at, is_undone, place)
ORDER BY new.place

-- name: take
-- The oldest of them up to an instant, but of those whose due work is set aside.
DELETE FROM members_untold u USING members_merge_log g
WHERE g.id = u.merge_id AND u.id IN (
    SELECT n.id FROM members_untold n
    WHERE n.at <= %(until)s AND NOT EXISTS (
        SELECT 1 FROM facts_held h
        WHERE h.room = 'members' AND h.member_id = (SELECT m.survivor_id FROM members_merge_log m WHERE m.id = n.merge_id)
    )
    ORDER BY n.at, n.id LIMIT %(limit)s
)
RETURNING u.id, u.at, u.is_undone, g.id, g.survivor_id, g.loser_id

-- name: next_due
-- When the oldest that may be told came.
SELECT n.at FROM members_untold n
WHERE NOT EXISTS (
    SELECT 1 FROM facts_held h
    WHERE h.room = 'members' AND h.member_id = (SELECT m.survivor_id FROM members_merge_log m WHERE m.id = n.merge_id)
)
ORDER BY n.at LIMIT 1

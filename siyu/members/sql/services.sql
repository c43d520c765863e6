-- name: lock
-- Member rows in order: the first thing every writer of a member's state does.
SELECT id FROM members_member WHERE id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE

-- name: assign
-- Own assistants and stores of members.
UPDATE members_member m SET assistant_id = now.assistant_id, store_id = now.store_id
FROM unnest(%(members)s::bigint[], %(assistants)s::bigint[], %(stores)s::bigint[]) AS now (member_id, assistant_id, store_id)
WHERE m.id = now.member_id

-- name: untag
-- Take a tag off members.
DELETE FROM members_tagging t USING members_tag g WHERE t.tag_id = g.id AND g.name = %(name)s AND t.member_id = ANY(%(members)s)

-- name: untag_by
-- Take a tag off members who have it from somebody.
DELETE FROM members_tagging t USING members_tag g
WHERE t.tag_id = g.id AND g.name = %(name)s AND t.by = %(by)s AND t.member_id = ANY(%(members)s)

-- name: handles_of
-- The handles of members, with their kinds.
SELECT member_id, id, kind FROM members_identity WHERE member_id = ANY(%(members)s)

-- name: merge
-- A merge that still holds.
SELECT survivor_id, loser_id, evidence::text FROM members_merge_log WHERE id = %(id)s AND undone_at IS NULL

-- name: refuse_links
-- Links between what came with a merged member and the rest of its survivor, by somebody's decision; those that had lost, too, for without
-- the others they would lead there.
UPDATE members_link l SET state = 'refused'
FROM members_identity a, members_identity b
WHERE a.id = l.left_id AND b.id = l.right_id AND a.member_id = b.member_id AND l.state <> 'refused'
  AND (l.left_id = ANY(%(moved)s)) <> (l.right_id = ANY(%(moved)s))
  AND (l.left_id = ANY(%(moved)s) OR l.right_id = ANY(%(moved)s))

-- name: allow_link
-- A link that somebody wants after all.
UPDATE members_link SET state = 'joined' WHERE left_id = %(left)s AND right_id = %(right)s

-- name: handles
-- The handles of a member.
SELECT id FROM members_identity WHERE member_id = %(member)s ORDER BY id

-- name: sources
-- From which source a member came.
SELECT source_id FROM members_member WHERE id = %(member)s

-- name: hold_rungs
-- The rungs that a tier gives; a member whom nothing else moved gets clocks for them.
INSERT INTO members_lifecycle (member_id, pool_channel, purchases, rungs, pool_stage, activity, rung)
SELECT now.member_id, '', 0, now.bits, '', '', (%(names)s::text[])[greatest(length(ltrim(now.bits::bit(16)::text, '0')), 1)]
FROM unnest(%(members)s::bigint[], %(bits)s::int[]) AS now (member_id, bits)
LEFT JOIN members_lifecycle l ON l.member_id = now.member_id
WHERE coalesce(l.rungs, 0) & %(mask)s <> now.bits
ON CONFLICT (member_id) DO UPDATE SET
    rungs = (members_lifecycle.rungs & ~%(mask)s) | EXCLUDED.rungs,
    rung = (%(names)s::text[])[greatest(length(ltrim(((members_lifecycle.rungs & ~%(mask)s) | EXCLUDED.rungs)::bit(16)::text, '0')), 1)]

-- name: carriers
-- The oldest handle of each of these members that can be told (of some only the hash is kept).
SELECT DISTINCT ON (member_id) member_id, id, kind, value FROM members_identity
WHERE member_id = ANY(%(members)s) AND kind <> 'erased' AND length(value) > 0 ORDER BY member_id, id

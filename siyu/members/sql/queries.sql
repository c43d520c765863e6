-- name: identities
-- The handles of members.
SELECT id, member_id, origin_id, kind, value, first_seen FROM members_identity WHERE member_id = ANY(%(members)s) ORDER BY member_id, id

-- name: member
-- A member by number, in the viewer's scope.
SELECT m.id, m.public_id, m.is_identified, m.merged_into_id, m.created_at, m.nickname, m.assistant_id, m.store_id, s.name, s.badge
FROM members_member m JOIN facts_source s ON s.id = m.source_id
WHERE m.id = %(member)s
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)

-- name: by_hashes
-- Members by keyed hash of a handle.
SELECT DISTINCT member_id FROM members_identity WHERE hash = ANY(%(hashes)s::uuid[]) LIMIT %(limit)s

-- name: by_tail
-- Members by the keyed hash of a phone's last four.
SELECT DISTINCT member_id FROM members_identity WHERE tail_hash = %(hash)s LIMIT %(limit)s

-- name: by_nickname
-- Members whose nickname begins with a text.
SELECT id FROM members_member WHERE nickname LIKE %(prefix)s AND nickname <> '' AND merged_into_id IS NULL ORDER BY nickname, id LIMIT %(limit)s

-- name: traits
-- The newest value of each trait over a member's handles, where that is not null.
SELECT name, value::text, occurred_at, kind
FROM (
    SELECT DISTINCT ON (t.name) t.name, t.value, t.occurred_at, i.kind
    FROM members_trait t JOIN members_identity i ON i.id = t.identity_id
    WHERE i.member_id = %(member)s
    ORDER BY t.name, t.occurred_at DESC, t.message DESC
) AS newest
WHERE value <> 'null'
ORDER BY name
LIMIT 300

-- name: said
-- The newest values of some traits of members, where they are not null.
SELECT member_id, name, value::text
FROM (
    SELECT DISTINCT ON (i.member_id, t.name) i.member_id, t.name, t.value
    FROM members_identity i JOIN members_trait t ON t.identity_id = i.id
    WHERE i.member_id = ANY(%(members)s) AND t.name = ANY(%(names)s)
    ORDER BY i.member_id, t.name, t.occurred_at DESC, t.message DESC
) AS newest
WHERE value <> 'null'

-- name: personal
-- The encrypted values behind tokens.
SELECT token, kind, value FROM facts_personal WHERE token = ANY(%(tokens)s)

-- name: tags
-- A member's tags, with who put them there.
SELECT g.name, g.colour, t.by, t.at, t.via_merge_id FROM members_tagging t JOIN members_tag g ON g.id = t.tag_id
WHERE t.member_id = %(member)s ORDER BY g.name LIMIT 200

-- name: all_tags
-- Every tag in use, with how many members carry it.
SELECT g.name, g.colour, count(t.id) FROM members_tag g LEFT JOIN members_tagging t ON t.tag_id = g.id
WHERE g.archived_at IS NULL GROUP BY g.id ORDER BY g.name LIMIT 500

-- name: consents
-- What was last said of each purpose and channel, by any handle; of two at once the withdrawal.
SELECT DISTINCT ON (c.purpose, c.channel) c.purpose, c.channel, c.is_given, c.occurred_at, c.proof
FROM members_consent c JOIN members_identity i ON i.id = c.identity_id
WHERE i.member_id = %(member)s
ORDER BY c.purpose, c.channel, c.occurred_at DESC, c.is_given, c.message DESC

-- name: consents_said
-- Every word of a member about consent, newest first, with what the log says of who wrote it down, when and how.
SELECT c.purpose, c.channel, c.is_given, c.occurred_at, c.proof, c.message, f.received_at, s.name, s.badge,
       coalesce(f.properties ->> 'way', ''), coalesce(f.properties ->> 'by', ''), coalesce(f.properties ->> 'note', '')
FROM members_identity i
JOIN members_consent c ON c.identity_id = i.id
LEFT JOIN facts_log f ON f.identity_id = c.identity_id AND f.message = c.message
LEFT JOIN facts_source s ON s.id = f.source_id
WHERE i.member_id = %(member)s
ORDER BY c.occurred_at DESC, c.is_given, c.message DESC
LIMIT %(limit)s

-- name: life
-- The clocks of a member.
SELECT pool_joined_at, pool_channel, first_bought_at, last_bought_at, purchases, rungs, pool_stage, activity, rung, due_at
FROM members_lifecycle WHERE member_id = %(member)s

-- name: rollup
-- When a member was seen.
SELECT first_seen, last_seen, facts FROM members_rollup WHERE member_id = %(member)s

-- name: merges
-- The merges in which a member took part, newest first.
SELECT id, survivor_id, loser_id, merged_at, by, because, evidence::text, undone_at, undone_by, undone_because
FROM members_merge_log WHERE survivor_id = %(member)s OR loser_id = %(member)s ORDER BY id DESC LIMIT 100

-- name: conflicts
-- Claims about a member's handles that a limit or a person refused.
SELECT l.left_id, l.right_id, a.kind, b.kind, a.member_id, b.member_id, l.occurred_at, l.proof, l.state
FROM members_link l JOIN members_identity a ON a.id = l.left_id JOIN members_identity b ON b.id = l.right_id
WHERE l.state <> 'joined' AND (a.member_id = %(member)s OR b.member_id = %(member)s)
ORDER BY l.occurred_at DESC LIMIT 100

-- name: timeline
-- What happened to a member, newest first, before a place in time.
SELECT f.occurred_at, f.id, f.name, f.properties::text, s.name, s.badge, f.cause_id
FROM members_identity i
CROSS JOIN LATERAL (
    SELECT * FROM facts_log f
    WHERE f.identity_id = i.id AND (f.occurred_at, f.id) < (%(before)s, %(before_id)s)
    ORDER BY f.occurred_at DESC, f.id DESC LIMIT %(limit)s
) f
JOIN facts_source s ON s.id = f.source_id
WHERE i.member_id = %(member)s
ORDER BY f.occurred_at DESC, f.id DESC
LIMIT %(limit)s

-- name: bearer
-- Whose a handle is, by its hash.
SELECT member_id, kind, value FROM members_identity WHERE hash = %(hash)s AND kind <> 'erased'

-- name: strong_handle
-- A member's oldest handle that names a person.
SELECT hash FROM members_identity WHERE member_id = %(member)s AND kind <> ALL(%(weak)s) ORDER BY id LIMIT 1

-- name: kept_consents
-- How many of these consents are written down.
SELECT count(*) FROM members_consent WHERE message = ANY(%(messages)s::uuid[])

-- name: described
-- A trait of a handle as a fact told it.
SELECT 1 FROM members_identity i JOIN members_trait t ON t.identity_id = i.id
WHERE i.hash = %(hash)s AND t.message = %(message)s LIMIT 1

-- name: survivor_of_public_id
-- Who the member has become that a public id names.
WITH RECURSIVE line AS (
    SELECT id, merged_into_id FROM members_member WHERE public_id = %(text)s
    UNION
    SELECT m.id, m.merged_into_id FROM line JOIN members_member m ON m.id = line.merged_into_id
)
SELECT id FROM line WHERE merged_into_id IS NULL

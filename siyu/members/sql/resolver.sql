-- name: find_identities
-- Handles that are known, by keyed hash; each by the index (OFFSET 0): for thousands a plan would rather read the whole table.
SELECT wanted.place, i.id, i.member_id
FROM unnest(%(hashes)s::uuid[]) WITH ORDINALITY AS wanted (hash, place),
     LATERAL (SELECT id, member_id FROM members_identity WHERE hash = wanted.hash OFFSET 0) AS i

-- name: known_links
-- Links between these pairs of handles; each by the index (OFFSET 0), also with a plan that was made when there were few.
SELECT l.left_id, l.right_id, l.occurred_at, l.message, l.state
FROM unnest(%(left)s::bigint[], %(right)s::bigint[]) AS pair (left_id, right_id),
     LATERAL (SELECT * FROM members_link WHERE left_id = pair.left_id AND right_id = pair.right_id OFFSET 0) AS l

-- name: people
-- Members with all their handles.
SELECT m.id, m.is_identified, m.public_id, i.id, i.kind
FROM members_member m JOIN members_identity i ON i.member_id = m.id
WHERE m.id = ANY(%(members)s)
ORDER BY m.id, i.id

-- name: links_of
-- Every link that touches one of these handles.
SELECT left_id, right_id, occurred_at, message, state, proof FROM members_link
WHERE left_id = ANY(%(ids)s) OR right_id = ANY(%(ids)s)

-- name: handles
-- Handles of a component: kind, whose they are and with whom they came.
SELECT i.id, i.kind, i.member_id, i.origin_id FROM members_identity i WHERE i.id = ANY(%(ids)s) ORDER BY i.id

-- name: companions
-- All handles of the members to whom these handles belong.
SELECT DISTINCT other.id FROM members_identity one JOIN members_identity other ON other.member_id = one.member_id WHERE one.id = ANY(%(ids)s)

-- name: standing_of
-- Members of a component, merged ones too.
SELECT id, is_identified, merged_into_id FROM members_member WHERE id = ANY(%(ids)s)

-- name: revive
-- Members who are persons of their own again.
UPDATE members_member SET merged_into_id = NULL WHERE id = ANY(%(ids)s)

-- name: undo_merges
-- The merges that no longer hold.
UPDATE members_merge_log SET undone_at = %(at)s, undone_by = %(by)s, undone_because = %(because)s
WHERE loser_id = ANY(%(ids)s) AND undone_at IS NULL
RETURNING survivor_id, loser_id, id

-- name: set_identified
-- Whether the handles a member has now name a person.
UPDATE members_member m SET is_identified = now.is_identified
FROM unnest(%(ids)s::bigint[], %(identified)s::bool[]) AS now (id, is_identified)
WHERE m.id = now.id AND m.is_identified <> now.is_identified

-- name: set_states
-- How links ended when their component was replayed.
UPDATE members_link l SET state = ended.state
FROM unnest(%(left)s::bigint[], %(right)s::bigint[], %(state)s::text[]) AS ended (left_id, right_id, state)
WHERE (l.left_id, l.right_id) = (ended.left_id, ended.right_id) AND l.state <> ended.state

-- name: reserve_members
-- Numbers for new members.
SELECT nextval('members_member_id_seq') FROM generate_series(1, %(count)s)

-- name: reserve_merges
-- Numbers for merges.
SELECT nextval('members_merge_log_id_seq') FROM generate_series(1, %(count)s)

-- name: reserve_identities
-- The first of a run of numbers for new handles, and of one for whoever each may turn out to be; and whether they are runs: only batches
-- draw the former, and what draws the latter elsewhere locks batches out.
SELECT min(handle), min(person), max(handle) - min(handle) + 1 = count(*) AND max(person) - min(person) + 1 = count(*)
FROM (SELECT nextval('members_identity_id_seq') AS handle, nextval('members_member_id_seq') AS person FROM generate_series(1, %(count)s)) AS drawn

-- name: add_members
-- New members.
COPY members_member (id, public_id, is_identified, created_at, nickname, source_id, merged_into_id) FROM STDIN (FORMAT binary)

-- name: add_identities
-- New handles.
COPY members_identity (id, member_id, origin_id, first_seen, hash, kind, value, tail_hash) FROM STDIN (FORMAT binary)

-- name: keep_links
-- Links by their earliest proof; what staff refused stays refused.
INSERT INTO members_link (left_id, right_id, occurred_at, message, proof, state)
SELECT * FROM unnest(%(left)s::bigint[], %(right)s::bigint[], %(occurred_at)s::timestamptz[], %(message)s::uuid[], %(proof)s::text[], %(state)s::text[])
ON CONFLICT (left_id, right_id) DO UPDATE SET
    occurred_at = CASE WHEN (EXCLUDED.occurred_at, EXCLUDED.message) < (members_link.occurred_at, members_link.message)
                       THEN EXCLUDED.occurred_at ELSE members_link.occurred_at END,
    proof = CASE WHEN (EXCLUDED.occurred_at, EXCLUDED.message) < (members_link.occurred_at, members_link.message)
                 THEN EXCLUDED.proof ELSE members_link.proof END,
    message = CASE WHEN (EXCLUDED.occurred_at, EXCLUDED.message) < (members_link.occurred_at, members_link.message)
                   THEN EXCLUDED.message ELSE members_link.message END,
    state = CASE WHEN members_link.state = 'refused' THEN 'refused' ELSE EXCLUDED.state END

-- name: move_identities
-- Handles that belong to another member now.
UPDATE members_identity i SET member_id = moved.member_id
FROM unnest(%(ids)s::bigint[], %(members)s::bigint[]) AS moved (id, member_id)
WHERE i.id = moved.id

-- name: come_with
-- Handles with whom a new person begins.
UPDATE members_identity SET origin_id = %(member)s WHERE id = ANY(%(ids)s)

-- name: move_all_identities
-- Every handle of merged members belongs to their survivors.
UPDATE members_identity i SET member_id = gone.survivor_id
FROM unnest(%(losers)s::bigint[], %(survivors)s::bigint[]) AS gone (loser_id, survivor_id)
WHERE i.member_id = gone.loser_id

-- name: lend
-- What survivors lack, merged members lend them.
UPDATE members_member s SET
    assistant_id = coalesce(s.assistant_id, l.assistant_id),
    store_id = coalesce(s.store_id, l.store_id)
FROM unnest(%(losers)s::bigint[], %(survivors)s::bigint[]) AS gone (loser_id, survivor_id) JOIN members_member l ON l.id = gone.loser_id
WHERE s.id = gone.survivor_id
  AND ((s.assistant_id IS NULL AND l.assistant_id IS NOT NULL) OR (s.store_id IS NULL AND l.store_id IS NOT NULL))

-- name: mark_merged
-- Merged members point to who they became.
UPDATE members_member m SET merged_into_id = gone.survivor_id
FROM unnest(%(losers)s::bigint[], %(survivors)s::bigint[]) AS gone (loser_id, survivor_id)
WHERE m.id = gone.loser_id

-- name: mark_identified
-- Members who got their first handle that names a person, by the source that brought it.
UPDATE members_member m SET is_identified = true, source_id = now.source_id
FROM unnest(%(ids)s::bigint[], %(sources)s::smallint[]) AS now (id, source_id)
WHERE m.id = now.id AND NOT m.is_identified

-- name: log_merges
-- Why members became one.
INSERT INTO members_merge_log (id, survivor_id, loser_id, merged_at, by, because, evidence, undone_by, undone_because)
SELECT id, survivor_id, loser_id, merged_at, by, because, evidence::jsonb, '', ''
FROM unnest(%(ids)s::bigint[], %(survivor)s::bigint[], %(loser)s::bigint[], %(at)s::timestamptz[], %(by)s::text[], %(because)s::text[],
            %(evidence)s::text[]) AS merged (id, survivor_id, loser_id, merged_at, by, because, evidence)

-- name: handles_of
-- What news without a cause is said of: of the handles that came with a member the oldest, whoever the member has become meanwhile.
SELECT DISTINCT ON (w.member) w.member, i.id, i.hash
FROM unnest(%(members)s::bigint[], %(owners)s::bigint[]) AS w (member, owner) JOIN members_identity i ON i.member_id = w.owner
ORDER BY w.member, (i.origin_id <> w.member), i.id

-- name: lend_rungs
-- A survivor stands on every rung that the merged member had reached.
INSERT INTO members_lifecycle (member_id, pool_channel, purchases, rungs, pool_stage, activity, rung)
SELECT p.survivor_id, '', 0, bit_or(l.rungs), '', '', 'stranger'
FROM unnest(%(survivors)s::bigint[], %(losers)s::bigint[]) AS p (survivor_id, loser_id) JOIN members_lifecycle l ON l.member_id = p.loser_id
GROUP BY p.survivor_id
ON CONFLICT (member_id) DO UPDATE SET rungs = members_lifecycle.rungs | EXCLUDED.rungs

-- name: drop_lives
-- Merged members have no clocks of their own.
DELETE FROM members_lifecycle WHERE member_id = ANY(%(members)s)


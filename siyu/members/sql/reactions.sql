-- name: see
-- First and last seen and number of facts, for the members of a batch.
INSERT INTO members_rollup (member_id, first_seen, last_seen, last_seen_day, facts)
SELECT * FROM unnest(%(members)s::bigint[], %(first)s::timestamptz[], %(last)s::timestamptz[], %(day)s::date[], %(facts)s::bigint[])
ON CONFLICT (member_id) DO UPDATE SET
    first_seen = least(members_rollup.first_seen, EXCLUDED.first_seen),
    last_seen = greatest(members_rollup.last_seen, EXCLUDED.last_seen),
    last_seen_day = greatest(members_rollup.last_seen_day, EXCLUDED.last_seen_day),
    facts = members_rollup.facts + EXCLUDED.facts

-- name: see_first
-- The same for members whom the batch brought.
COPY members_rollup (member_id, first_seen, last_seen, last_seen_day, facts) FROM STDIN (FORMAT binary)

-- name: keep_first_traits
-- Traits of handles that the batch brought.
COPY members_trait (identity_id, name, value, occurred_at, message) FROM STDIN (FORMAT binary)

-- name: keep_traits
-- The newest occurrence of each trait of a handle holds; of one instant, the greater message. Null is a value like any other, by which
-- the trait is absent: what is older and comes late does not bring it back.
INSERT INTO members_trait (identity_id, name, value, occurred_at, message)
SELECT * FROM unnest(%(identity)s::bigint[], %(name)s::text[], %(value)s::jsonb[], %(occurred_at)s::timestamptz[], %(message)s::uuid[])
ON CONFLICT (identity_id, name) DO UPDATE SET value = EXCLUDED.value, occurred_at = EXCLUDED.occurred_at, message = EXCLUDED.message
WHERE (members_trait.occurred_at, members_trait.message) < (EXCLUDED.occurred_at, EXCLUDED.message)

-- name: name_members
-- Members are called as the newest nickname of their handles says; who has no handle any more has no name. From the members on, step by
-- step (OFFSET 0): a planner that knows nothing of the tables yet reads all traits for each member.
UPDATE members_member m SET nickname = newest.nickname
FROM (
    WITH newest AS MATERIALIZED (
        SELECT w.id, coalesce((
            SELECT left(t.value #>> '{}', 100)
            FROM (SELECT i.id FROM members_identity i WHERE i.member_id = w.id OFFSET 0) AS own,
                 LATERAL (SELECT * FROM members_trait t WHERE t.identity_id = own.id AND t.name = 'nickname' OFFSET 0) AS t
            ORDER BY t.occurred_at DESC, t.message DESC LIMIT 1
        ), '') AS nickname
        FROM unnest(%(members)s::bigint[]) AS w (id)
    )
    SELECT id, nickname FROM newest
) AS newest
WHERE m.id = newest.id AND m.nickname <> newest.nickname

-- name: keep_consents
-- Each consent or withdrawal, as it was proven.
INSERT INTO members_consent (identity_id, purpose, channel, is_given, occurred_at, proof, message)
SELECT * FROM unnest(%(identity)s::bigint[], %(purpose)s::text[], %(channel)s::text[], %(is_given)s::bool[], %(occurred_at)s::timestamptz[],
                     %(proof)s::text[], %(message)s::uuid[])
ON CONFLICT (message) DO NOTHING

-- name: make_tags
-- Tags that facts name.
INSERT INTO members_tag (name, colour, created_by, created_at)
SELECT name, 'blue', 'siyu', %(now)s FROM unnest(%(names)s::text[]) AS name ON CONFLICT (name) DO NOTHING

-- name: put_tags
-- Tags on members, by whom they came.
INSERT INTO members_tagging (member_id, tag_id, by, at)
SELECT DISTINCT ON (p.member_id, t.id) p.member_id, t.id, %(by)s, p.at
FROM unnest(%(members)s::bigint[], %(names)s::text[], %(at)s::timestamptz[]) AS p (member_id, name, at) JOIN members_tag t USING (name)
ORDER BY p.member_id, t.id, p.at
ON CONFLICT (member_id, tag_id) DO NOTHING

-- name: lives
-- The clocks of members whom something moves, and of others whose time has come.
SELECT member_id, pool_joined_at, pool_channel, first_bought_at, last_bought_at, purchases, rungs, pool_stage, activity, rung, due_at
FROM members_lifecycle
WHERE member_id = ANY(%(members)s)
UNION
SELECT member_id, pool_joined_at, pool_channel, first_bought_at, last_bought_at, purchases, rungs, pool_stage, activity, rung, due_at
FROM (
    SELECT * FROM members_lifecycle l WHERE due_at <= %(until)s AND l.member_id <> ALL(ARRAY(SELECT member_id FROM facts_held WHERE room = 'members'))
    ORDER BY due_at, member_id LIMIT %(limit)s
) AS waiting

-- name: next_due
-- The earliest instant at which time alone moves a clock.
SELECT due_at FROM members_lifecycle l WHERE due_at IS NOT NULL AND l.member_id <> ALL(ARRAY(SELECT member_id FROM facts_held WHERE room = 'members'))
ORDER BY due_at LIMIT 1

-- name: keep_lives
-- The clocks as they stand now.
INSERT INTO members_lifecycle (member_id, pool_joined_at, pool_channel, first_bought_at, last_bought_at, purchases, rungs, pool_stage, activity, rung, due_at)
SELECT * FROM unnest(%(member_id)s::bigint[], %(pool_joined_at)s::timestamptz[], %(pool_channel)s::text[], %(first_bought_at)s::timestamptz[],
                     %(last_bought_at)s::timestamptz[], %(purchases)s::int[], %(rungs)s::int[], %(pool_stage)s::text[], %(activity)s::text[],
                     %(rung)s::text[], %(due_at)s::timestamptz[])
ON CONFLICT (member_id) DO UPDATE SET
    pool_joined_at = EXCLUDED.pool_joined_at, pool_channel = EXCLUDED.pool_channel, first_bought_at = EXCLUDED.first_bought_at,
    last_bought_at = EXCLUDED.last_bought_at, purchases = EXCLUDED.purchases, rungs = EXCLUDED.rungs, pool_stage = EXCLUDED.pool_stage,
    activity = EXCLUDED.activity, rung = EXCLUDED.rung, due_at = EXCLUDED.due_at

-- name: drop_lives
-- Merged members have no clocks of their own.
DELETE FROM members_lifecycle WHERE member_id = ANY(%(members)s)

-- name: absorb_rollups
-- A survivor has seen what the merged member saw.
INSERT INTO members_rollup (member_id, first_seen, last_seen, last_seen_day, facts)
SELECT p.survivor_id, min(r.first_seen), max(r.last_seen), max(r.last_seen_day), sum(r.facts)
FROM unnest(%(survivors)s::bigint[], %(losers)s::bigint[]) AS p (survivor_id, loser_id) JOIN members_rollup r ON r.member_id = p.loser_id
GROUP BY p.survivor_id
ON CONFLICT (member_id) DO UPDATE SET
    first_seen = least(members_rollup.first_seen, EXCLUDED.first_seen),
    last_seen = greatest(members_rollup.last_seen, EXCLUDED.last_seen),
    last_seen_day = greatest(members_rollup.last_seen_day, EXCLUDED.last_seen_day),
    facts = members_rollup.facts + EXCLUDED.facts

-- name: drop_rollups
-- Rows of merged members, or of those to be counted anew.
DELETE FROM members_rollup WHERE member_id = ANY(%(members)s)

-- name: recount_rollups
-- What the log says of the handles these members have now.
INSERT INTO members_rollup (member_id, first_seen, last_seen, last_seen_day, facts)
SELECT i.member_id, min(f.occurred_at), max(f.occurred_at), max(f.business_day), count(*)
FROM members_identity i JOIN facts_log f ON f.identity_id = i.id AND f.depth = 0
WHERE i.member_id = ANY(%(members)s)
GROUP BY i.member_id

-- name: carry_tags
-- Tags of a merged member show on the survivor, marked for an undo.
INSERT INTO members_tagging (member_id, tag_id, by, at, via_merge_id)
SELECT DISTINCT ON (p.survivor_id, t.tag_id) p.survivor_id, t.tag_id, t.by, t.at,
       (SELECT max(g.id) FROM members_merge_log g WHERE g.loser_id = p.loser_id AND g.undone_at IS NULL)
FROM unnest(%(survivors)s::bigint[], %(losers)s::bigint[]) AS p (survivor_id, loser_id) JOIN members_tagging t ON t.member_id = p.loser_id
ORDER BY p.survivor_id, t.tag_id, t.at
ON CONFLICT (member_id, tag_id) DO NOTHING

-- name: return_tags
-- Tags that only an undone merge had brought.
DELETE FROM members_tagging t USING members_merge_log g
WHERE t.via_merge_id = g.id AND g.undone_at IS NOT NULL AND t.member_id = ANY(%(members)s)

-- name: life_facts
-- What moved the clocks of these members, by their present handles.
SELECT i.member_id, f.name, f.occurred_at, f.properties ->> 'channel'
FROM members_identity i JOIN facts_log f ON f.identity_id = i.id
WHERE i.member_id = ANY(%(members)s) AND f.name = ANY(%(names)s)

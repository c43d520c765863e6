-- name: log_has_its_handles
-- Every fact's handle exists.
SELECT 'fact ' || f.id, 'its handle ' || f.identity_id || ' does not exist'
FROM facts_log f LEFT JOIN members_identity i ON i.id = f.identity_id
WHERE f.identity_id IS NOT NULL AND i.id IS NULL

-- name: handles_belong_to_the_living
-- The member to whom a handle belongs exists, and is not merged.
SELECT 'handle ' || i.id, 'belongs to member ' || i.member_id || coalesce(', who became ' || m.merged_into_id, ', who does not exist')
FROM members_identity i LEFT JOIN members_member m ON m.id = i.member_id WHERE m.id IS NULL OR m.merged_into_id IS NOT NULL

-- name: handles_come_with_a_member
-- The member that a handle came with exists.
SELECT 'handle ' || i.id, 'came with member ' || i.origin_id || ', who does not exist'
FROM members_identity i LEFT JOIN members_member m ON m.id = i.origin_id WHERE m.id IS NULL

-- name: people_are_identified_by_handles
-- Living members are identified when, and only when, a handle of theirs names a person; kinds whose policy was changed are not judged.
WITH judged AS (
    SELECT m.id, m.is_identified, bool_or(i.kind NOT IN ('anonymous_id', 'device_id', 'erased')) AS is_named
    FROM members_member m JOIN members_identity i ON i.member_id = m.id
    WHERE m.merged_into_id IS NULL
    GROUP BY m.id, m.is_identified
    HAVING NOT bool_or(EXISTS (SELECT 1 FROM merchant_settingvalue v WHERE v.name = 'members.identity_kinds' AND v.value ? i.kind))
)
SELECT 'member ' || id, CASE WHEN is_identified THEN 'is called identified without a handle that names a person'
                             ELSE 'has a handle that names a person and is not called identified' END
FROM judged WHERE is_identified <> is_named

-- name: members_are_called_as_they_say
-- A member's name is the newest nickname of its handles; without one it has none.
WITH newest AS MATERIALIZED (
    SELECT DISTINCT ON (i.member_id) i.member_id, left(t.value #>> '{}', 100) AS nickname
    FROM members_trait t JOIN members_identity i ON i.id = t.identity_id
    WHERE t.name = 'nickname'
    ORDER BY i.member_id, t.occurred_at DESC, t.message DESC
)
SELECT 'member ' || m.id, 'is not called as the newest nickname of its handles says'
FROM members_member m LEFT JOIN newest n ON n.member_id = m.id
WHERE m.nickname <> coalesce(n.nickname, '')

-- name: merges_are_logged
-- A merged member has a merge that holds, into its survivor.
SELECT 'member ' || m.id, 'became ' || m.merged_into_id || ' without a merge that says so'
FROM members_member m
WHERE m.merged_into_id IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM members_merge_log g WHERE g.loser_id = m.id AND g.survivor_id = m.merged_into_id AND g.undone_at IS NULL)

-- name: members_belong_to_what_exists
-- Assistant and store of a member exist.
SELECT 'member ' || m.id, CASE WHEN m.assistant_id IS NOT NULL AND a.id IS NULL THEN 'its assistant ' || m.assistant_id || ' does not exist'
                               ELSE 'its store ' || m.store_id || ' does not exist' END
FROM members_member m LEFT JOIN merchant_staff a ON a.id = m.assistant_id LEFT JOIN merchant_store s ON s.id = m.store_id
WHERE (m.assistant_id IS NOT NULL AND a.id IS NULL) OR (m.store_id IS NOT NULL AND s.id IS NULL)

-- name: merges_are_of_members
-- Both members of a merge exist.
SELECT 'merge ' || g.id, 'of members ' || g.loser_id || ' and ' || g.survivor_id || ', of whom one does not exist'
FROM members_merge_log g LEFT JOIN members_member l ON l.id = g.loser_id LEFT JOIN members_member s ON s.id = g.survivor_id
WHERE l.id IS NULL OR s.id IS NULL

-- name: merges_end
-- Following who became whom ends at a living member.
WITH RECURSIVE chain AS (
    SELECT id AS started, merged_into_id AS at, 1 AS steps FROM members_member WHERE merged_into_id IS NOT NULL
    UNION ALL
    SELECT c.started, m.merged_into_id, c.steps + 1 FROM chain c JOIN members_member m ON m.id = c.at
    WHERE m.merged_into_id IS NOT NULL AND c.steps < 100
)
SELECT 'member ' || started, 'its merges go in a circle' FROM chain WHERE steps >= 100

-- name: joined_links_join
-- The handles of a joined link belong to one member.
SELECT 'link ' || l.id, 'its handles belong to members ' || a.member_id || ' and ' || b.member_id
FROM members_link l JOIN members_identity a ON a.id = l.left_id JOIN members_identity b ON b.id = l.right_id
WHERE l.state = 'joined' AND a.member_id <> b.member_id

-- name: links_have_their_handles
-- Both handles of a link exist, the smaller number first.
SELECT 'link ' || l.id, 'a handle of it does not exist, or they stand in the wrong order'
FROM members_link l
WHERE l.left_id >= l.right_id
   OR NOT EXISTS (SELECT 1 FROM members_identity i WHERE i.id = l.left_id)
   OR NOT EXISTS (SELECT 1 FROM members_identity i WHERE i.id = l.right_id)

-- name: rollups_equal_log
-- First and last seen and number of facts are those of the log.
SELECT 'member ' || coalesce(r.member_id, l.member_id),
       'rolled up ' || coalesce(r.facts::text, 'nothing') || ', logged ' || coalesce(l.facts::text, 'nothing')
FROM members_rollup r FULL JOIN (
    SELECT i.member_id, min(f.occurred_at) AS first_seen, max(f.occurred_at) AS last_seen, count(*) AS facts
    FROM facts_log f JOIN members_identity i ON i.id = f.identity_id WHERE f.depth = 0 GROUP BY i.member_id
) l ON l.member_id = r.member_id
WHERE (r.facts, r.first_seen, r.last_seen) IS DISTINCT FROM (l.facts, l.first_seen, l.last_seen)

-- name: traits_have_their_handles
-- Every trait is said of a handle that exists.
SELECT 'trait ' || t.id, 'its handle ' || t.identity_id || ' does not exist'
FROM members_trait t LEFT JOIN members_identity i ON i.id = t.identity_id WHERE i.id IS NULL

-- name: consents_have_their_handles
-- Every consent was given by a handle that exists.
SELECT 'consent ' || c.id, 'its handle ' || c.identity_id || ' does not exist'
FROM members_consent c LEFT JOIN members_identity i ON i.id = c.identity_id WHERE i.id IS NULL

-- name: clocks_belong_to_the_living
-- Only living members have clocks.
SELECT 'member ' || l.member_id, 'has clocks and is merged, or does not exist'
FROM members_lifecycle l LEFT JOIN members_member m ON m.id = l.member_id WHERE m.id IS NULL OR m.merged_into_id IS NOT NULL

-- name: clocks_follow_facts
-- Entry into the pool and purchases of the clocks are those of the log.
SELECT 'member ' || coalesce(l.member_id, f.member_id), 'its clocks know other purchases or another entry than the log'
FROM members_lifecycle l FULL JOIN (
    SELECT i.member_id, min(f.occurred_at) FILTER (WHERE f.name = 'pool.joined') AS joined,
           count(*) FILTER (WHERE f.name = 'order.paid') AS purchases,
           min(f.occurred_at) FILTER (WHERE f.name = 'order.paid') AS first_bought,
           max(f.occurred_at) FILTER (WHERE f.name = 'order.paid') AS last_bought
    FROM facts_log f JOIN members_identity i ON i.id = f.identity_id WHERE f.name IN ('pool.joined', 'order.paid') GROUP BY i.member_id
) f ON f.member_id = l.member_id
WHERE (l.pool_joined_at, coalesce(l.purchases, 0), l.first_bought_at, l.last_bought_at)
      IS DISTINCT FROM (f.joined, coalesce(f.purchases, 0), f.first_bought, f.last_bought)

-- name: clocks_are_not_overdue
-- No clock should have moved before the pump's clock.
SELECT 'member ' || l.member_id, 'was due at ' || l.due_at || ', the clock shows ' || p.clock
FROM members_lifecycle l CROSS JOIN facts_pump p
WHERE l.due_at < p.clock AND NOT EXISTS (SELECT 1 FROM facts_inbox) AND p.stopped_at IS NULL

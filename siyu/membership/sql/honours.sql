-- name: badges
-- Badges in use.
SELECT id, code, name, definition::text, counter_id FROM membership_badge WHERE archived_at IS NULL ORDER BY id

-- name: awards
-- Levels of badges that these members have or had.
SELECT badge_id, level, owner_id, origin_id, by, revoked_at IS NOT NULL FROM membership_badgeaward
WHERE owner_id = ANY(%(members)s) AND badge_id = ANY(%(badges)s)

-- name: award
-- Levels awarded; a revoked one is awarded again.
INSERT INTO membership_badgeaward AS a (badge_id, level, origin_id, owner_id, awarded_at, by, because, revoked_because)
SELECT told.*, %(because)s, '' FROM unnest(%(badges)s::bigint[], %(levels)s::int[], %(origins)s::bigint[], %(owners)s::bigint[],
                                          %(ats)s::timestamptz[], %(makers)s::text[])
    AS told (badge_id, level, origin_id, owner_id, awarded_at, by)
ON CONFLICT (badge_id, level, origin_id) DO UPDATE
SET awarded_at = excluded.awarded_at, by = excluded.by, because = excluded.because, revoked_at = NULL, revoked_because = ''
WHERE a.revoked_at IS NOT NULL

-- name: bring_in
-- Badges that members had in another system, at their first level; one that is had, or was taken back, stays. Returns those that are new.
INSERT INTO membership_badgeaward (badge_id, level, origin_id, owner_id, awarded_at, by, because, revoked_because)
SELECT badge, 1, origin, owner, at, 'import', because, ''
FROM unnest(%(badges)s::bigint[], %(origins)s::bigint[], %(owners)s::bigint[], %(ats)s::timestamptz[], %(because)s::text[])
    AS told (badge, origin, owner, at, because)
ON CONFLICT (badge_id, level, origin_id) DO NOTHING
RETURNING because

-- name: revoke
-- Levels taken back, of these members, from this level on.
UPDATE membership_badgeaward SET revoked_at = %(now)s, revoked_because = %(because)s
WHERE badge_id = %(badge)s AND owner_id = %(member)s AND level >= %(level)s AND revoked_at IS NULL AND (by = %(maker)s OR %(maker)s = '')

-- name: facts_of
-- How often these members' handles did what these counters count.
SELECT i.member_id, c.counter_id, sum(c.times)::bigint
FROM members_identity i JOIN facts_counter_day c ON c.identity_id = i.id AND c.counter_id = ANY(%(counters)s)
WHERE i.member_id = ANY(%(members)s) GROUP BY i.member_id, c.counter_id

-- name: orders_of
-- Orders of members of which something was kept.
SELECT i.member_id, count(*)::bigint FROM members_identity i JOIN orders_order o ON o.identity_id = i.id
WHERE i.member_id = ANY(%(members)s) AND o.paid_at IS NOT NULL AND o.closed_at IS NULL
  AND (o.refunded_minor = 0 OR o.refunded_minor < o.amount_minor)
GROUP BY i.member_id

-- name: spend_of
-- What members spent and did not get back.
SELECT member_id, revenue_minor - refunded_minor FROM orders_statistics WHERE member_id = ANY(%(members)s)

-- name: tiers_of
-- The rank of the tier that members hold, by the version they were judged by.
SELECT s.member_id, t.rank FROM loyalty_standing s
JOIN loyalty_tier t ON t.track = s.track AND t.code = s.tier AND t.version = s.version
WHERE s.track = 'growth' AND s.member_id = ANY(%(members)s)

-- name: anniversaries
-- What these members' anniversaries are counted from.
SELECT member_id, kind, since, settled_day FROM membership_anniversary WHERE member_id = ANY(%(members)s)

-- name: keep_anniversaries
-- Since when, and when next; what was told stays told.
INSERT INTO membership_anniversary AS a (member_id, kind, since, settled_day, due_at)
SELECT * FROM unnest(%(members)s::bigint[], %(kinds)s::text[], %(sinces)s::date[], %(settled)s::date[], %(dues)s::timestamptz[])
ON CONFLICT (member_id, kind) DO UPDATE SET since = excluded.since, settled_day = excluded.settled_day, due_at = excluded.due_at

-- name: drop_anniversaries
-- Anniversaries of members who were merged, or erased.
DELETE FROM membership_anniversary WHERE member_id = ANY(%(members)s)

-- name: beginnings
-- When members joined the pool and first bought, as their clocks say.
SELECT member_id, pool_joined_at, first_bought_at FROM members_lifecycle WHERE member_id = ANY(%(members)s)

-- name: anniversaries_due
-- Anniversaries up to an instant, oldest first.
SELECT member_id, kind, since, due_at FROM membership_anniversary a
WHERE due_at <= %(until)s AND a.member_id <> ALL(ARRAY(SELECT member_id FROM facts_held WHERE room = 'membership.anniversaries'))
ORDER BY due_at, member_id, kind LIMIT %(limit)s

-- name: next_anniversary
-- When the next anniversary is.
SELECT (
    SELECT due_at FROM membership_anniversary a
    WHERE a.member_id <> ALL(ARRAY(SELECT member_id FROM facts_held WHERE room = 'membership.anniversaries'))
    ORDER BY due_at LIMIT 1
)

-- name: rituals
-- What is done on each occasion.
SELECT occasion, title, words, rewards::text, days FROM membership_ritual WHERE is_on

-- name: add_cards
-- Cards for members; a repetition adds none.
INSERT INTO membership_card (origin_id, owner_id, occasion, title, words, at, until_at, key)
SELECT * FROM unnest(%(origins)s::bigint[], %(owners)s::bigint[], %(occasions)s::text[], %(titles)s::text[], %(words)s::text[],
                     %(ats)s::timestamptz[], %(untils)s::timestamptz[], %(keys)s::uuid[])
ON CONFLICT (key) DO NOTHING

-- name: cards_of
-- The cards that a member should see now, newest first.
SELECT id, occasion, title, words, at, until_at, seen_at FROM membership_card
WHERE owner_id = %(member)s AND at <= %(now)s AND until_at > %(now)s ORDER BY at DESC, id DESC LIMIT 20

-- name: badges_of
-- The badges that a member has, each with its highest level.
SELECT DISTINCT ON (b.sort, b.id) b.code, b.name, b.description, b.icon, b.colour, b.definition::text, a.level, a.awarded_at, a.by
FROM membership_badgeaward a JOIN membership_badge b ON b.id = a.badge_id
WHERE a.owner_id = %(member)s AND a.revoked_at IS NULL ORDER BY b.sort, b.id, a.level DESC

-- name: badge_figures
-- How many members have each level of each badge.
SELECT a.badge_id, a.level, count(DISTINCT a.owner_id)
FROM membership_badgeaward a JOIN members_member m ON m.id = a.owner_id
WHERE a.revoked_at IS NULL
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
GROUP BY a.badge_id, a.level

-- name: latest_awards
-- Who got a badge last.
SELECT a.id, m.public_id, m.nickname, a.level, a.awarded_at, a.by, a.because, a.revoked_at, a.revoked_because
FROM membership_badgeaward a JOIN members_member m ON m.id = a.owner_id
WHERE a.badge_id = %(badge)s
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
ORDER BY a.awarded_at DESC, a.id DESC LIMIT %(limit)s

-- name: people
-- People (identified, unmerged, with a handle) by number, behind a number.
SELECT m.id FROM members_member m
WHERE m.id > %(after)s AND m.is_identified AND m.merged_into_id IS NULL
  AND EXISTS (SELECT 1 FROM members_identity i WHERE i.member_id = m.id AND length(i.value) > 0)
ORDER BY m.id LIMIT %(limit)s

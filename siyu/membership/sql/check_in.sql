-- name: versions
-- Every version of the check-in, the newest first.
SELECT version, from_day, definition::text FROM membership_checkinversion ORDER BY version DESC

-- name: days
-- The days that the handles of these members attended, with the member each handle came with.
SELECT i.origin_id, i.member_id, array_agg(c.day)
FROM members_identity i JOIN membership_checkin c ON c.identity_id = i.id
WHERE i.member_id = ANY(%(members)s) GROUP BY i.origin_id, i.member_id

-- name: gifts
-- The ladder steps that these members were given.
SELECT origin_id, owner_id, day, streak FROM membership_laddergift WHERE owner_id = ANY(%(members)s)

-- name: add_days
-- Days that handles attended; a repetition adds none.
INSERT INTO membership_checkin (identity_id, day, at, is_made_up)
SELECT DISTINCT ON (told.identity_id, told.day) told.identity_id, told.day, told.at, told.is_made_up
FROM unnest(%(identities)s::bigint[], %(days)s::date[], %(ats)s::timestamptz[], %(made_up)s::bool[])
    WITH ORDINALITY AS told (identity_id, day, at, is_made_up, place)
ORDER BY told.identity_id, told.day, told.place
ON CONFLICT (identity_id, day) DO NOTHING

-- name: add_gifts
-- Ladder steps that were given; a repetition adds none.
INSERT INTO membership_laddergift (origin_id, owner_id, day, streak, version, given_at)
SELECT * FROM unnest(%(origins)s::bigint[], %(owners)s::bigint[], %(days)s::date[], %(streaks)s::int[], %(versions)s::int[], %(ats)s::timestamptz[])
ON CONFLICT (origin_id, day, streak) DO NOTHING

-- name: made_up_in
-- How many days of a span a member has made up.
SELECT count(DISTINCT c.day) FROM members_identity i JOIN membership_checkin c ON c.identity_id = i.id
WHERE i.member_id = %(member)s AND c.is_made_up AND c.day BETWEEN %(first)s AND %(last)s

-- name: calendar
-- The days of a member in a span, and whether each was made up.
SELECT c.day, bool_and(c.is_made_up) FROM members_identity i JOIN membership_checkin c ON c.identity_id = i.id
WHERE i.member_id = %(member)s AND c.day BETWEEN %(first)s AND %(last)s GROUP BY c.day ORDER BY c.day

-- name: figures
-- Members who checked in on each day of a span, how many of them made it up, and how many did so for the first time.
WITH attended AS (
    SELECT c.day, i.member_id, bool_and(c.is_made_up) AS is_made_up
    FROM membership_checkin c JOIN members_identity i ON i.id = c.identity_id JOIN members_member m ON m.id = i.member_id
    WHERE c.day BETWEEN %(first)s AND %(last)s
      AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
      AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
    GROUP BY c.day, i.member_id
)
SELECT a.day, count(*), count(*) FILTER (WHERE a.is_made_up),
       count(*) FILTER (WHERE NOT EXISTS (
           SELECT 1 FROM members_identity i JOIN membership_checkin e ON e.identity_id = i.id
           WHERE i.member_id = a.member_id AND e.day < a.day))
FROM attended a GROUP BY a.day ORDER BY a.day

-- name: gifts_given
-- Ladder steps given in a span, by the length of the run.
SELECT g.streak, count(*) FROM membership_laddergift g JOIN members_member m ON m.id = g.owner_id
WHERE g.day BETWEEN %(first)s AND %(last)s
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
GROUP BY g.streak ORDER BY g.streak LIMIT 400

-- name: last_day
-- The newest day on which a member checked in.
SELECT max(c.day) FROM members_identity i JOIN membership_checkin c ON c.identity_id = i.id WHERE i.member_id = %(member)s

-- name: has_unit
-- Whether a unit of value was defined.
SELECT EXISTS (SELECT 1 FROM loyalty_unit WHERE code = %(unit)s)

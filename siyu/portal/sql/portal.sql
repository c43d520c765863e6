-- name: session
-- A session that holds, and whose it is now; a newcomer's handle may not have reached anybody yet.
SELECT s.id, s.handle, s.seen_at, m.id, m.public_id, m.nickname, m.created_at, m.store_id, m.assistant_id, m.is_identified
FROM portal_session s
LEFT JOIN members_identity i ON i.hash = s.handle
LEFT JOIN members_member m ON m.id = i.member_id
WHERE s.key_hash = %(key_hash)s AND s.ended_at IS NULL AND s.expires_at > %(now)s

-- name: sessions
-- The browsers in which a member is signed in, last used first.
SELECT s.id, s.way, s.device, s.opened_at, s.seen_at
FROM members_identity i JOIN portal_session s ON s.handle = i.hash
WHERE i.member_id = %(member)s AND s.ended_at IS NULL AND s.expires_at > %(now)s
ORDER BY s.seen_at DESC, s.id DESC LIMIT %(limit)s

-- name: end_sessions
-- Some (or all) sessions of a member end; the one to be kept stays.
UPDATE portal_session s SET ended_at = %(now)s
FROM members_identity i
WHERE i.hash = s.handle AND i.member_id = %(member)s AND s.ended_at IS NULL
  AND (%(id)s::bigint IS NULL OR s.id = %(id)s) AND s.id IS DISTINCT FROM %(but)s

-- name: guess
-- One more guess at a code that still holds; no row when none is left.
UPDATE portal_code SET attempts = attempts + 1
WHERE challenge = %(challenge)s AND used_at IS NULL AND expires_at > %(now)s AND attempts < %(most)s
RETURNING code_hash

-- name: use_code
-- The right guess uses the code up; of two at once, one.
UPDATE portal_code SET used_at = %(now)s, shown = '' WHERE challenge = %(challenge)s AND used_at IS NULL
RETURNING kind, value, handle

-- name: join_by_code
-- A newcomer's proof is used up by joining.
UPDATE portal_code SET joined_at = %(now)s
WHERE challenge = %(challenge)s AND used_at > %(since)s AND joined_at IS NULL
RETURNING kind, value, handle

-- name: use_link
-- A link is used up by the first who comes.
UPDATE portal_link SET used_at = %(now)s
WHERE nonce = %(nonce)s AND used_at IS NULL AND expires_at > %(now)s
RETURNING handle, target

-- name: farewell
-- The open wish of a member to be forgotten.
SELECT f.id, f.asked_at, f.due_at
FROM members_identity i JOIN portal_farewell f ON f.handle = i.hash
WHERE i.member_id = %(member)s AND f.withdrawn_at IS NULL AND f.done_at IS NULL
ORDER BY f.id LIMIT 1

-- name: withdraw_farewells
-- A member stays.
UPDATE portal_farewell f SET withdrawn_at = %(now)s
FROM members_identity i
WHERE i.hash = f.handle AND i.member_id = %(member)s AND f.withdrawn_at IS NULL AND f.done_at IS NULL AND f.due_at > %(now)s

-- name: farewells_due
-- Wishes whose cooling-off has ended, oldest first, with whom they mean now.
SELECT f.id, i.member_id, f.asked_at
FROM portal_farewell f LEFT JOIN members_identity i ON i.hash = f.handle
WHERE f.due_at <= %(now)s AND f.withdrawn_at IS NULL AND f.done_at IS NULL
ORDER BY f.due_at, f.id LIMIT %(limit)s

-- name: copies
-- The copies that a member asked for, newest first.
SELECT c.key, c.state, c.asked_at, c.ready_at, c.expires_at, c.bytes
FROM members_identity i JOIN portal_copy c ON c.handle = i.hash
WHERE i.member_id = %(member)s AND (c.expires_at IS NULL OR c.expires_at > %(now)s)
ORDER BY c.asked_at DESC, c.id DESC LIMIT %(limit)s

-- name: copy_owner
-- Whose a copy is.
SELECT i.member_id FROM portal_copy c JOIN members_identity i ON i.hash = c.handle WHERE c.key = %(key)s

-- name: birthday_changed
-- When a member last set a birthday here.
SELECT max(b.at) FROM members_identity i JOIN portal_birthdaychange b ON b.handle = i.hash WHERE i.member_id = %(member)s

-- name: history
-- What a member did here: sessions, links, wishes, birthdays set; never what opens a door.
SELECT 'session' AS what, s.way || ' ' || s.device AS detail, s.opened_at AS at
FROM members_identity i JOIN portal_session s ON s.handle = i.hash WHERE i.member_id = %(member)s
UNION ALL
SELECT 'link', l.purpose, l.made_at FROM members_identity i JOIN portal_link l ON l.handle = i.hash WHERE i.member_id = %(member)s
UNION ALL
SELECT 'copy', c.state, c.asked_at FROM members_identity i JOIN portal_copy c ON c.handle = i.hash WHERE i.member_id = %(member)s
UNION ALL
SELECT 'farewell', CASE WHEN f.withdrawn_at IS NULL THEN 'open' ELSE 'withdrawn' END, f.asked_at
FROM members_identity i JOIN portal_farewell f ON f.handle = i.hash WHERE i.member_id = %(member)s
UNION ALL
SELECT 'birthday', '', b.at FROM members_identity i JOIN portal_birthdaychange b ON b.handle = i.hash WHERE i.member_id = %(member)s
ORDER BY at LIMIT %(limit)s

-- name: drop_sessions
-- Where a member was signed in.
DELETE FROM portal_session s USING members_identity i WHERE i.hash = s.handle AND i.member_id = %(member)s

-- name: drop_codes
-- Codes sent to a member; their values are phones and addresses.
DELETE FROM portal_code c USING members_identity i WHERE i.hash = c.handle AND i.member_id = %(member)s

-- name: drop_links
-- Links that would sign a member in.
DELETE FROM portal_link l USING members_identity i WHERE i.hash = l.handle AND i.member_id = %(member)s

-- name: drop_birthdays
-- When a member set a birthday.
DELETE FROM portal_birthdaychange b USING members_identity i WHERE i.hash = b.handle AND i.member_id = %(member)s

-- name: drop_copies
-- The copies of a member; the files are removed by the caller.
DELETE FROM portal_copy c USING members_identity i WHERE i.hash = c.handle AND i.member_id = %(member)s RETURNING c.key

-- name: end_farewells
-- The wish is fulfilled; what stays is that somebody asked, and when.
UPDATE portal_farewell f
SET done_at = CASE WHEN f.withdrawn_at IS NULL THEN coalesce(f.done_at, f.due_at) END,
    handle = md5('erased farewell ' || f.id)::uuid
FROM members_identity i WHERE i.hash = f.handle AND i.member_id = %(member)s

-- name: lock_birthday
-- Two changes of one member's birthday wait for each other.
SELECT pg_advisory_xact_lock(718010, hashtext(%(handle)s))

-- name: lock_copy
-- Two wishes of one handle wait for each other.
SELECT pg_advisory_xact_lock(718011, hashtext(%(handle)s))

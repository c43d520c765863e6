-- name: letters
-- Messages of a member, newest first, behind a place.
SELECT touch_id, at, read_at, words FROM touches_inboxmessage
WHERE member_id = %(member)s AND (%(key)s::timestamptz IS NULL OR (at, touch_id) < (%(key)s, %(touch)s::uuid))
ORDER BY at DESC, touch_id DESC LIMIT %(limit)s

-- name: letters_newer
-- The same before a place, the nearest first.
SELECT touch_id, at, read_at, words FROM touches_inboxmessage
WHERE member_id = %(member)s AND (%(key)s::timestamptz IS NULL OR (at, touch_id) > (%(key)s, %(touch)s::uuid))
ORDER BY at, touch_id LIMIT %(limit)s

-- name: letter
-- One message of a member.
SELECT touch_id, at, read_at, words FROM touches_inboxmessage WHERE member_id = %(member)s AND touch_id = %(touch)s

-- name: unread
-- How many of a member's newest messages were not opened.
SELECT count(*) FROM (SELECT read_at FROM touches_inboxmessage WHERE member_id = %(member)s ORDER BY at DESC LIMIT 100) AS newest WHERE read_at IS NULL

-- name: read
-- The member opened a message for the first time.
UPDATE touches_inboxmessage SET read_at = %(now)s WHERE member_id = %(member)s AND touch_id = %(touch)s AND read_at IS NULL RETURNING touch_id

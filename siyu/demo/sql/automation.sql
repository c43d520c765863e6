-- name: is_begun
-- Whether the merchant of the demo has begun to automate, and has announced something.
SELECT EXISTS (SELECT 1 FROM journeys_journey), EXISTS (SELECT 1 FROM touches_send)

-- name: unread
-- Messages that one in three members has opened by now.
SELECT member_id, touch_id FROM touches_inboxmessage WHERE read_at IS NULL AND at <= %(before)s AND member_id %% 3 = 0 ORDER BY at, touch_id LIMIT %(limit)s

-- name: is_begun
-- Whether the merchant of the demo has begun to automate, and has announced something.
SELECT EXISTS (SELECT 1 FROM journeys_journey), EXISTS (SELECT 1 FROM touches_send)

-- name: unread
-- Messages that one in three members has opened by now.
SELECT member_id, touch_id FROM touches_inboxmessage WHERE read_at IS NULL AND at <= %(before)s AND member_id %% 3 = 0 ORDER BY at, touch_id LIMIT %(limit)s

-- name: open_tasks
-- Tasks of standing orders that wait for assistants, each with a chance of ten that its member decides.
SELECT t.assistant_id, t.touch_id, t.member_id %% 10 FROM touches_stafftask t WHERE t.state = 'open' AND t.kind = 'sop' ORDER BY t.touch_id LIMIT %(limit)s

-- name: fresh_links
-- Links in tasks that were done, which every other member follows, once.
SELECT l.token FROM touches_link l JOIN touches_stafftask t USING (touch_id)
WHERE t.state = 'done' AND l.clicks = 0 AND t.member_id %% 2 = 1 ORDER BY l.token LIMIT %(limit)s

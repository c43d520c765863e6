-- name: touches_of
-- What was wanted for a member and what became of it.
SELECT t.medium, t.purpose, e.name, t.status, t.why, t.sent_at, t.delivered_at, t.opened_at, t.clicked_at
FROM touches_touch t JOIN touches_template e ON e.id = t.template_id WHERE t.member_id = %(member)s ORDER BY t.created_at LIMIT 10000

-- name: forget_words
-- Messages of the member centre.
DELETE FROM touches_inboxmessage WHERE member_id = %(member)s

-- name: forget_links
-- Addresses that a member's touches led to.
DELETE FROM touches_link l USING touches_touch t WHERE t.id = l.touch_id AND t.member_id = %(member)s

-- name: forget_addresses
-- What providers said of a member's addresses.
DELETE FROM touches_badaddress b USING members_identity i WHERE i.id = b.identity_id AND i.member_id = %(member)s

-- name: stop_touches
-- What waits is not sent, and what the sender added is forgotten.
UPDATE touches_touch
SET values = '{}', status = CASE WHEN status IN ('reserved', 'asked') THEN 'refused' ELSE status END,
    why = CASE WHEN status IN ('reserved', 'asked') THEN 'member.gone' ELSE why END, receipt = ''
WHERE member_id = %(member)s

-- name: tasks_of
-- What staff were to do for a member and did, with their notes.
SELECT k.kind, k.due_at, k.state, k.result, k.closed_at, k.words, k.note
FROM touches_stafftask k WHERE k.member_id = %(member)s ORDER BY k.opened_at LIMIT 10000

-- name: forget_tasks
-- What was to be said and what staff noted is forgotten; what is open closes.
UPDATE touches_stafftask
SET words = '', note = '', state = CASE WHEN state = 'open' THEN 'closed' ELSE state END,
    result = CASE WHEN state = 'open' THEN 'member.gone' ELSE result END, closed_at = coalesce(closed_at, %(now)s)
WHERE member_id = %(member)s

-- name: forget_stands
-- Standing orders go on without the member.
UPDATE touches_sopstand SET state = 'exited' WHERE member_id = %(member)s AND state = 'waiting'

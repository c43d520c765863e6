-- name: count_in
-- Every member of the audience now, in the arm that the sticky bucket gives: what the report adds up to.
INSERT INTO touches_head (send_id, arm, member_id)
SELECT %(send)s, width_bucket(('x' || left(md5(%(salt)s || ':' || member_id), 8))::bit(32)::bigint %% 10000, %(edges)s::bigint[]), member_id
FROM audiences_membership WHERE audience_id = %(audience)s

-- name: heads
-- The next heads of an arm.
SELECT member_id FROM touches_head WHERE send_id = %(send)s AND arm = %(arm)s AND member_id > %(after)s ORDER BY member_id LIMIT %(limit)s

-- name: lines
-- Every head in exactly one line: what became of it, and why.
SELECT h.arm, CASE
        WHEN t.id IS NULL THEN 'unasked'
        WHEN t.status = 'refused' AND t.why LIKE 'staff.%%' THEN 'staff'
        WHEN t.status IN ('reserved', 'sending') THEN 'waiting'
        WHEN t.status <> 'sent' THEN t.status
        WHEN t.clicked_at IS NOT NULL THEN 'clicked'
        WHEN t.opened_at IS NOT NULL THEN 'opened'
        WHEN t.delivered_at IS NOT NULL THEN 'delivered'
        ELSE 'sent' END AS line,
    CASE WHEN t.status IN ('refused', 'control', 'failed') THEN t.why ELSE '' END AS because, count(*)
FROM touches_head h LEFT JOIN touches_touch t ON t.key = 'send:' || h.send_id || ':' || h.member_id
WHERE h.send_id = %(send)s GROUP BY 1, 2, 3

-- name: bought
-- Of whom the gate let through and of the control group: heads, and those who bought within the window from the wish on.
WITH wished AS MATERIALIZED (
    SELECT h.arm, t.status = 'control' AS is_control, t.member_id, t.wanted_at
    FROM touches_head h JOIN touches_touch t ON t.key = 'send:' || h.send_id || ':' || h.member_id
    WHERE h.send_id = %(send)s AND (t.why = 'control.send' OR t.at IS NOT NULL)
), buyers AS MATERIALIZED (
    SELECT DISTINCT w.member_id FROM wished w JOIN members_identity i ON i.member_id = w.member_id JOIN orders_order o ON o.identity_id = i.id
    WHERE o.paid_at >= w.wanted_at AND o.paid_at < w.wanted_at + make_interval(hours => 24 * %(days)s)
)
SELECT w.arm, w.is_control, count(*), count(b.member_id) FROM wished w LEFT JOIN buyers b ON b.member_id = w.member_id GROUP BY 1, 2

-- name: staff
-- By assistant: tasks of a send, and what became of them.
SELECT k.assistant_id, count(*), count(*) FILTER (WHERE k.state = 'done'), count(*) FILTER (WHERE k.state = 'skipped'),
    count(*) FILTER (WHERE k.state = 'expired'), count(*) FILTER (WHERE k.state = 'closed'), count(*) FILTER (WHERE k.state = 'open'), 0
FROM touches_stafftask k JOIN touches_touch t ON t.id = k.touch_id WHERE t.source = %(source)s GROUP BY 1 ORDER BY 1 LIMIT 2000

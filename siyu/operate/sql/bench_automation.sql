-- name: copy_inbox
-- Bodies as the receivers append them.
COPY facts_inbox (received_at, source_id, form, messages, done, payload) FROM STDIN

-- name: probed
-- Probes that entered their journey.
SELECT e.properties ->> 'probe' FROM journeys_enrolment e JOIN journeys_journey j ON j.id = e.journey_id WHERE j.code = 'probe'

-- name: withdraw
-- What waits in the outbox is never sent: a worker that looks for nothing is to be seen.
UPDATE touches_touch SET status = 'refused' WHERE status = 'reserved'

-- name: waiting
-- Whether messages wait, or touches are being sent.
SELECT EXISTS (SELECT 1 FROM facts_inbox) OR EXISTS (SELECT 1 FROM touches_touch WHERE status = 'sending')

-- name: seed_facts
-- So many facts of each member over sixty days: a twentieth of them orders.
INSERT INTO facts_log (id, occurred_at, received_at, business_day, name, source_id, identity_id, message, properties, depth)
SELECT nextval('facts_id'), t.at, t.at, (t.at AT TIME ZONE 'Asia/Shanghai')::date,
       CASE WHEN (t.member + t.number) %% 20 = 0 THEN 'order.paid' ELSE 'page.viewed' END,
       t.source_id, t.identity_id, gen_random_uuid(), '{"path": "/tea"}', 0
FROM (
    SELECT i.member_id AS member, i.id AS identity_id, m.source_id, n.number,
           %(at)s::timestamptz - make_interval(hours => ((n.number * 7 + i.member_id) %% 60 * 24 + i.member_id %% 20)::int) AS at
    FROM members_identity i JOIN members_member m ON m.id = i.member_id, generate_series(1, %(each)s) AS n (number)
    WHERE i.member_id BETWEEN %(first)s AND %(last)s
) AS t

-- name: seed_rollups
-- When each member was seen first and last.
INSERT INTO members_rollup (member_id, facts, first_seen, last_seen, last_seen_day)
SELECT n, 0, %(at)s::timestamptz - interval '60 days', %(at)s::timestamptz,
       (%(at)s::timestamptz AT TIME ZONE 'Asia/Shanghai')::date FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
ON CONFLICT DO NOTHING

-- name: expected
-- How many the log says are in: three views and no order within thirty business days.
SELECT count(*) FROM (
    SELECT i.member_id
    FROM members_identity i JOIN facts_log l ON l.identity_id = i.id
    WHERE i.member_id BETWEEN %(first)s AND %(last)s AND l.business_day > (%(at)s::timestamptz AT TIME ZONE 'Asia/Shanghai')::date - 30
    GROUP BY i.member_id
    HAVING count(*) FILTER (WHERE l.name = 'page.viewed') >= 3 AND count(*) FILTER (WHERE l.name = 'order.paid') = 0
) AS inside

-- name: moves
-- People of a scope by their group of value at the end of the eve and at the end of the last day, with the net revenue between.
-- A group of '' at the eve: not known yet. `recency_was` and `recency_is` are the borders as of these days.
WITH person AS MATERIALIZED (
    SELECT m.id, (least(m.created_at, r.first_seen) AT TIME ZONE %(zone)s)::date AS known_on
    FROM members_member m LEFT JOIN members_rollup r ON r.member_id = m.id
    WHERE m.is_identified AND m.merged_into_id IS NULL AND (least(m.created_at, r.first_seen) AT TIME ZONE %(zone)s)::date <= %(last)s
      AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s::bigint[]))
      AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s::bigint)
), paid AS (
    SELECT i.member_id, max(o.paid_day) FILTER (WHERE o.paid_day <= %(eve)s) AS day_was, max(o.paid_day) AS day_is,
           coalesce(sum(o.amount_minor) FILTER (WHERE o.paid_day <= %(eve)s), 0) AS amount_was, sum(o.amount_minor) AS amount_is
    FROM orders_order o JOIN members_identity i ON i.id = o.identity_id
    WHERE o.paid_at IS NOT NULL AND o.paid_day <= %(last)s GROUP BY i.member_id
), refunded AS (
    SELECT i.member_id, coalesce(sum(r.amount_minor) FILTER (WHERE r.business_day <= %(eve)s), 0) AS amount_was,
           sum(r.amount_minor) AS amount_is
    FROM orders_refund r LEFT JOIN orders_order o ON o.id = r.order_id JOIN members_identity i ON i.id = coalesce(o.identity_id, r.identity_id)
    WHERE r.business_day <= %(last)s GROUP BY i.member_id
), interest AS (
    SELECT i.member_id, bool_or(d.business_day <= %(eve)s AND d.business_day > %(eve)s::date - %(days)s::int) AS was,
           bool_or(d.business_day > %(last)s::date - %(days)s::int) AS stands
    FROM facts_counter c JOIN facts_counter_day d ON d.counter_id = c.id JOIN members_identity i ON i.id = d.identity_id
    WHERE c.name = ANY(%(interest)s::text[]) AND c.filter = '{}' AND d.business_day > %(eve)s::date - %(days)s::int AND d.business_day <= %(last)s
    GROUP BY i.member_id
), summed AS (
    SELECT p.id, p.known_on, b.day_was, b.day_is, t.was, t.stands,
           coalesce(b.amount_was, 0) - coalesce(r.amount_was, 0) AS net_was, coalesce(b.amount_is, 0) - coalesce(r.amount_is, 0) AS net_is
    FROM person p LEFT JOIN paid b ON b.member_id = p.id LEFT JOIN refunded r ON r.member_id = p.id LEFT JOIN interest t ON t.member_id = p.id
), placed AS (
    SELECT CASE WHEN known_on > %(eve)s THEN ''
                WHEN day_was IS NULL THEN CASE WHEN was THEN %(interested)s ELSE %(onlooker)s END
                ELSE (%(cells)s::text[])[1 + 5 * width_bucket(day_was - 1, %(recency_was)s::date[]) + width_bucket(net_was - 1, %(money_was)s::bigint[])]
           END AS was,
           CASE WHEN day_is IS NULL THEN CASE WHEN stands THEN %(interested)s ELSE %(onlooker)s END
                ELSE (%(cells)s::text[])[1 + 5 * width_bucket(day_is - 1, %(recency_is)s::date[]) + width_bucket(net_is - 1, %(money_is)s::bigint[])]
           END AS stands,
           net_is - net_was AS net
    FROM summed
)
SELECT was, stands, count(*), sum(net)::bigint FROM placed GROUP BY was, stands ORDER BY was, stands

-- name: snapshots
-- Borders by the day on which they were taken, the newest first.
SELECT day, recency::text, monetary::text FROM audiences_snapshot ORDER BY day DESC, id DESC LIMIT 400

-- name: is_interest_counted
-- Whether all facts that show an interest are counted.
SELECT count(DISTINCT name) = cardinality(%(interest)s::text[]) FROM facts_counter WHERE name = ANY(%(interest)s::text[]) AND filter = '{}'

-- name: group_audiences
-- The living audiences that were made of groups, by group.
SELECT split_part(key, ':', 2), id FROM audiences_audience WHERE key LIKE 'value:%%' AND archived_at IS NULL ORDER BY id

-- name: made_of_group
-- How many audiences were made of a group, archived ones too.
SELECT count(*) FROM audiences_audience WHERE key LIKE 'value:' || %(group)s || ':%%'

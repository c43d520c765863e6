-- name: audiences
-- Audiences with how many members of a scope are in them now, newest first.
SELECT a.id, a.name, a.description, a.version, a.next_version, a.tag, a.fault, a.computed_at, a.created_by, a.created_at, a.archived_at,
       CASE WHEN %(is_whole)s THEN a.size ELSE (
           SELECT count(*) FROM audiences_membership s JOIN members_member m ON m.id = s.member_id
           WHERE s.audience_id = a.id AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s::bigint[]))
             AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s::bigint)) END
FROM audiences_audience a
WHERE (%(archived)s::bool IS NULL OR (a.archived_at IS NOT NULL) = %(archived)s::bool) AND (%(id)s::bigint IS NULL OR a.id = %(id)s::bigint)
ORDER BY a.id DESC LIMIT %(limit)s

-- name: trend
-- How many were in at the end of each business day on which somebody came or went, and who came and went.
SELECT business_day, size, entered, went FROM audiences_daily
WHERE audience_id = %(audience)s AND business_day >= %(since)s ORDER BY business_day LIMIT 1000

-- name: sparks
-- The last sizes of audiences, newest first.
SELECT d.audience_id, array_agg(d.size ORDER BY d.business_day)
FROM audiences_daily d WHERE d.audience_id = ANY(%(audiences)s::bigint[]) AND d.business_day >= %(since)s
GROUP BY d.audience_id

-- name: members
-- Members of an audience in a scope, by number.
SELECT m.id, m.public_id, m.nickname, s.since, m.store_id, m.assistant_id
FROM audiences_membership s JOIN members_member m ON m.id = s.member_id
WHERE s.audience_id = %(audience)s AND s.member_id > %(after)s
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s::bigint[]))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s::bigint)
ORDER BY s.member_id LIMIT %(limit)s

-- name: members_before
-- The same, read upwards.
SELECT m.id, m.public_id, m.nickname, s.since, m.store_id, m.assistant_id
FROM audiences_membership s JOIN members_member m ON m.id = s.member_id
WHERE s.audience_id = %(audience)s AND s.member_id < %(after)s
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s::bigint[]))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s::bigint)
ORDER BY s.member_id DESC LIMIT %(limit)s

-- name: phones
-- A phone of each member, encrypted.
SELECT DISTINCT ON (i.member_id) i.member_id, i.value FROM members_identity i
WHERE i.member_id = ANY(%(members)s::bigint[]) AND i.kind = 'phone' AND length(i.value) > 0 ORDER BY i.member_id, i.id

-- name: named
-- Members by number, as a preview shows them.
SELECT m.id, m.public_id, m.nickname FROM members_member m WHERE m.id = ANY(%(members)s::bigint[]) ORDER BY m.id DESC

-- name: audiences_of
-- The audiences a member is in.
SELECT s.audience_id, s.since FROM audiences_membership s WHERE s.member_id = %(member)s LIMIT 1000

-- name: overlap
-- How many members two audiences share, for each pair of some, in a scope.
SELECT one.audience_id, other.audience_id, count(*)
FROM audiences_membership one JOIN audiences_membership other ON other.member_id = one.member_id AND other.audience_id >= one.audience_id
JOIN members_member m ON m.id = one.member_id
WHERE one.audience_id = ANY(%(audiences)s::bigint[]) AND other.audience_id = ANY(%(audiences)s::bigint[])
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s::bigint[]))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s::bigint)
GROUP BY 1, 2

-- name: cells
-- Buyers of a scope by their scores of recency and frequency, with what they brought.
WITH scored AS (
    SELECT 1 + (SELECT count(*) FROM unnest(%(recency)s::date[]) AS b WHERE (o.last_paid_at AT TIME ZONE %(zone)s)::date > b) AS r,
           1 + (SELECT count(*) FROM unnest(%(frequency)s::bigint[]) AS b WHERE o.orders > b) AS f,
           o.revenue_minor - o.refunded_minor AS net
    FROM orders_statistics o JOIN members_member m ON m.id = o.member_id
    WHERE o.orders > 0 AND o.last_paid_at IS NOT NULL AND m.is_identified AND m.merged_into_id IS NULL
      AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s::bigint[]))
      AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s::bigint)
)
SELECT r, f, count(*), sum(net)::bigint FROM scored GROUP BY r, f

-- name: arms
-- Members of an audience by the arm that a salted hash puts them into; `edges` are where the arms begin, of 10,000.
SELECT width_bucket(('x' || left(md5(%(salt)s || ':' || s.member_id), 8))::bit(32)::bigint %% 10000, %(edges)s::bigint[]), count(*)
FROM audiences_membership s WHERE s.audience_id = %(audience)s GROUP BY 1 ORDER BY 1

-- name: behind
-- The latest facts behind a condition, or the first; the condition is the compiled property filter, and a window.
SELECT id, occurred_at, name FROM facts_log
WHERE identity_id IN (SELECT i.id FROM members_identity i WHERE i.member_id = %(member)s) AND ({condition})
ORDER BY {order} LIMIT %(limit)s

-- name: values_of
-- Values that a field of a rule can take, the most frequent first.
SELECT DISTINCT name FROM members_trait WHERE value <> 'null' ORDER BY name LIMIT %(limit)s

-- name: fact_names
-- Facts of the last time, the most frequent first.
SELECT name, sum(facts) FROM facts_daily WHERE business_day >= %(since)s GROUP BY name ORDER BY 2 DESC LIMIT %(limit)s

-- name: categories
-- Categories of the catalogue.
SELECT code, name FROM orders_category ORDER BY name LIMIT %(limit)s

-- name: inside
-- Those of some members who are in an audience.
SELECT member_id FROM audiences_membership WHERE audience_id = %(audience)s AND member_id = ANY(%(members)s::bigint[])

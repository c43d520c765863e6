-- name: members
-- People by number, behind one.
SELECT id FROM members_member WHERE merged_into_id IS NULL AND id > %(after)s ORDER BY id LIMIT %(limit)s

-- name: facts
-- What happened to some members since an instant, by name, in the order in which it was logged. Without lists of lines, unless they are asked for.
SELECT i.member_id, l.id, l.name, l.occurred_at, l.received_at, l.business_day, l.source_id, l.identity_id, l.message, l.depth,
       (CASE WHEN %(lines)s THEN l.properties ELSE l.properties - 'lines' END)::text
FROM members_identity i JOIN facts_log l ON l.identity_id = i.id
WHERE i.member_id = ANY(%(members)s) AND l.occurred_at >= %(since)s AND l.occurred_at < %(until)s AND l.name = ANY(%(names)s)
ORDER BY l.id LIMIT %(limit)s

-- name: historical
-- Orders of members that were brought in as history: they let nobody in and wake nobody.
SELECT s.code, o.number
FROM members_identity i JOIN orders_order o ON o.identity_id = i.id JOIN merchant_shop s ON s.id = o.shop_id
WHERE i.member_id = ANY(%(members)s) AND o.is_historical

-- name: audiences
-- Audiences by number: since when each has been judged by the one rule it has, null when the rule changed since.
SELECT a.id, CASE WHEN count(v.id) = 1 THEN max(v.made_at) END
FROM audiences_audience a JOIN audiences_version v ON v.audience_id = a.id WHERE a.id = ANY(%(audiences)s::bigint[]) GROUP BY a.id

-- name: empty
-- Nobody is in an audience any more.
DELETE FROM audiences_membership WHERE audience_id = %(audience)s

-- name: count_empty
-- On a business day everybody went.
INSERT INTO audiences_daily AS d (audience_id, business_day, size, entered, went) VALUES (%(audience)s, %(day)s, 0, 0, %(went)s)
ON CONFLICT (audience_id, business_day) DO UPDATE SET size = 0, went = d.went + EXCLUDED.went

-- name: tagged
-- Who carries a tag because of an audience.
SELECT t.member_id FROM members_tagging t JOIN members_tag g ON g.id = t.tag_id WHERE g.name = %(tag)s AND t.by = %(by)s

-- name: find_handles
-- Handles by keyed hash, with their members.
SELECT i.hash, i.id, i.member_id FROM members_identity i WHERE i.hash = ANY(%(hashes)s::uuid[])

-- name: find_public
-- A handle of each member, by the members' public ids.
SELECT DISTINCT ON (m.public_id) m.public_id, i.id, i.member_id FROM members_member m JOIN members_identity i ON i.member_id = coalesce(m.merged_into_id, m.id)
WHERE m.public_id = ANY(%(ids)s::text[]) ORDER BY m.public_id, i.id

-- name: put_on_list
-- Handles on a list.
INSERT INTO audiences_listed (identity_id, list_id) SELECT DISTINCT handle, %(list)s FROM unnest(%(handles)s::bigint[]) AS handle ON CONFLICT DO NOTHING

-- name: listed_audiences
-- Audiences that a version in force, or to come, of which reads a list.
SELECT a.id FROM audiences_audience a JOIN audiences_version v ON v.audience_id = a.id AND v.number = coalesce(a.next_version, a.version)
WHERE a.archived_at IS NULL AND jsonb_path_exists(v.rule, '$.** ? (@.condition == $kind && @.list == $list)',
    jsonb_build_object('kind', 'listed', 'list', %(list)s::int))

-- name: rfm_audiences
-- Audiences that are judged by borders of RFM.
SELECT a.id FROM audiences_audience a JOIN audiences_version v ON v.audience_id = a.id AND v.number = coalesce(a.next_version, a.version)
WHERE a.archived_at IS NULL AND jsonb_path_exists(v.rule, '$.** ? (@.condition == "rfm")')

-- name: ask_anew
-- Audiences to be judged as a whole, by the version they have.
UPDATE audiences_audience SET next_version = version, tells_change = true
WHERE id = ANY(%(audiences)s::bigint[]) AND next_version IS NULL AND version > 0 AND archived_at IS NULL

-- name: borders
-- The quintiles of today's buyers.
WITH buyer AS (
    SELECT (o.last_paid_at AT TIME ZONE %(zone)s)::date AS last_day, o.orders, o.revenue_minor - o.refunded_minor AS net
    FROM orders_statistics o JOIN members_member m ON m.id = o.member_id
    WHERE o.orders > 0 AND o.last_paid_at IS NOT NULL AND m.is_identified AND m.merged_into_id IS NULL
)
SELECT count(*),
       percentile_disc(ARRAY[0.2, 0.4, 0.6, 0.8]) WITHIN GROUP (ORDER BY last_day),
       percentile_disc(ARRAY[0.2, 0.4, 0.6, 0.8]) WITHIN GROUP (ORDER BY orders),
       percentile_disc(ARRAY[0.2, 0.4, 0.6, 0.8]) WITHIN GROUP (ORDER BY net)
FROM buyer

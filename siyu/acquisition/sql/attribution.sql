-- name: matches
-- UTM values that mean a channel, in the order in which they are tried.
SELECT c.code, r.utm_source, r.utm_medium, r.utm_campaign
FROM acquisition_channelrule r JOIN acquisition_channel c ON c.id = r.channel_id
WHERE c.archived_at IS NULL ORDER BY r.rank, r.id

-- name: find_channels
-- Channels by code.
SELECT code, id FROM acquisition_channel WHERE code = ANY(%(codes)s)

-- name: count_automatic
-- How many channels facts have made.
SELECT count(*) FROM acquisition_channel WHERE created_by = %(maker)s AND code <> %(other)s

-- name: add_channels
-- Channels that facts are the first to name.
INSERT INTO acquisition_channel (code, name, kind, created_by, created_at)
SELECT told.code, told.name, 'other', %(maker)s, told.created_at
FROM unnest(%(code)s::text[], %(name)s::text[], %(created_at)s::timestamptz[]) AS told (code, name, created_at)
ON CONFLICT (code) DO NOTHING

-- name: arrive
-- One row per arrival; a repetition adds none.
INSERT INTO acquisition_arrival (identity_id, channel_id, code, occurred_at, message)
SELECT * FROM unnest(%(identity_id)s::bigint[], %(channel_id)s::bigint[], %(code)s::text[], %(occurred_at)s::timestamptz[], %(message)s::uuid[])
ON CONFLICT (message) DO NOTHING

-- name: attribute
-- First and last channel of members, by occurrence and then message.
INSERT INTO acquisition_attribution AS a
    (member_id, first_channel_id, first_code, first_at, first_message, last_channel_id, last_code, last_at, last_message)
SELECT * FROM unnest(
    %(member_id)s::bigint[], %(first_channel_id)s::bigint[], %(first_code)s::text[], %(first_at)s::timestamptz[], %(first_message)s::uuid[],
    %(last_channel_id)s::bigint[], %(last_code)s::text[], %(last_at)s::timestamptz[], %(last_message)s::uuid[]
)
ON CONFLICT (member_id) DO UPDATE
SET (first_channel_id, first_code, first_at, first_message) = (
        SELECT f.* FROM (VALUES
            (a.first_channel_id, a.first_code, a.first_at, a.first_message),
            (excluded.first_channel_id, excluded.first_code, excluded.first_at, excluded.first_message)
        ) AS f (channel_id, code, at, message) ORDER BY f.at, f.message LIMIT 1
    ),
    (last_channel_id, last_code, last_at, last_message) = (
        SELECT l.* FROM (VALUES
            (a.last_channel_id, a.last_code, a.last_at, a.last_message),
            (excluded.last_channel_id, excluded.last_code, excluded.last_at, excluded.last_message)
        ) AS l (channel_id, code, at, message) ORDER BY l.at DESC, l.message DESC LIMIT 1
    )

-- name: forget
-- Attributions that are about to be taken afresh.
DELETE FROM acquisition_attribution WHERE member_id = ANY(%(members)s)

-- name: restate
-- First and last channel of these members from the arrivals of their handles.
INSERT INTO acquisition_attribution
    (member_id, first_channel_id, first_code, first_at, first_message, last_channel_id, last_code, last_at, last_message)
WITH touch AS MATERIALIZED (
    SELECT i.member_id, a.channel_id, a.code, a.occurred_at, a.message
    FROM members_identity i JOIN acquisition_arrival a ON a.identity_id = i.id
    WHERE i.member_id = ANY(%(members)s)
), earliest AS (
    SELECT DISTINCT ON (member_id) * FROM touch ORDER BY member_id, occurred_at, message
), latest AS (
    SELECT DISTINCT ON (member_id) * FROM touch ORDER BY member_id, occurred_at DESC, message DESC
)
SELECT member_id, f.channel_id, f.code, f.occurred_at, f.message, l.channel_id, l.code, l.occurred_at, l.message
FROM earliest f JOIN latest l USING (member_id)

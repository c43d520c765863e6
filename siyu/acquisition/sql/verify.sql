-- name: attribution_equals_arrivals
-- A member's first and last channel are those of the earliest and latest arrival of the member's handles.
WITH touch AS (
    SELECT i.member_id, a.channel_id, a.code, a.occurred_at, a.message
    FROM acquisition_arrival a JOIN members_identity i ON i.id = a.identity_id
), earliest AS (
    SELECT DISTINCT ON (member_id) * FROM touch ORDER BY member_id, occurred_at, message
), latest AS (
    SELECT DISTINCT ON (member_id) * FROM touch ORDER BY member_id, occurred_at DESC, message DESC
)
SELECT 'member ' || member_id, 'attribution and arrivals differ'
FROM earliest f JOIN latest l USING (member_id) FULL JOIN acquisition_attribution a USING (member_id)
WHERE (a.first_channel_id, a.first_code, a.first_at, a.first_message, a.last_channel_id, a.last_code, a.last_at, a.last_message)
      IS DISTINCT FROM (f.channel_id, f.code, f.occurred_at, f.message, l.channel_id, l.code, l.occurred_at, l.message)

-- name: arrivals_have_their_channel
-- The channel of an arrival exists.
SELECT 'arrival ' || a.id, 'there is no channel ' || a.channel_id
FROM acquisition_arrival a LEFT JOIN acquisition_channel c ON c.id = a.channel_id WHERE c.id IS NULL

-- name: arrivals_have_their_handle
-- The handle of an arrival exists.
SELECT 'arrival ' || a.id, 'there is no handle ' || a.identity_id
FROM acquisition_arrival a LEFT JOIN members_identity i ON i.id = a.identity_id WHERE i.id IS NULL

-- name: attribution_has_its_member
-- Attribution stands under members that exist and are not merged away.
SELECT 'member ' || a.member_id, coalesce('merged into ' || m.merged_into_id, 'there is no such member')
FROM acquisition_attribution a LEFT JOIN members_member m ON m.id = a.member_id
WHERE m.id IS NULL OR m.merged_into_id IS NOT NULL

-- name: costs_are_periods
-- A cost covers at least a day and is never negative.
SELECT 'cost ' || id, amount_minor || ' from ' || from_day || ' to ' || to_day
FROM acquisition_cost WHERE to_day < from_day OR amount_minor < 0

-- name: automatic_channels_are_bounded
-- Facts make at most 500 channels.
SELECT 'channels', count(*) || ' were made by facts'
FROM acquisition_channel WHERE created_by = 'siyu' AND code <> 'other' HAVING count(*) > 500

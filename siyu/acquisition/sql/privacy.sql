-- name: arrivals_of
-- A member's arrivals, for the person's own copy.
SELECT c.code, a.code, a.occurred_at
FROM acquisition_arrival a JOIN acquisition_channel c ON c.id = a.channel_id JOIN members_identity i ON i.id = a.identity_id
WHERE i.member_id = %(member)s ORDER BY a.occurred_at, a.message

-- name: forget_arrivals
-- The arrivals of the member's handles.
DELETE FROM acquisition_arrival WHERE identity_id IN (SELECT id FROM members_identity WHERE member_id = %(member)s)

-- name: forget_attribution
-- The member's first and last channel.
DELETE FROM acquisition_attribution WHERE member_id = %(member)s

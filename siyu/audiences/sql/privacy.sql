-- name: audiences_of
-- The audiences a member is in.
SELECT a.name, s.since FROM audiences_membership s JOIN audiences_audience a ON a.id = s.audience_id
WHERE s.member_id = %(member)s ORDER BY a.name LIMIT 1000

-- name: dates_of
-- Dates that were read from what a member's traits say now.
SELECT d.name, d.month, d.day_of_month
FROM members_identity i
JOIN audiences_traitdate d ON d.identity_id = i.id
JOIN members_trait t ON (t.identity_id, t.name, t.message) = (d.identity_id, d.name, d.message)
WHERE i.member_id = %(member)s ORDER BY d.name LIMIT 1000

-- name: leave_all
-- A member is in nothing any more; the audiences, and the last of their days, are one smaller.
WITH gone AS (
    DELETE FROM audiences_membership WHERE member_id = %(member)s RETURNING audience_id
), day AS (
    UPDATE audiences_daily d SET size = d.size - 1, went = d.went + 1 FROM gone
    WHERE d.audience_id = gone.audience_id
      AND d.business_day = (SELECT max(l.business_day) FROM audiences_daily l WHERE l.audience_id = gone.audience_id)
)
UPDATE audiences_audience SET size = size - 1 WHERE id IN (SELECT audience_id FROM gone)

-- name: forget_due
-- Nobody looks at the member again because of time.
DELETE FROM audiences_due WHERE member_id = %(member)s

-- name: forget_dates
-- Dates of the member's traits.
DELETE FROM audiences_traitdate WHERE identity_id IN (SELECT id FROM members_identity WHERE member_id = %(member)s)

-- name: forget_lists
-- The member's handles on lists.
DELETE FROM audiences_listed WHERE identity_id IN (SELECT id FROM members_identity WHERE member_id = %(member)s)

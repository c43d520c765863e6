-- name: members_due
-- Members whose lots mature or expire, or whom the version in force has yet to judge, oldest first.
SELECT DISTINCT a.owner_id
FROM (
    (SELECT account_id FROM loyalty_lot WHERE is_pending AND remaining > 0 AND available_at <= %(until)s ORDER BY available_at LIMIT %(limit)s)
    UNION ALL
    (SELECT account_id FROM loyalty_lot WHERE remaining > 0 AND expires_at <= %(until)s ORDER BY expires_at LIMIT %(limit)s)
) AS lots
JOIN loyalty_account a ON a.id = lots.account_id
UNION
(SELECT member_id FROM loyalty_standing WHERE version < %(version)s AND track = %(track)s ORDER BY version, member_id LIMIT %(limit)s)

-- name: next_due
-- The earliest maturity, the earliest expiry, and the day of the first version of the tiers that has yet to judge someone.
WITH waiting AS (
    SELECT version, since FROM loyalty_standing WHERE track = %(track)s ORDER BY version, member_id LIMIT 1
)
SELECT (SELECT available_at FROM loyalty_lot WHERE is_pending AND remaining > 0 AND available_at IS NOT NULL ORDER BY available_at LIMIT 1),
       (SELECT expires_at FROM loyalty_lot WHERE remaining > 0 AND expires_at IS NOT NULL ORDER BY expires_at LIMIT 1),
       (SELECT min(t.from_day) FROM loyalty_tier t, waiting w WHERE t.track = %(track)s AND t.version > w.version),
       (SELECT since FROM waiting)

-- name: members_due
-- Members whose lots mature or expire, whose holds or windows of activity end, or whose tiers are to be judged, oldest first.
SELECT DISTINCT a.owner_id
FROM (
    (SELECT account_id FROM loyalty_lot WHERE is_pending AND remaining > 0 AND available_at <= %(until)s ORDER BY available_at LIMIT %(limit)s)
    UNION ALL
    (SELECT account_id FROM loyalty_lot WHERE remaining > 0 AND expires_at <= %(until)s ORDER BY expires_at LIMIT %(limit)s)
    UNION ALL
    (SELECT account_id FROM loyalty_hold WHERE until <= %(until)s ORDER BY until LIMIT %(limit)s)
    UNION ALL
    (SELECT id FROM loyalty_account WHERE active_until <= %(until)s ORDER BY active_until LIMIT %(limit)s)
) AS lots
JOIN loyalty_account a ON a.id = lots.account_id
UNION
(SELECT member_id FROM loyalty_standing WHERE due_at <= %(until)s ORDER BY due_at LIMIT %(limit)s)

-- name: next_due
-- The earliest maturity, expiry, end of a hold and of a window of activity, and the first standing that time alone may change.
SELECT (SELECT available_at FROM loyalty_lot WHERE is_pending AND remaining > 0 AND available_at IS NOT NULL ORDER BY available_at LIMIT 1),
       (SELECT expires_at FROM loyalty_lot WHERE remaining > 0 AND expires_at IS NOT NULL ORDER BY expires_at LIMIT 1),
       (SELECT until FROM loyalty_hold ORDER BY until LIMIT 1),
       (SELECT active_until FROM loyalty_account WHERE active_until IS NOT NULL ORDER BY active_until LIMIT 1),
       (SELECT due_at FROM loyalty_standing WHERE due_at IS NOT NULL ORDER BY due_at LIMIT 1)

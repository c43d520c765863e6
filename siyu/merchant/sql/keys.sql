-- name: mark_used
-- A key was used on a day: written once a day, not once a request.
UPDATE merchant_key SET last_used_day = %(day)s
WHERE id = %(key_id)s AND (last_used_day IS NULL OR last_used_day < %(day)s)

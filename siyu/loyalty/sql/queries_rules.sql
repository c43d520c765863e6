-- name: rules
-- Every version of every earn rule, the newest first.
SELECT code, version, name, definition::text, from_day, until_day, created_by, created_at, archived_at
FROM loyalty_earnrule ORDER BY code, version DESC

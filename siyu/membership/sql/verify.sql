-- name: benefit_versions_are_periods
-- A version of a benefit that ends does not end before it begins.
SELECT 'benefit ' || code || ' version ' || version, 'from ' || from_day || ' to ' || until_day
FROM membership_benefit WHERE until_day < from_day - 1 LIMIT 1

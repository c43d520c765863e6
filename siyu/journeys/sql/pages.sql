-- name: goals
-- How often the goal of each journey was reached.
SELECT j.code, sum(c.passed)::bigint
FROM journeys_count c JOIN journeys_version v ON v.id = c.version_id JOIN journeys_journey j ON j.id = v.journey_id
WHERE c.step = '' AND c.way = 'goal' GROUP BY 1

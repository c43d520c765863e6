-- name: cap_uses
-- How much of these rules' caps these members used in these periods, each as the member it then was.
SELECT c.origin_id, w.rule_code, w.period, w.first_day, sum(c.points)::bigint, sum(c.times)::int
FROM unnest(%(rules)s::text[], %(periods)s::text[], %(starts)s::date[], %(ends)s::date[]) AS w (rule_code, period, first_day, last_day)
JOIN loyalty_capuse c ON c.rule_code = w.rule_code AND c.business_day BETWEEN w.first_day AND w.last_day
WHERE c.origin_id = ANY(%(origins)s)
GROUP BY 1, 2, 3, 4

-- name: use_caps
-- What was used of caps, added to what was used before.
INSERT INTO loyalty_capuse AS c (origin_id, rule_code, business_day, points, times)
SELECT * FROM unnest(%(origins)s::bigint[], %(rules)s::text[], %(days)s::date[], %(points)s::bigint[], %(times)s::int[])
ON CONFLICT (origin_id, rule_code, business_day) DO UPDATE SET points = c.points + excluded.points, times = c.times + excluded.times

-- name: budget_uses
-- What these rules gave to everybody in these periods.
SELECT w.rule_code, w.period, w.first_day, sum(b.points)::bigint
FROM unnest(%(rules)s::text[], %(periods)s::text[], %(starts)s::date[], %(ends)s::date[]) AS w (rule_code, period, first_day, last_day)
JOIN loyalty_budgetuse b ON b.rule_code = w.rule_code AND b.business_day BETWEEN w.first_day AND w.last_day
GROUP BY 1, 2, 3

-- name: use_budgets
-- What was given of budgets, added to what was given before.
INSERT INTO loyalty_budgetuse AS b (rule_code, business_day, points)
SELECT * FROM unnest(%(rules)s::text[], %(days)s::date[], %(points)s::bigint[])
ON CONFLICT (rule_code, business_day) DO UPDATE SET points = b.points + excluded.points

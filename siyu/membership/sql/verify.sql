-- name: benefit_versions_are_periods
-- A version of a benefit that ends does not end before it begins.
SELECT 'benefit ' || code || ' version ' || version, 'from ' || from_day || ' to ' || until_day
FROM membership_benefit WHERE until_day < from_day - 1 LIMIT 1

-- name: plan_versions_are_periods
-- A version of a plan that ends does not end before it begins.
SELECT 'plan ' || code || ' version ' || version, 'from ' || from_day || ' to ' || until_day
FROM membership_plan WHERE until_day < from_day - 1 LIMIT 1

-- name: plan_money_adds_up
-- What was paid for plans and not paid back is the money of the days it covers.
SELECT 'member ' || s.owner_id, s.paid_minor || ' paid, ' || s.refunded_minor || ' back, ' || coalesce(sum(t.amount_minor), 0) || ' in terms'
FROM membership_subscription s LEFT JOIN membership_planterm t ON t.owner_id = s.owner_id
GROUP BY s.owner_id, s.paid_minor, s.refunded_minor
HAVING coalesce(sum(t.amount_minor), 0) <> s.paid_minor - s.refunded_minor LIMIT 1

-- name: plan_payments_are_owned
-- Every payment of a plan counts for the member its payer has become, in full.
WITH RECURSIVE line AS (
    SELECT e.key, e.amount_minor, m.id, m.merged_into_id FROM membership_planevent e JOIN members_member m ON m.id = e.member_id WHERE e.kind = 'pay'
    UNION ALL
    SELECT line.key, line.amount_minor, m.id, m.merged_into_id FROM line JOIN members_member m ON m.id = line.merged_into_id
), owed AS (
    SELECT id AS owner_id, count(*) AS payments, sum(amount_minor) AS paid_minor FROM line WHERE merged_into_id IS NULL GROUP BY id
)
SELECT 'member ' || coalesce(o.owner_id, s.owner_id), 'events say ' || coalesce(o.paid_minor, 0) || ', the row ' || coalesce(s.paid_minor, 0)
FROM owed o FULL JOIN membership_subscription s USING (owner_id)
WHERE (o.payments, o.paid_minor) IS DISTINCT FROM (s.payments, s.paid_minor) LIMIT 1

-- name: plan_terms_run_forward
-- Days that are covered are at least one, and end where the membership's paid time ends or before.
SELECT 'member ' || t.owner_id, t.kind || ' from ' || t.from_day || ' to ' || t.to_day
FROM membership_planterm t LEFT JOIN membership_subscription s ON s.owner_id = t.owner_id
WHERE (t.kind IN ('paid', 'trial')) <> (t.to_day > t.from_day) OR s.until IS NULL OR (t.to_day > s.until AND t.kind IN ('paid', 'trial')) LIMIT 1

-- name: running_plans_fall_due
-- A paid membership that runs, or is in grace, has an instant at which it moves on.
SELECT 'member ' || owner_id, state || ' until ' || until
FROM membership_subscription
WHERE (state IN ('trial', 'active', 'cancelled', 'grace') AND due_at IS NULL) OR state NOT IN ('trial', 'active', 'cancelled', 'grace', 'ended')
LIMIT 1

-- name: refunds_of_plans_have_their_payment
-- A refund of a plan names a payment that was made.
SELECT 'event ' || r.id, 'there is no payment ' || r.of
FROM membership_planevent r LEFT JOIN membership_planevent p ON p.key = r.of AND p.kind = 'pay'
WHERE r.kind = 'refund' AND p.id IS NULL LIMIT 1

-- name: by_state
-- Members by plan and state within a scope.
SELECT s.plan, s.state, count(*)
FROM membership_subscription s JOIN members_member m ON m.id = s.owner_id
WHERE (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
GROUP BY 1, 2

-- name: subscribers
-- Members of a plan, or of all, in a state, or in all, within a scope; from the newest member on.
SELECT s.owner_id, m.public_id, m.nickname, s.plan, s.state, s.since, s.until, s.auto_renew, s.paid_minor, s.refunded_minor
FROM membership_subscription s JOIN members_member m ON m.id = s.owner_id
WHERE (%(plan)s::text IS NULL OR s.plan = %(plan)s) AND (%(state)s::text IS NULL OR s.state = %(state)s)
  AND (%(before)s::bigint IS NULL OR s.owner_id < %(before)s)
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
ORDER BY s.owner_id DESC LIMIT %(limit)s

-- name: subscribers_after
-- As `subscribers`, backwards.
SELECT s.owner_id, m.public_id, m.nickname, s.plan, s.state, s.since, s.until, s.auto_renew, s.paid_minor, s.refunded_minor
FROM membership_subscription s JOIN members_member m ON m.id = s.owner_id
WHERE (%(plan)s::text IS NULL OR s.plan = %(plan)s) AND (%(state)s::text IS NULL OR s.state = %(state)s)
  AND s.owner_id > %(before)s
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
ORDER BY s.owner_id LIMIT %(limit)s

-- name: recognised
-- What the days of each month earned: the money of a term goes by whole days, so that its months add up to it.
WITH month AS (
    SELECT a_month::date AS first, (a_month + interval '1 month')::date AS next
    FROM generate_series(date_trunc('month', %(first)s::timestamp), %(last)s::timestamp, interval '1 month') AS a_month
)
SELECT month.first,
       sum(CASE WHEN t.to_day > t.from_day THEN
               t.amount_minor * (least(month.next, t.to_day) - t.from_day) / (t.to_day - t.from_day)
               - t.amount_minor * (greatest(month.first, t.from_day) - t.from_day) / (t.to_day - t.from_day)
           ELSE t.amount_minor END)::bigint
FROM month
JOIN membership_planterm t ON t.from_day < month.next AND (t.to_day > month.first OR (t.to_day = t.from_day AND t.from_day >= month.first))
JOIN members_member m ON m.id = t.owner_id
WHERE (%(plan)s::text IS NULL OR t.plan = %(plan)s)
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
GROUP BY 1

-- name: cash
-- Fees paid and paid back in each month, by the day of the payment and of the refund.
WITH RECURSIVE line AS (
    SELECT m.id AS origin, m.id, m.merged_into_id, m.store_id, m.assistant_id FROM members_member m
    WHERE m.id IN (SELECT member_id FROM membership_planevent)
    UNION ALL
    SELECT line.origin, m.id, m.merged_into_id, m.store_id, m.assistant_id FROM line JOIN members_member m ON m.id = line.merged_into_id
)
SELECT date_trunc('month', coalesce(e.paid_at, e.at) AT TIME ZONE %(zone)s)::date,
       coalesce(sum(e.amount_minor) FILTER (WHERE e.kind = 'pay'), 0)::bigint,
       coalesce(sum(e.amount_minor) FILTER (WHERE e.kind = 'refund'), 0)::bigint
FROM membership_planevent e JOIN line ON line.origin = e.member_id AND line.merged_into_id IS NULL
WHERE e.kind IN ('pay', 'refund') AND (%(plan)s::text IS NULL OR e.plan = %(plan)s)
  AND (coalesce(e.paid_at, e.at) AT TIME ZONE %(zone)s)::date BETWEEN %(first)s AND %(last)s
  AND (%(scope_stores)s::bigint[] IS NULL OR line.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR line.assistant_id = %(scope_assistant)s)
GROUP BY 1

-- name: renewals
-- Of the paid periods, and of the trials, that ended over these days: how many, and how many a paid period followed the same day.
WITH ended AS (
    SELECT t.owner_id, t.payment, t.plan, t.kind, max(t.to_day) AS day
    FROM membership_planterm t JOIN members_member m ON m.id = t.owner_id
    WHERE t.kind IN ('paid', 'trial') AND (%(plan)s::text IS NULL OR t.plan = %(plan)s)
      AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
      AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
    GROUP BY 1, 2, 3, 4
)
SELECT e.plan, e.kind, count(*), count(*) FILTER (WHERE EXISTS (
    SELECT 1 FROM membership_planterm n
    WHERE n.owner_id = e.owner_id AND n.payment <> e.payment AND n.kind = 'paid' AND n.from_day = e.day
))
FROM ended e WHERE e.day BETWEEN %(first)s AND %(last)s
GROUP BY 1, 2

-- name: terms_of
-- The days a member paid for, the latest first.
SELECT payment, plan, kind, from_day, to_day, amount_minor FROM membership_planterm
WHERE owner_id = %(member)s ORDER BY from_day DESC, id DESC LIMIT 100

-- name: savings
-- What a member saved by benefits since a day.
SELECT coalesce(sum(value_minor - value_minor * returned / quantity), 0)::bigint
FROM membership_benefituse WHERE owner_id = %(member)s AND business_day >= %(since)s

-- name: running
-- The plans that members are in on a day: their names in the version that was bought, and the day after the last that is paid for.
SELECT s.owner_id, p.name, s.until
FROM membership_subscription s JOIN membership_plan p ON p.code = s.plan AND p.version = s.version
WHERE s.owner_id = ANY(%(members)s) AND s.state = ANY(%(states)s) AND s.until > %(today)s

-- name: plans
-- Every version of every plan.
SELECT code, version, name, definition::text, from_day, until_day FROM membership_plan ORDER BY code, version

-- name: trees
-- All members that have become one of these, with the merge of each: root, member, into whom, number, when.
WITH RECURSIVE tree AS (
    SELECT id AS root, id, NULL::bigint AS into_id FROM members_member WHERE id = ANY(%(roots)s::bigint[])
    UNION ALL
    SELECT tree.root, m.id, m.merged_into_id FROM tree JOIN members_member m ON m.merged_into_id = tree.id
)
SELECT tree.root, tree.id, tree.into_id, coalesce(merge.id, 0), coalesce(merge.merged_at, 'epoch'::timestamptz)
FROM tree
LEFT JOIN LATERAL (
    SELECT l.id, l.merged_at FROM members_merge_log l
    WHERE l.loser_id = tree.id AND l.undone_at IS NULL AND tree.into_id IS NOT NULL
    ORDER BY l.id DESC LIMIT 1
) AS merge ON true

-- name: last_merge
-- The newest merge there is.
SELECT coalesce(max(id), 0) FROM members_merge_log

-- name: events
-- What happened to these members' paid memberships.
SELECT key, kind, member_id, at, after_merge, id, plan, version, is_trial, amount_minor, paid_at, auto_renew, of, ends, is_told
FROM membership_planevent WHERE member_id = ANY(%(members)s::bigint[]) ORDER BY id

-- name: owners_with_plans
-- Which of these members have, or had, a paid membership.
SELECT owner_id FROM membership_subscription WHERE owner_id = ANY(%(members)s::bigint[])

-- name: told
-- Up to when the moves of these members were told.
SELECT owner_id, told_at FROM membership_subscription WHERE owner_id = ANY(%(members)s::bigint[])

-- name: of_orders
-- Payments and refunds by these orders.
SELECT key, kind, member_id, plan, version, shop, order_number, sku, amount_minor, order_minor, of
FROM membership_planevent e
JOIN unnest(%(shops)s::text[], %(numbers)s::text[]) AS wanted (a_shop, a_number) ON e.shop = wanted.a_shop AND e.order_number = wanted.a_number
WHERE e.order_number <> '' ORDER BY e.id

-- name: early_refunds
-- Refunds that came before these orders bought a plan, in the order in which they came.
SELECT r.shop, r.order_number, r.number, r.amount_minor
FROM membership_earlyrefund r
JOIN unnest(%(shops)s::text[], %(numbers)s::text[]) AS wanted (a_shop, a_number) ON wanted.a_shop = r.shop AND wanted.a_number = r.order_number
ORDER BY r.id

-- name: keep_early
-- Refunds of orders that have bought no plan, each number once.
INSERT INTO membership_earlyrefund (shop, order_number, number, amount_minor)
SELECT shop, order_number, number, amount_minor
FROM unnest(%(shops)s::text[], %(orders)s::text[], %(refunds)s::text[], %(amounts)s::bigint[])
    WITH ORDINALITY AS early (shop, order_number, number, amount_minor, place)
ORDER BY place
ON CONFLICT DO NOTHING

-- name: keep_events
-- Events, in their order.
INSERT INTO membership_planevent (key, kind, member_id, at, after_merge, plan, version, is_trial, amount_minor, paid_at, auto_renew, of, ends,
    shop, order_number, sku, order_minor, by, because, body, is_told)
SELECT key, kind, member_id, at, after_merge, plan, version, is_trial, amount_minor, paid_at, auto_renew, of, ends,
    shop, order_number, sku, order_minor, by, because, body::jsonb, is_told
FROM unnest(%(key)s::uuid[], %(kind)s::text[], %(member)s::bigint[], %(at)s::timestamptz[], %(after_merge)s::bigint[], %(plan)s::text[],
    %(version)s::int[], %(is_trial)s::bool[], %(amount_minor)s::bigint[], %(paid_at)s::timestamptz[], %(auto_renew)s::bool[], %(of)s::uuid[],
    %(ends)s::bool[], %(shop)s::text[], %(order_number)s::text[], %(sku)s::text[], %(order_minor)s::bigint[], %(by)s::text[],
    %(because)s::text[], %(body)s::text[], %(is_told)s::bool[])
    WITH ORDINALITY AS event (key, kind, member_id, at, after_merge, plan, version, is_trial, amount_minor, paid_at, auto_renew, of, ends,
    shop, order_number, sku, order_minor, by, because, body, is_told, place)
ORDER BY place

-- name: have_told
-- What these events moved has been told.
UPDATE membership_planevent SET is_told = true WHERE key = ANY(%(keys)s::uuid[])

-- name: drop_terms
-- Terms of these members, before they are laid out anew.
DELETE FROM membership_planterm WHERE owner_id = ANY(%(members)s::bigint[])

-- name: drop_subscriptions
-- Members who own no paid membership of their own any more.
DELETE FROM membership_subscription WHERE owner_id = ANY(%(members)s::bigint[])

-- name: lay_terms
-- Terms as the fold lays them out.
INSERT INTO membership_planterm (owner_id, payment, plan, version, kind, from_day, to_day, amount_minor)
SELECT * FROM unnest(%(owner)s::bigint[], %(payment)s::uuid[], %(plan)s::text[], %(version)s::int[], %(kind)s::text[], %(from_day)s::date[],
    %(to_day)s::date[], %(amount_minor)s::bigint[])

-- name: stand
-- Where these members stand now.
INSERT INTO membership_subscription (owner_id, plan, version, state, since, until, ended_on, auto_renew, payments, paid_minor, refunded_minor,
    told_at, due_at)
SELECT * FROM unnest(%(owner)s::bigint[], %(plan)s::text[], %(version)s::int[], %(state)s::text[], %(since)s::date[], %(until)s::date[],
    %(ended_on)s::date[], %(auto_renew)s::bool[], %(payments)s::int[], %(paid_minor)s::bigint[], %(refunded_minor)s::bigint[],
    %(told_at)s::timestamptz[], %(due_at)s::timestamptz[])

-- name: members_due
-- Members whose plan moves by time, or of whom something is untold, oldest first.
SELECT owner_id FROM membership_subscription s
WHERE due_at <= %(until)s AND s.owner_id <> ALL(ARRAY(SELECT member_id FROM facts_held WHERE room = 'membership.plans'))
ORDER BY due_at, owner_id LIMIT %(limit)s

-- name: next_due
-- The earliest instant at which something moves.
SELECT due_at FROM membership_subscription s
WHERE due_at IS NOT NULL AND s.owner_id <> ALL(ARRAY(SELECT member_id FROM facts_held WHERE room = 'membership.plans'))
ORDER BY due_at LIMIT 1

-- name: known
-- What was asked by these keys before.
SELECT key, body::text, amount_minor FROM membership_planevent WHERE key = ANY(%(keys)s::uuid[])

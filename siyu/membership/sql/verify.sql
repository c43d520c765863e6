-- name: benefit_versions_are_periods
-- A version of a benefit that ends does not end before it begins.
SELECT 'benefit ' || code || ' version ' || version, 'from ' || from_day || ' to ' || until_day
FROM membership_benefit WHERE until_day < from_day - 1

-- name: check_ins_have_their_handles
-- Every check-in is of a handle that exists.
SELECT 'check-in ' || c.id, 'its handle ' || c.identity_id || ' does not exist'
FROM membership_checkin c LEFT JOIN members_identity i ON i.id = c.identity_id WHERE i.id IS NULL

-- name: check_ins_were_told
-- A check-in that nobody made up is in the log, or still waits in the inbox.
SELECT 'check-in ' || c.id, 'no fact of ' || c.day || ' tells of it'
FROM membership_checkin c
WHERE NOT c.is_made_up AND NOT EXISTS (SELECT 1 FROM facts_inbox)
  AND NOT EXISTS (SELECT 1 FROM facts_log f WHERE f.identity_id = c.identity_id AND f.name = 'member.checked_in' AND f.business_day = c.day
                  AND f.occurred_at >= c.day::timestamp AT TIME ZONE 'UTC' - interval '2 days'
                  AND f.occurred_at < c.day::timestamp AT TIME ZONE 'UTC' + interval '3 days')

-- name: ladder_paid_for_days
-- A step of the ladder was paid for a day on which the member was checked in, or was before a handle left or was erased.
SELECT 'ladder step ' || g.id, 'member ' || g.owner_id || ' was not checked in on ' || g.day
FROM membership_laddergift g
WHERE g.origin_id = g.owner_id
  AND EXISTS (SELECT 1 FROM members_identity i JOIN membership_checkin c ON c.identity_id = i.id WHERE i.member_id = g.owner_id)
  AND NOT EXISTS (SELECT 1 FROM members_merge_log l WHERE l.survivor_id = g.owner_id AND l.undone_at IS NOT NULL)
  AND NOT EXISTS (SELECT 1 FROM members_identity i JOIN membership_checkin c ON c.identity_id = i.id
                  WHERE i.member_id = g.owner_id AND c.day = g.day)

-- name: belongings_have_living_owners
-- What was given belongs to a living member.
SELECT g.what, 'belongs to member ' || g.owner_id || ', who does not exist or became another'
FROM (
    SELECT 'ladder step ' || id AS what, owner_id FROM membership_laddergift
    UNION ALL SELECT 'completion ' || id, owner_id FROM membership_completion
    UNION ALL SELECT 'badge award ' || id, owner_id FROM membership_badgeaward
    UNION ALL SELECT 'redemption ' || id, owner_id FROM membership_redemption
    UNION ALL SELECT 'card ' || id, owner_id FROM membership_card
    UNION ALL SELECT 'rank ' || id, owner_id FROM membership_rank
    UNION ALL SELECT 'anniversary ' || id, member_id FROM membership_anniversary
) AS g
LEFT JOIN members_member m ON m.id = g.owner_id
WHERE m.id IS NULL OR m.merged_into_id IS NOT NULL

-- name: completions_are_of_versions
-- A completion is of a version of its task that is there, and of one of its steps.
SELECT 'completion ' || c.id, 'task ' || c.task || ' has no version ' || c.version || ' with step ' || c.step + 1
FROM membership_completion c LEFT JOIN membership_task t ON t.code = c.task AND t.version = c.version
WHERE t.id IS NULL OR c.step >= jsonb_array_length(t.definition -> 'steps')

-- name: claims_follow_completions
-- Nothing is claimed before it was completed.
SELECT 'completion ' || id, 'claimed at ' || claimed_at || ', completed at ' || completed_at
FROM membership_completion WHERE claimed_at < completed_at

-- name: badges_have_their_levels
-- An award is of a level that its badge has.
SELECT 'badge award ' || a.id, 'badge ' || b.code || ' has no level ' || a.level
FROM membership_badgeaward a JOIN membership_badge b ON b.id = a.badge_id
WHERE a.level NOT BETWEEN 1 AND jsonb_array_length(b.definition -> 'levels')

-- name: ranks_follow_values
-- Of two members of a group the one with more stands before the other; who has as much shares the rank.
SELECT 'rank ' || a.id, 'rank ' || a.rank || ' with ' || a.value || ' behind rank ' || b.rank || ' with ' || b.value
FROM (SELECT *, lead(id) OVER w AS next_id FROM membership_rank WINDOW w AS (PARTITION BY period_id, "group" ORDER BY value DESC, rank)) a
JOIN membership_rank b ON b.id = a.next_id
WHERE (a.value = b.value AND a.rank <> b.rank) OR (a.value > b.value AND a.rank >= b.rank)

-- name: stock_equals_its_moves
-- The stock of a gift is the sum of what came and went (I11: never below none).
SELECT 'gift ' || g.code, 'stock ' || g.stock || ', its moves add up to ' || coalesce(m.pieces, 0)
FROM membership_gift g LEFT JOIN (SELECT gift_id, sum(pieces) AS pieces FROM membership_stockmove GROUP BY gift_id) m ON m.gift_id = g.id
WHERE g.stock IS NOT NULL AND (g.stock <> coalesce(m.pieces, 0) OR g.stock < 0)

-- name: redemptions_move_stock
-- What a redemption took from stock is its quantity while it stands, and nothing once it was given back.
SELECT 'redemption ' || r.number, r.state || ': of ' || r.quantity || ' pieces its moves took ' || -coalesce(m.pieces, 0)
FROM membership_redemption r JOIN membership_gift g ON g.id = r.gift_id
LEFT JOIN (SELECT redemption_id, sum(pieces) AS pieces FROM membership_stockmove GROUP BY redemption_id) m ON m.redemption_id = r.id
WHERE g.stock IS NOT NULL AND -coalesce(m.pieces, 0) <> CASE WHEN r.state IN ('cancelled', 'expired') THEN 0 ELSE r.quantity END

-- name: vouchers_equal_stock
-- The stock of a gift of codes is the codes that nobody has.
SELECT 'gift ' || g.code, 'stock ' || g.stock || ', free codes ' || count(v.id) FILTER (WHERE v.redemption_id IS NULL AND v.withdrawn_at IS NULL)
FROM membership_gift g LEFT JOIN membership_voucher v ON v.gift_id = g.id
WHERE g.kind = 'voucher' GROUP BY g.id, g.code, g.stock
HAVING g.stock <> count(v.id) FILTER (WHERE v.redemption_id IS NULL AND v.withdrawn_at IS NULL)

-- name: vouchers_of_redemptions
-- A redemption of codes has as many as its quantity, of its own gift.
SELECT 'redemption ' || r.number, 'of ' || r.quantity || ' codes it has ' || count(v.id)
FROM membership_redemption r JOIN membership_gift g ON g.id = r.gift_id
LEFT JOIN membership_voucher v ON v.redemption_id = r.id AND v.gift_id = r.gift_id
WHERE g.kind = 'voucher' AND r.state = 'handed' GROUP BY r.id, r.number, r.quantity HAVING count(v.id) <> r.quantity

-- name: limits_are_kept
-- Nobody redeemed more of a gift on one day than its limit for ever allows (I11); limits lowered later are not judged.
SELECT 'gift ' || g.code, 'member ' || r.origin_id || ' redeemed ' || sum(r.quantity) || ', the limit is ' || g.limit_each
FROM membership_redemption r JOIN membership_gift g ON g.id = r.gift_id
WHERE g.limit_each IS NOT NULL AND r.state NOT IN ('cancelled', 'expired') AND left(r.key, 7) <> 'reward:'
  AND NOT EXISTS (SELECT 1 FROM merchant_audit a WHERE a.subject = 'gift:' || g.code AND a.verb = 'gift.changed')
GROUP BY g.id, g.code, g.limit_each, g.limit_period, r.origin_id,
         CASE g.limit_period WHEN 'all' THEN DATE '2000-01-01' WHEN 'day' THEN r.business_day
              ELSE date_trunc(g.limit_period, r.business_day::timestamp)::date END
HAVING sum(r.quantity) > g.limit_each

-- name: open_redemptions_are_due
-- A redemption that waits has a day on which it ends; one that is over has none.
SELECT 'redemption ' || number, state || ', due ' || coalesce(due_at::text, 'never')
FROM membership_redemption WHERE (state IN ('waiting', 'ready')) <> (due_at IS NOT NULL)

-- name: plan_versions_are_periods
-- A version of a plan that ends does not end before it begins.
SELECT 'plan ' || code || ' version ' || version, 'from ' || from_day || ' to ' || until_day
FROM membership_plan WHERE until_day < from_day - 1

-- name: plan_money_adds_up
-- What was paid for plans and not paid back is the money of the days it covers.
SELECT 'member ' || s.owner_id, s.paid_minor || ' paid, ' || s.refunded_minor || ' back, ' || coalesce(sum(t.amount_minor), 0) || ' in terms'
FROM membership_subscription s LEFT JOIN membership_planterm t ON t.owner_id = s.owner_id
GROUP BY s.owner_id, s.paid_minor, s.refunded_minor
HAVING coalesce(sum(t.amount_minor), 0) <> s.paid_minor - s.refunded_minor

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
WHERE (o.payments, o.paid_minor) IS DISTINCT FROM (s.payments, s.paid_minor)

-- name: plan_terms_run_forward
-- Days that are covered are at least one, and end where the membership's paid time ends or before.
SELECT 'member ' || t.owner_id, t.kind || ' from ' || t.from_day || ' to ' || t.to_day
FROM membership_planterm t LEFT JOIN membership_subscription s ON s.owner_id = t.owner_id
WHERE (t.kind IN ('paid', 'trial')) <> (t.to_day > t.from_day) OR s.until IS NULL OR (t.to_day > s.until AND t.kind IN ('paid', 'trial'))

-- name: running_plans_fall_due
-- A paid membership that runs, or is in grace, has an instant at which it moves on.
SELECT 'member ' || owner_id, state || ' until ' || until
FROM membership_subscription
WHERE (state IN ('trial', 'active', 'cancelled', 'grace') AND due_at IS NULL) OR state NOT IN ('trial', 'active', 'cancelled', 'grace', 'ended')

-- name: refunds_of_plans_have_their_payment
-- A refund of a plan names a payment that was made.
SELECT 'event ' || r.id, 'there is no payment ' || r.of
FROM membership_planevent r LEFT JOIN membership_planevent p ON p.key = r.of AND p.kind = 'pay'
WHERE r.kind = 'refund' AND p.id IS NULL

-- name: benefit_uses_are_booked
-- A use of a quota is spent in the ledger, and what was given back of it has returned.
SELECT 'use ' || u.id, 'used ' || u.quantity - u.returned || ', in the ledger ' || coalesce(spent.amount - coalesce(back.amount, 0), 0)
FROM membership_benefituse u
LEFT JOIN loyalty_operation spent ON spent.key = 'benefit-use:' || replace(u.key::text, '-', '')
LEFT JOIN LATERAL (SELECT sum(o.amount) AS amount FROM loyalty_operation o WHERE o.of_id = spent.id AND o.kind = 'give_back') AS back ON true
WHERE u.is_booked AND coalesce(spent.amount - coalesce(back.amount, 0), 0) <> u.quantity - u.returned

-- name: benefits_belong_to_the_living
-- What was given and used stands with whom its member has become.
WITH RECURSIVE line AS (
    SELECT m.id AS origin, m.id, m.merged_into_id FROM members_member m
    WHERE m.id IN (SELECT origin_id FROM membership_benefitgrant UNION SELECT origin_id FROM membership_benefituse)
    UNION ALL
    SELECT line.origin, m.id, m.merged_into_id FROM line JOIN members_member m ON m.id = line.merged_into_id
), home AS (
    SELECT origin, id FROM line WHERE merged_into_id IS NULL
)
SELECT theirs.what || ' of member ' || theirs.origin_id, 'stands with ' || theirs.owner_id || ' instead of ' || coalesce(home.id::text, 'nobody')
FROM (
    SELECT 'grant' AS what, origin_id, owner_id FROM membership_benefitgrant
    UNION ALL SELECT 'use', origin_id, owner_id FROM membership_benefituse
) AS theirs
LEFT JOIN home ON home.origin = theirs.origin_id
WHERE theirs.owner_id IS DISTINCT FROM home.id

-- name: benefits_used_exist
-- What was used or given is a benefit, in a version that there is.
SELECT 'use ' || u.id, u.benefit || ' version ' || u.version
FROM membership_benefituse u LEFT JOIN membership_benefit b ON b.code = u.benefit AND b.version = u.version WHERE b.id IS NULL
UNION ALL
SELECT 'grant ' || g.id, g.benefit FROM membership_benefitgrant g
WHERE NOT EXISTS (SELECT 1 FROM membership_benefit b WHERE b.code = g.benefit)

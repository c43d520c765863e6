-- name: account_equals_entries
-- Each balance of an account is the sum of its entries.
SELECT 'account ' || a.id, 'a balance differs from the sum of its entries'
FROM loyalty_account a
LEFT JOIN (
    SELECT account_id,
           sum(CASE 'pending' WHEN credit THEN amount WHEN debit THEN -amount ELSE 0 END) AS pending,
           sum(CASE 'available' WHEN credit THEN amount WHEN debit THEN -amount ELSE 0 END) AS available,
           sum(CASE 'held' WHEN credit THEN amount WHEN debit THEN -amount ELSE 0 END) AS held,
           sum(CASE 'spent' WHEN credit THEN amount WHEN debit THEN -amount ELSE 0 END) AS spent,
           sum(CASE 'expired' WHEN credit THEN amount WHEN debit THEN -amount ELSE 0 END) AS expired,
           sum(CASE 'revoked' WHEN credit THEN amount WHEN debit THEN -amount ELSE 0 END) AS revoked,
           sum(CASE 'debt' WHEN credit THEN -amount WHEN debit THEN amount ELSE 0 END) AS debt
    FROM loyalty_entry GROUP BY account_id
) AS e ON e.account_id = a.id
WHERE (a.pending, a.available, a.held, a.spent, a.expired, a.revoked, a.debt)
   <> (coalesce(e.pending, 0), coalesce(e.available, 0), coalesce(e.held, 0), coalesce(e.spent, 0), coalesce(e.expired, 0),
       coalesce(e.revoked, 0), coalesce(e.debt, 0))

-- name: lots_equal_accounts
-- What is pending, available and held of an account is what is left and held of its lots.
SELECT 'account ' || a.id, 'pending ' || a.pending || ', available ' || a.available || ', held ' || a.held || '; its lots hold '
       || coalesce(l.pending, 0) || ', ' || coalesce(l.available, 0) || ' and ' || coalesce(l.held, 0)
FROM loyalty_account a
LEFT JOIN (
    SELECT account_id, sum(remaining) FILTER (WHERE is_pending) AS pending, sum(remaining) FILTER (WHERE NOT is_pending) AS available,
           sum(held) AS held
    FROM loyalty_lot GROUP BY account_id
) AS l ON l.account_id = a.id
WHERE (a.pending, a.available, a.held) <> (coalesce(l.pending, 0), coalesce(l.available, 0), coalesce(l.held, 0))

-- name: lot_within_amount
-- Nothing of a lot is negative, and what is left, expired or reversed is never more than was earned.
SELECT 'lot ' || id, 'amount ' || amount || ', remaining ' || remaining || ', expired ' || expired || ', reversed ' || reversed
FROM loyalty_lot
WHERE remaining < 0 OR expired < 0 OR held < 0 OR reversed < 0 OR waived < 0 OR remaining + held + expired > amount
   OR reversed + waived > amount

-- name: lot_equals_entries
-- A lot was opened by the entry whose key it bears, and its amounts are the sums of its entries.
SELECT 'lot ' || l.id, 'it differs from the sum of its entries'
FROM loyalty_lot l
LEFT JOIN (
    SELECT e.lot_id,
           max(e.amount) FILTER (WHERE e.key = o.key) AS opened,
           sum(CASE WHEN e.credit = 'expired' THEN e.amount WHEN e.debit = 'expired' THEN -e.amount ELSE 0 END) AS expired,
           sum(CASE WHEN e.credit = 'held' THEN e.amount WHEN e.debit = 'held' THEN -e.amount ELSE 0 END) AS held,
           sum(e.amount) FILTER (WHERE e.kind IN ('reverse_earn', 'take_back', 'owe')) AS reversed,
           sum(CASE WHEN e.debit NOT IN ('pending', 'available') AND e.credit IN ('pending', 'available') THEN e.amount
                    WHEN e.debit IN ('pending', 'available') AND e.credit NOT IN ('pending', 'available') THEN -e.amount ELSE 0 END) AS remaining
    FROM loyalty_entry e JOIN loyalty_lot o ON o.id = e.lot_id
    GROUP BY e.lot_id
) AS e ON e.lot_id = l.id
WHERE (l.amount, l.expired, l.held, l.reversed, l.remaining)
   IS DISTINCT FROM (e.opened, coalesce(e.expired, 0), coalesce(e.held, 0), coalesce(e.reversed, 0), coalesce(e.remaining, 0))

-- name: lot_has_the_unit_of_its_account
-- A lot lies in an account of its own unit.
SELECT 'lot ' || l.id, l.unit || ' in an account of ' || a.unit
FROM loyalty_lot l JOIN loyalty_account a ON a.id = l.account_id WHERE l.unit <> a.unit

-- name: entry_has_the_unit_of_its_account
-- An entry moves the unit of its account.
SELECT 'entry ' || e.id, e.unit || ' in an account of ' || a.unit
FROM loyalty_entry e JOIN loyalty_account a ON a.id = e.account_id WHERE e.unit <> a.unit

-- name: entry_moves_between_buckets
-- An entry moves a positive amount from one bucket that exists to another.
SELECT 'entry ' || id, amount || ' from ' || debit || ' to ' || credit
FROM loyalty_entry
WHERE debit = credit OR amount <= 0
   OR debit NOT IN ('issued', 'pending', 'available', 'held', 'spent', 'expired', 'revoked', 'debt')
   OR credit NOT IN ('issued', 'pending', 'available', 'held', 'spent', 'expired', 'revoked', 'debt')

-- name: entry_has_rule_version
-- Whatever was earned names the version of the rule that was in force on its business day.
SELECT 'entry ' || e.id, 'rule ' || coalesce(r.code || ' version ' || r.version, 'missing') || ' on ' || e.business_day
FROM loyalty_entry e LEFT JOIN loyalty_earnrule r ON r.id = e.rule_id
WHERE e.kind = 'earn'
  AND (r.id IS NULL OR e.business_day < r.from_day OR e.business_day > r.until_day
       OR EXISTS (SELECT 1 FROM loyalty_earnrule n
                  WHERE n.code = r.code AND n.version > r.version AND n.from_day <= e.business_day AND n.created_at < e.posted_at))

-- name: entry_key_begins_with_its_day
-- An entry's key begins with the number of its business day: entries of a day are found by it.
SELECT 'entry ' || id, 'key ' || key || ' on ' || business_day
FROM loyalty_entry
WHERE ('x' || left(replace(key::text, '-', ''), 8))::bit(32)::int <> business_day - DATE '0001-01-01' + 1

-- name: reversal_matches_refunds
-- What was reversed of a lot is its share of the order's refunds, all of it when the order was closed.
SELECT 'lot ' || l.id, 'reversed ' || l.reversed || ' of ' || l.amount || '; order ' || p.order_number || ' was refunded ' || p.refunded_minor
       || ' of ' || p.base_minor
FROM loyalty_lot l JOIN loyalty_purchase p ON p.id = l.purchase_id
WHERE l.reversed + l.waived <> CASE
    WHEN p.closed_at IS NOT NULL THEN l.amount
    WHEN p.refunded_minor = 0 THEN 0
    WHEN p.refunded_minor >= p.base_minor THEN l.amount
    ELSE floor((2 * l.amount::numeric * p.refunded_minor + p.base_minor) / (2 * p.base_minor))
END
  AND NOT EXISTS (SELECT 1 FROM loyalty_approval a WHERE a.lot_id = l.id AND a.state = 'rejected')

-- name: lot_of_a_paid_order
-- Only an order that was paid has earned.
SELECT 'lot ' || l.id, 'order ' || p.order_number || ' is not paid'
FROM loyalty_lot l JOIN loyalty_purchase p ON p.id = l.purchase_id WHERE p.paid_at IS NULL

-- name: lot_waits_for_its_receipt
-- What has no instant of maturity waits for the receipt of its order, which has not come.
SELECT 'lot ' || l.id, 'it waits for nothing'
FROM loyalty_lot l LEFT JOIN loyalty_purchase p ON p.id = l.purchase_id
WHERE l.is_pending AND l.remaining > 0 AND l.available_at IS NULL AND (p.id IS NULL OR p.received_at IS NOT NULL)
  AND NOT EXISTS (SELECT 1 FROM loyalty_approval a WHERE a.lot_id = l.id AND a.state = 'waiting')

-- name: purchase_amounts_not_negative
-- An order's amounts are not negative, and one that is not paid has none.
SELECT 'purchase ' || id, 'paid ' || base_minor || ', refunded ' || refunded_minor
FROM loyalty_purchase WHERE base_minor < 0 OR refunded_minor < 0 OR (paid_at IS NULL AND base_minor <> 0)

-- name: cap_use_equals_entries
-- What was used of caps is what was earned by the rule on that day, less what reversals gave back where the rule lets them.
WITH rule AS (
    SELECT id, code, definition #>> '{caps,on_reversal}' = 'give_back' AS gives_back
    FROM loyalty_earnrule
    WHERE jsonb_path_exists(definition, '$.caps.keyvalue() ? (@.value != null && @.key != "points_per_order" && @.key != "on_reversal")')
)
SELECT 'member ' || coalesce(c.origin_id, e.origin_id), 'rule ' || coalesce(c.rule_code, e.code) || ' on ' || coalesce(c.business_day, e.business_day)
       || ': used ' || coalesce(c.points, 0) || ' in ' || coalesce(c.times, 0) || ', earned ' || coalesce(e.points, 0) || ' in ' || coalesce(e.times, 0)
FROM loyalty_capuse c
FULL JOIN (
    SELECT a.origin_id, r.code, e.business_day, sum(e.amount - CASE WHEN r.gives_back THEN l.reversed ELSE 0 END) AS points,
           count(*) - count(*) FILTER (WHERE r.gives_back AND l.reversed = l.amount) AS times
    FROM loyalty_entry e
    JOIN loyalty_account a ON a.id = e.account_id
    JOIN rule r ON r.id = e.rule_id
    JOIN loyalty_lot l ON l.id = e.lot_id
    WHERE e.kind = 'earn'
    GROUP BY a.origin_id, r.code, e.business_day
) AS e ON e.origin_id = c.origin_id AND e.code = c.rule_code AND e.business_day = c.business_day
WHERE c.points IS DISTINCT FROM e.points OR c.times IS DISTINCT FROM e.times

-- name: caps_respected
-- No member has earned more by a rule in a calendar period than its versions allow.
WITH cap AS (
    SELECT r.code, p.period,
           CASE WHEN bool_and(r.definition -> 'caps' ->> ('points_' || p.name) IS NOT NULL)
                THEN max((r.definition -> 'caps' ->> ('points_' || p.name))::bigint) END AS points,
           CASE WHEN bool_and(r.definition -> 'caps' ->> ('times_' || p.name) IS NOT NULL)
                THEN max((r.definition -> 'caps' ->> ('times_' || p.name))::bigint) END AS times
    FROM loyalty_earnrule r
    CROSS JOIN (VALUES ('day', 'per_day'), ('week', 'per_week'), ('month', 'per_month'), ('year', 'per_year'), ('ever', 'ever')) AS p (period, name)
    GROUP BY r.code, p.period
)
SELECT 'member ' || c.origin_id, 'rule ' || c.rule_code || ' in the ' || cap.period || ' of ' || min(c.business_day) || ': ' || sum(c.points)
       || ' points in ' || sum(c.times)
FROM loyalty_capuse c
JOIN cap ON cap.code = c.rule_code AND (cap.points IS NOT NULL OR cap.times IS NOT NULL)
GROUP BY c.origin_id, c.rule_code, cap.period, cap.points, cap.times,
         CASE cap.period WHEN 'ever' THEN NULL ELSE date_trunc(cap.period, c.business_day) END
HAVING sum(c.points) > cap.points OR sum(c.times) > cap.times

-- name: budget_use_equals_entries
-- What was used of a rule's budget is what everybody earned by it on that day, less what reversals gave back where the rule lets them.
WITH rule AS (
    SELECT id, code, definition #>> '{budget,on_reversal}' = 'give_back' AS gives_back
    FROM loyalty_earnrule WHERE jsonb_typeof(definition -> 'budget') = 'object'
)
SELECT 'rule ' || coalesce(b.rule_code, e.code), 'on ' || coalesce(b.business_day, e.business_day) || ': used ' || coalesce(b.points, 0)
       || ', earned ' || coalesce(e.points, 0)
FROM loyalty_budgetuse b
FULL JOIN (
    SELECT r.code, e.business_day, sum(e.amount - CASE WHEN r.gives_back THEN l.reversed ELSE 0 END) AS points
    FROM loyalty_entry e JOIN rule r ON r.id = e.rule_id JOIN loyalty_lot l ON l.id = e.lot_id
    WHERE e.kind = 'earn'
    GROUP BY r.code, e.business_day
) AS e ON e.code = b.rule_code AND e.business_day = b.business_day
WHERE b.points IS DISTINCT FROM e.points

-- name: budgets_respected
-- No rule has given more than its budget, where all its versions have one of the same kind of period.
WITH budget AS (
    SELECT code, min(definition #>> '{budget,per}') AS period, max((definition #>> '{budget,points}')::bigint) AS points
    FROM loyalty_earnrule
    GROUP BY code
    HAVING count(DISTINCT definition #>> '{budget,per}') = 1 AND bool_and(jsonb_typeof(definition -> 'budget') = 'object')
)
SELECT 'rule ' || b.rule_code, sum(b.points) || ' points of ' || budget.points || ' from ' || min(b.business_day)
FROM loyalty_budgetuse b
JOIN budget ON budget.code = b.rule_code
GROUP BY b.rule_code, budget.period, budget.points,
         CASE budget.period WHEN 'ever' THEN NULL ELSE date_trunc(budget.period, b.business_day) END
HAVING sum(b.points) > budget.points

-- name: approval_of_a_waiting_lot
-- What waits for a person's approval is pending, without an instant of maturity, and was earned by the rule that asks for it.
SELECT 'approval ' || p.id, p.state || ': lot ' || p.lot_id || CASE WHEN l.id IS NULL THEN ' is missing' ELSE ' does not wait' END
FROM loyalty_approval p LEFT JOIN loyalty_lot l ON l.id = p.lot_id
WHERE l.id IS NULL OR p.amount <> l.amount OR p.rule_id <> l.rule_id
   OR (p.state = 'waiting' AND l.remaining > 0 AND (NOT l.is_pending OR l.available_at IS NOT NULL))
   OR (p.state = 'rejected' AND (l.remaining > 0 OR l.reversed + l.expired < l.amount))

-- name: growth_equals_standing
-- A member's growth is what the accounts the member owns hold of it; whoever has some has a standing.
SELECT 'member ' || coalesce(s.member_id, a.owner_id), 'stands at ' || coalesce(s.growth::text, 'none') || ', holds ' || coalesce(a.growth, 0)
FROM (SELECT member_id, growth, judged_at FROM loyalty_standing WHERE track = 'growth') AS s
FULL JOIN (SELECT owner_id, sum(available) AS growth FROM loyalty_account WHERE unit = 'growth' GROUP BY owner_id) AS a
    ON a.owner_id = s.member_id
WHERE s.judged_at IS NULL AND coalesce(s.growth, 0) <> coalesce(a.growth, 0)
  AND NOT EXISTS (SELECT FROM loyalty_trackversion v WHERE v.track = 'growth' AND coalesce(v.terms ->> 'unit', 'growth') <> 'growth')

-- name: tier_matches_growth
-- A member's tier is the highest that growth reaches, by the version that judged.
SELECT 'member ' || s.member_id, 'holds ' || s.tier || ' with ' || s.growth
FROM loyalty_standing s
WHERE s.judged_at IS NULL AND s.tier <> coalesce(
    (SELECT t.code FROM loyalty_tier t
     WHERE t.track = s.track AND t.version = s.version AND t.threshold <= s.growth ORDER BY t.threshold DESC LIMIT 1), '')

-- name: owner_is_root_member
-- An account is owned by the end of its origin's line of mergers.
WITH RECURSIVE line AS (
    SELECT DISTINCT a.origin_id, a.origin_id AS member_id FROM loyalty_account a
    UNION
    SELECT line.origin_id, m.merged_into_id FROM line JOIN members_member m ON m.id = line.member_id WHERE m.merged_into_id IS NOT NULL
)
SELECT 'account ' || a.id, 'owner ' || a.owner_id || ', but ' || m.id || ' is the end of its line'
FROM loyalty_account a
JOIN line ON line.origin_id = a.origin_id
JOIN members_member m ON m.id = line.member_id AND m.merged_into_id IS NULL
WHERE a.owner_id <> m.id

-- name: standing_of_living_members
-- Merged members have no tier of their own.
SELECT 'member ' || s.member_id, 'merged into ' || m.merged_into_id
FROM loyalty_standing s JOIN members_member m ON m.id = s.member_id WHERE m.merged_into_id IS NOT NULL

-- name: no_orphan_account
-- Origin and owner of an account exist.
SELECT 'account ' || a.id, 'origin ' || a.origin_id || ', owner ' || a.owner_id
FROM loyalty_account a
WHERE NOT EXISTS (SELECT 1 FROM members_member m WHERE m.id = a.origin_id) OR NOT EXISTS (SELECT 1 FROM members_member m WHERE m.id = a.owner_id)

-- name: no_orphan_lot
-- Account, rule and order of a lot exist.
SELECT 'lot ' || l.id, 'account ' || l.account_id || ', rule ' || coalesce(l.rule_id::text, '-') || ', purchase ' || coalesce(l.purchase_id::text, '-')
FROM loyalty_lot l
LEFT JOIN loyalty_account a ON a.id = l.account_id
LEFT JOIN loyalty_earnrule r ON r.id = l.rule_id
LEFT JOIN loyalty_purchase p ON p.id = l.purchase_id
WHERE a.id IS NULL OR (l.rule_id IS NOT NULL AND r.id IS NULL) OR (l.purchase_id IS NOT NULL AND p.id IS NULL)

-- name: no_orphan_entry
-- Account, lot, rule and fact of an entry exist.
SELECT 'entry ' || e.id, 'account ' || e.account_id || ', lot ' || coalesce(e.lot_id::text, '-') || ', rule ' || coalesce(e.rule_id::text, '-')
       || ', fact ' || coalesce(e.fact_id::text, '-')
FROM loyalty_entry e
LEFT JOIN loyalty_account a ON a.id = e.account_id
LEFT JOIN loyalty_lot l ON l.id = e.lot_id
LEFT JOIN loyalty_earnrule r ON r.id = e.rule_id
LEFT JOIN facts_log f ON f.id = e.fact_id AND f.occurred_at = e.fact_occurred_at
WHERE a.id IS NULL OR (e.lot_id IS NOT NULL AND l.id IS NULL) OR (e.rule_id IS NOT NULL AND r.id IS NULL) OR (e.fact_id IS NOT NULL AND f.id IS NULL)

-- name: no_orphan_standing
-- The member of a standing exists, and its tier is a step of the version that judged.
SELECT 'member ' || s.member_id, 'tier ' || s.tier || ' of version ' || s.version
FROM loyalty_standing s
LEFT JOIN members_member m ON m.id = s.member_id
LEFT JOIN loyalty_tier t ON t.track = s.track AND t.version = s.version AND t.code = s.tier
WHERE m.id IS NULL OR (s.tier <> '' AND t.id IS NULL)

-- name: units_sum_to_zero
-- All accounts of a unit sum to zero: what members have, spent, lost and owe is what the programme has issued.
SELECT 'unit ' || a.unit, 'members hold ' || a.held || ', the programme issued ' || coalesce(e.issued, 0)
FROM (SELECT unit, sum(pending + available + held + spent + expired + revoked - debt) AS held FROM loyalty_account GROUP BY unit) AS a
LEFT JOIN (
    SELECT unit, sum(amount * ((debit = 'issued')::int - (credit = 'issued')::int)) AS issued
    FROM loyalty_entry GROUP BY unit
) AS e ON e.unit = a.unit
WHERE a.held <> coalesce(e.issued, 0)

-- name: held_equals_holds
-- What is held of a lot is what open holds hold of it.
SELECT 'lot ' || l.id, 'held ' || l.held || '; open holds ' || coalesce(h.held, 0)
FROM loyalty_lot l
LEFT JOIN (SELECT lot_id, sum(amount) AS held FROM loyalty_hold GROUP BY lot_id) AS h ON h.lot_id = l.id
WHERE l.held <> coalesce(h.held, 0)

-- name: hold_of_its_operation
-- An open hold belongs to an operation of that kind and unit, lies in its lot's account, and ends when that was asked to.
SELECT 'hold ' || h.id, 'operation ' || h.operation_id || ', lot ' || h.lot_id
FROM loyalty_hold h
LEFT JOIN loyalty_operation o ON o.id = h.operation_id
LEFT JOIN loyalty_lot l ON l.id = h.lot_id
WHERE o.id IS NULL OR l.id IS NULL OR o.kind <> 'hold' OR o.unit <> l.unit OR o.until <> h.until OR h.account_id <> l.account_id

-- name: allocations_sum_to_operation
-- What an operation took from lots, held of them, or opened, is the amount that was asked for.
SELECT 'operation ' || o.id, o.kind || ' of ' || o.amount || '; its entries ' || coalesce(e.amount, 0)
FROM loyalty_operation o
LEFT JOIN (
    SELECT e.operation_id, sum(e.amount) AS amount
    FROM loyalty_entry e JOIN loyalty_operation o ON o.id = e.operation_id
    WHERE (o.kind = 'grant' AND e.kind = 'grant') OR (o.kind = 'spend' AND e.kind = 'spend') OR (o.kind = 'hold' AND e.kind = 'hold')
       OR (o.kind = 'capture' AND e.kind = 'capture') OR (o.kind = 'give_back' AND e.kind = 'give_back')
    GROUP BY e.operation_id
) AS e ON e.operation_id = o.id
WHERE o.kind IN ('grant', 'spend', 'hold', 'capture', 'give_back') AND o.amount IS DISTINCT FROM e.amount

-- name: returned_within_taken
-- Of what an operation took from a lot never more is returned, freed or captured than was taken.
SELECT 'operation ' || back.of_id, 'took ' || coalesce(taken.amount, 0) || ' from lot ' || back.lot_id || ', ' || back.amount || ' moved on'
FROM (SELECT of_id, lot_id, sum(amount) AS amount FROM loyalty_entry WHERE of_id IS NOT NULL AND debit IN ('spent', 'held') GROUP BY 1, 2) AS back
LEFT JOIN (
    SELECT operation_id, lot_id, sum(amount) AS amount
    FROM loyalty_entry WHERE operation_id IS NOT NULL AND credit IN ('spent', 'held') GROUP BY 1, 2
) AS taken ON taken.operation_id = back.of_id AND taken.lot_id = back.lot_id
WHERE back.amount > coalesce(taken.amount, 0)

-- name: allocated_while_valid
-- What was spent, held or sent was available at that moment: not pending, and not expired.
SELECT 'entry ' || e.id, e.kind || ' at ' || e.posted_at || ' of lot ' || l.id
FROM loyalty_entry e JOIN loyalty_lot l ON l.id = e.lot_id
WHERE e.debit = 'available' AND e.credit IN ('spent', 'held', 'issued') AND e.kind IN ('spend', 'hold', 'transfer')
  AND (l.expires_at <= e.posted_at OR l.available_at > e.posted_at)

-- name: no_orphan_operation
-- The operations that entries name exist, and an operation's member and what it returns to do.
SELECT found.what, found.why
FROM (
    SELECT 'entry ' || e.id AS what, 'its operation is gone' AS why
    FROM loyalty_entry e
    LEFT JOIN loyalty_operation o ON o.id = e.operation_id
    LEFT JOIN loyalty_operation p ON p.id = e.of_id
    WHERE (e.operation_id IS NOT NULL AND o.id IS NULL) OR (e.of_id IS NOT NULL AND p.id IS NULL)
    UNION ALL
    SELECT 'operation ' || o.id, 'member ' || o.member_id || ', of ' || coalesce(o.of_id::text, '-')
    FROM loyalty_operation o
    LEFT JOIN members_member m ON m.id = o.member_id
    LEFT JOIN loyalty_operation p ON p.id = o.of_id
    WHERE m.id IS NULL OR (o.of_id IS NOT NULL AND p.id IS NULL)
) AS found

-- name: correction_by_two
-- A large correction was approved by somebody else, and what was approved was made, nothing else.
SELECT 'adjustment ' || a.id, a.state || ' by ' || a.decided_by || ', asked by ' || a.asked_by
FROM loyalty_adjustment a LEFT JOIN loyalty_operation o ON o.key = a.key
WHERE (a.state = 'approved') <> (o.id IS NOT NULL)
   OR (o.id IS NOT NULL AND (o.kind <> 'adjust' OR o.amount <> abs(a.amount) OR o.unit <> a.unit))
   OR (a.state <> 'waiting' AND (a.asked_by_id, a.asked_by) IS NOT DISTINCT FROM (a.decided_by_id, a.decided_by))

-- name: seals_unbroken
-- Each seal follows the one before it and is the hash of its entries as they stand: nobody has changed, taken or added one.
SELECT 'seal ' || s.id, 'the entries ' || s.from_id || ' to ' || s.to_id || ' are not what was sealed'
FROM (SELECT *, lag(hash, 1, 'siyu'::bytea) OVER (ORDER BY from_id) AS before, lag(to_id, 1, 0) OVER (ORDER BY from_id) AS last FROM loyalty_seal) AS s
LEFT JOIN LATERAL (
    SELECT count(*) AS entries, string_agg(concat_ws('|', id, account_id, unit, debit, credit, amount, kind, coalesce(lot_id, 0),
           coalesce(fact_id, 0), coalesce(rule_id, 0), tier, multiplier, (extract(epoch FROM posted_at) * 1000000)::bigint,
           business_day - DATE '2000-01-01', key, coalesce(operation_id, 0), coalesce(of_id, 0)), chr(10) ORDER BY id) AS lines
    FROM loyalty_entry WHERE id BETWEEN s.from_id AND s.to_id
) AS e ON true
WHERE s.previous <> s.before OR s.from_id <> s.last + 1 OR s.entries <> e.entries
   OR s.hash IS DISTINCT FROM sha256(s.previous || convert_to(e.lines, 'UTF8'))
ORDER BY s.from_id

-- name: points_payment_equals_operations
-- Points that pay for an order were held for it; what was captured and given back is what its operations say.
SELECT 'points payment ' || y.id, y.state || ': ' || y.points || ' points, given back ' || y.given_back
FROM loyalty_points_payment y
LEFT JOIN loyalty_operation h ON h.key = y.hold_key AND h.kind = 'hold'
LEFT JOIN loyalty_operation c ON c.key = y.hold_key || ':capture' AND c.kind = 'capture'
LEFT JOIN LATERAL (SELECT sum(b.amount) AS points FROM loyalty_operation b WHERE b.of_id = c.id AND b.kind = 'give_back') AS back ON true
WHERE h.id IS NULL OR h.amount <> y.points OR (y.state = 'captured') <> (c.id IS NOT NULL)
   OR y.given_back <> coalesce(back.points, 0) OR y.given_back > y.points

-- name: standing_is_due_when_its_period_ends
-- Whoever holds a tier for a term is judged when the term, or the grace after it, ends.
SELECT 'member ' || member_id, track || ': ends ' || coalesce(grace_until, ends_at) || ', due ' || coalesce(due_at::text, 'never')
FROM loyalty_standing
WHERE (coalesce(grace_until, ends_at) IS NOT NULL AND (due_at IS NULL OR due_at > coalesce(grace_until, ends_at)))
   OR (judged_at IS NULL AND (own IS NOT NULL OR began_at IS NOT NULL OR ends_at IS NOT NULL OR due_at IS NOT NULL))

-- name: tier_is_not_below_its_own
-- The tier held is never below the one that was earned, nor below what staff granted for the instant of its judgement.
SELECT 'member ' || s.member_id, s.track || ': holds ' || s.tier || ', earned ' || s.own
FROM loyalty_standing s
JOIN loyalty_tier held ON held.track = s.track AND held.version = s.version AND held.code = s.tier
WHERE EXISTS (
    SELECT FROM loyalty_tier t
    WHERE t.track = s.track AND t.version = s.version AND t.rank > held.rank
      AND (t.code = s.own OR EXISTS (
          SELECT FROM loyalty_tierfloor f
          WHERE f.owner_id = s.member_id AND f.track = s.track AND f.tier = t.code AND f.from_at <= s.judged_at
            AND least(f.until, coalesce(f.removed_at, f.until)) > s.judged_at))
)

-- name: gift_was_posted
-- A gift of a tier that is noted as given stands in the ledger of whom it was given to.
SELECT 'member ' || g.origin_id, g.track || ' ' || g.tier || ' of ' || g.period
FROM loyalty_tiergift g
WHERE NOT EXISTS (
    SELECT FROM loyalty_account a JOIN loyalty_entry e ON e.account_id = a.id WHERE a.origin_id = g.origin_id AND e.kind = 'gift'
)

-- name: floor_of_root_member
-- A granted tier belongs to the end of its member's line of mergers.
SELECT 'floor ' || f.id, 'owner ' || f.owner_id || ' was merged into ' || coalesce(m.merged_into_id::text, 'nobody')
FROM loyalty_tierfloor f LEFT JOIN members_member m ON m.id = f.owner_id
WHERE m.id IS NULL OR m.merged_into_id IS NOT NULL

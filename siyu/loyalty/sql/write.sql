-- name: open_accounts
-- Accounts that did not exist yet; their balances follow.
INSERT INTO loyalty_account (unit, origin_id, owner_id, pending, available, held, spent, expired, revoked, debt)
SELECT unit, origin, owner, 0, 0, 0, 0, 0, 0, 0
FROM unnest(%(units)s::text[], %(origins)s::bigint[], %(owners)s::bigint[]) AS new (unit, origin, owner)
RETURNING id, origin_id, unit

-- name: move_balances
-- The balances of accounts, by what their entries moved.
UPDATE loyalty_account a
SET pending = a.pending + moved.pending, available = a.available + moved.available, held = a.held + moved.held, spent = a.spent + moved.spent,
    expired = a.expired + moved.expired, revoked = a.revoked + moved.revoked, debt = a.debt + moved.debt
FROM unnest(%(ids)s::bigint[], %(pending)s::bigint[], %(available)s::bigint[], %(held)s::bigint[], %(spent)s::bigint[], %(expired)s::bigint[],
            %(revoked)s::bigint[], %(debt)s::bigint[])
    AS moved (id, pending, available, held, spent, expired, revoked, debt)
WHERE a.id = moved.id

-- name: slide
-- Until when what slides with activity is valid now.
UPDATE loyalty_account a SET active_until = new.until
FROM unnest(%(ids)s::bigint[], %(until)s::timestamptz[]) AS new (id, until)
WHERE a.id = new.id

-- name: insert_floors
-- Tiers that members held in another system; `because` names the fact.
INSERT INTO loyalty_tierfloor (origin_id, owner_id, track, tier, from_at, until, because, given_by, removed_by, removed_because)
SELECT origin, owner, %(track)s, tier, from_at, until, because, 'import', '', ''
FROM unnest(%(origins)s::bigint[], %(owners)s::bigint[], %(tiers)s::text[], %(from_at)s::timestamptz[], %(until)s::timestamptz[],
            %(because)s::text[])
    AS new (origin, owner, tier, from_at, until, because)

-- name: insert_operations
-- What was asked for, and what is answered.
INSERT INTO loyalty_operation (key, body, kind, member_id, unit, amount, of_id, until, actor_kind, actor_id, actor_name, because_kind,
    because_ref, because_words, at, result)
SELECT key, body, kind, member_id, unit, amount, of_id, until, %(actor_kind)s, %(actor_id)s::bigint, %(actor_name)s, because_kind, because_ref,
    because_words, %(at)s::timestamptz, result
FROM unnest(%(keys)s::text[], %(bodies)s::uuid[], %(kinds)s::text[], %(members)s::bigint[], %(units)s::text[], %(amounts)s::bigint[],
    %(of)s::bigint[], %(until)s::timestamptz[], %(because_kinds)s::text[], %(because_refs)s::text[], %(because_words)s::text[],
    %(results)s::jsonb[])
    AS new (key, body, kind, member_id, unit, amount, of_id, until, because_kind, because_ref, because_words, result)
RETURNING id, key

-- name: insert_holds
-- What is held from now on.
INSERT INTO loyalty_hold (operation_id, lot_id, account_id, amount, until)
SELECT new.operation, l.id, l.account_id, new.amount, new.until
FROM unnest(%(operations)s::bigint[], %(lots)s::bigint[], %(amounts)s::bigint[], %(until)s::timestamptz[]) WITH ORDINALITY
    AS new (operation, lot, amount, until, place)
JOIN loyalty_lot l ON l.id = new.lot
ORDER BY new.place

-- name: drop_holds
-- What is held no more.
DELETE FROM loyalty_hold h
USING unnest(%(operations)s::bigint[], %(lots)s::bigint[]) AS old (operation, lot)
WHERE h.operation_id = old.operation AND h.lot_id = old.lot

-- name: reserve_purchases
-- Numbers for new orders.
SELECT nextval('loyalty_purchase_id_seq') FROM generate_series(1, %(count)s)

-- name: reserve_lots
-- Numbers for new lots.
SELECT nextval('loyalty_lot_id_seq') FROM generate_series(1, %(count)s)

-- name: insert_purchases
-- Orders the programme had not heard of.
INSERT INTO loyalty_purchase (id, shop, order_number, paid_at, base_minor, refunded_minor, received_at, closed_at, refunds)
SELECT * FROM unnest(%(ids)s::bigint[], %(shops)s::text[], %(numbers)s::text[], %(paid_at)s::timestamptz[], %(base_minor)s::bigint[],
    %(refunded_minor)s::bigint[], %(received_at)s::timestamptz[], %(closed_at)s::timestamptz[], %(refunds)s::jsonb[])

-- name: update_purchases
-- Orders that were paid, refunded, received or closed.
UPDATE loyalty_purchase p
SET paid_at = new.paid_at, base_minor = new.base_minor, refunded_minor = new.refunded_minor, received_at = new.received_at,
    closed_at = new.closed_at, refunds = new.refunds
FROM unnest(%(ids)s::bigint[], %(paid_at)s::timestamptz[], %(base_minor)s::bigint[], %(refunded_minor)s::bigint[],
    %(received_at)s::timestamptz[], %(closed_at)s::timestamptz[], %(refunds)s::jsonb[])
    AS new (id, paid_at, base_minor, refunded_minor, received_at, closed_at, refunds)
WHERE p.id = new.id

-- name: copy_lots
-- New lots.
COPY loyalty_lot (id, key, account_id, unit, amount, remaining, held, reversed, waived, expired, is_pending, available_at, expires_at,
    is_sliding, priority, earned_at, purchase_id, rule_id) FROM STDIN

-- name: update_lots
-- Lots that matured, expired, were spent, held, returned, reversed, extended, or paid a debt.
UPDATE loyalty_lot l
SET remaining = new.remaining, held = new.held, reversed = new.reversed, waived = new.waived, expired = new.expired,
    is_pending = new.is_pending, available_at = new.available_at, expires_at = new.expires_at, is_sliding = new.is_sliding
FROM unnest(%(ids)s::bigint[], %(remaining)s::bigint[], %(held)s::bigint[], %(reversed)s::bigint[], %(waived)s::bigint[], %(expired)s::bigint[],
    %(is_pending)s::boolean[], %(available_at)s::timestamptz[], %(expires_at)s::timestamptz[], %(is_sliding)s::boolean[])
    AS new (id, remaining, held, reversed, waived, expired, is_pending, available_at, expires_at, is_sliding)
WHERE l.id = new.id

-- name: copy_entries
-- Entries, in the order in which they were posted.
COPY loyalty_entry (account_id, unit, debit, credit, amount, kind, lot_id, fact_id, fact_occurred_at, rule_id, tier, multiplier, posted_at,
    business_day, key, operation_id, of_id) FROM STDIN

-- name: insert_lots
-- A few new lots, each a line of what COPY takes.
INSERT INTO loyalty_lot (id, key, account_id, unit, amount, remaining, held, reversed, waived, expired, is_pending, available_at, expires_at, is_sliding,
    priority, earned_at, purchase_id, rule_id)
SELECT c[1]::bigint, c[2]::uuid, c[3]::bigint, c[4], c[5]::bigint, c[6]::bigint, c[7]::bigint, c[8]::bigint, c[9]::bigint, c[10]::bigint,
    c[11]::boolean, c[12]::timestamptz, c[13]::timestamptz, c[14]::boolean, c[15]::smallint, c[16]::timestamptz, c[17]::bigint,
    c[18]::bigint
FROM (SELECT string_to_array(line, chr(9), '\N') AS c, place FROM unnest(%(lines)s::text[]) WITH ORDINALITY AS given (line, place)) AS rows
ORDER BY place

-- name: insert_entries
-- A few entries, each a line of what COPY takes.
INSERT INTO loyalty_entry (account_id, unit, debit, credit, amount, kind, lot_id, fact_id, fact_occurred_at, rule_id, tier, multiplier, posted_at,
    business_day, key, operation_id, of_id)
SELECT c[1]::bigint, c[2], c[3], c[4], c[5]::bigint, c[6], c[7]::bigint, c[8]::bigint, c[9]::timestamptz, c[10]::bigint, c[11],
    c[12]::numeric, c[13]::timestamptz, c[14]::date, c[15]::uuid, c[16]::bigint, c[17]::bigint
FROM (SELECT string_to_array(line, chr(9), '\N') AS c, place FROM unnest(%(lines)s::text[]) WITH ORDINALITY AS given (line, place)) AS rows
ORDER BY place

-- name: open_accounts
-- Accounts that did not exist yet; their balances follow.
INSERT INTO loyalty_account (unit, origin_id, owner_id, pending, available, held, spent, expired, revoked, debt)
SELECT unit, origin, owner, 0, 0, 0, 0, 0, 0, 0
FROM unnest(%(units)s::text[], %(origins)s::bigint[], %(owners)s::bigint[]) AS new (unit, origin, owner)
RETURNING id, origin_id, unit

-- name: move_balances
-- The balances of accounts, by what their entries moved.
UPDATE loyalty_account a
SET pending = a.pending + moved.pending, available = a.available + moved.available, expired = a.expired + moved.expired,
    revoked = a.revoked + moved.revoked, debt = a.debt + moved.debt
FROM unnest(%(ids)s::bigint[], %(pending)s::bigint[], %(available)s::bigint[], %(expired)s::bigint[], %(revoked)s::bigint[], %(debt)s::bigint[])
    AS moved (id, pending, available, expired, revoked, debt)
WHERE a.id = moved.id

-- name: reserve_purchases
-- Numbers for new orders.
SELECT nextval(pg_get_serial_sequence('loyalty_purchase', 'id')) FROM generate_series(1, %(count)s)

-- name: reserve_lots
-- Numbers for new lots.
SELECT nextval(pg_get_serial_sequence('loyalty_lot', 'id')) FROM generate_series(1, %(count)s)

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
COPY loyalty_lot (id, key, account_id, unit, amount, remaining, reversed, expired, is_pending, available_at, expires_at, priority, earned_at,
    purchase_id, rule_id) FROM STDIN

-- name: update_lots
-- Lots that matured, expired, were reversed or paid a debt.
UPDATE loyalty_lot l
SET remaining = new.remaining, reversed = new.reversed, expired = new.expired, is_pending = new.is_pending, available_at = new.available_at
FROM unnest(%(ids)s::bigint[], %(remaining)s::bigint[], %(reversed)s::bigint[], %(expired)s::bigint[], %(is_pending)s::boolean[],
    %(available_at)s::timestamptz[])
    AS new (id, remaining, reversed, expired, is_pending, available_at)
WHERE l.id = new.id

-- name: copy_entries
-- Entries, in the order in which they were posted.
COPY loyalty_entry (account_id, unit, debit, credit, amount, kind, lot_id, fact_id, fact_occurred_at, rule_id, tier, multiplier, posted_at,
    business_day, key) FROM STDIN

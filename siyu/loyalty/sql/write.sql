-- name: open_accounts
-- Accounts that did not exist yet; their balances follow.
INSERT INTO loyalty_account (id, unit, origin_id, owner_id, pending, available, held, spent, expired, revoked, debt)
SELECT id, unit, origin, owner, 0, 0, 0, 0, 0, 0, 0
FROM unnest(%(ids)s::bigint[], %(units)s::text[], %(origins)s::bigint[], %(owners)s::bigint[]) AS new (id, unit, origin, owner)

-- name: reserve_accounts
-- Numbers for new accounts.
SELECT nextval('loyalty_account_id_seq') FROM generate_series(1, %(count)s)

-- name: move_balances
-- The balances of accounts, by what their entries moved.
UPDATE loyalty_account a
SET pending = a.pending + moved.pending, available = a.available + moved.available, held = a.held + moved.held, spent = a.spent + moved.spent,
    expired = a.expired + moved.expired, revoked = a.revoked + moved.revoked, debt = a.debt + moved.debt
FROM unnest(%(id)s::bigint[], %(pending)s::bigint[], %(available)s::bigint[], %(held)s::bigint[], %(spent)s::bigint[], %(expired)s::bigint[],
            %(revoked)s::bigint[], %(debt)s::bigint[])
    AS moved (id, pending, available, held, spent, expired, revoked, debt)
WHERE a.id = moved.id

-- name: move_earned
-- The same where members only earn, and what they earned becomes available.
UPDATE loyalty_account a SET pending = a.pending + moved.pending, available = a.available + moved.available
FROM unnest(%(id)s::bigint[], %(pending)s::bigint[], %(available)s::bigint[]) AS moved (id, pending, available)
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
INSERT INTO loyalty_operation (id, key, body, kind, member_id, unit, amount, of_id, until, actor_kind, actor_id, actor_name, because_kind,
    because_ref, because_words, at, result)
SELECT id, key, body, kind, member, unit, amount, "of", until, actor_kind, actor_id, actor_name, because_kind,
    because_ref, because_words, at, result
FROM json_to_recordset(%(operations)s::json) AS new (id bigint, key text, body uuid, kind text, member bigint, unit text, amount bigint,
    "of" bigint, until timestamptz, because_kind text, because_ref text, because_words text, result jsonb,
    actor_kind text, actor_id bigint, actor_name text, at timestamptz)

-- name: at_once
-- A few operations with all that they moved: the balances of accounts, lots that changed, lots that were opened, entries in their order.
WITH asked AS (
    INSERT INTO loyalty_operation (id, key, body, kind, member_id, unit, amount, of_id, until, actor_kind, actor_id, actor_name, because_kind,
        because_ref, because_words, at, result)
    SELECT id, key, body, kind, member, unit, amount, "of", until, actor_kind, actor_id, actor_name,
        because_kind, because_ref, because_words, at, result
    FROM json_to_recordset(%(operations)s::json) AS new (id bigint, key text, body uuid, kind text, member bigint, unit text, amount bigint,
        "of" bigint, until timestamptz, because_kind text, because_ref text, because_words text, result jsonb,
    actor_kind text, actor_id bigint, actor_name text, at timestamptz)
),
moved AS (
    UPDATE loyalty_account a
    SET pending = a.pending + moved.pending, available = a.available + moved.available, held = a.held + moved.held,
        spent = a.spent + moved.spent, expired = a.expired + moved.expired, revoked = a.revoked + moved.revoked, debt = a.debt + moved.debt
    FROM json_to_recordset(%(balances)s::json) AS moved (id bigint, pending bigint, available bigint, held bigint, spent bigint,
        expired bigint, revoked bigint, debt bigint)
    WHERE a.id = moved.id
),
changed AS (
    UPDATE loyalty_lot l
    SET remaining = new.remaining, held = new.held, reversed = new.reversed, waived = new.waived, expired = new.expired,
        is_pending = new.is_pending, available_at = new.available_at, expires_at = new.expires_at, is_sliding = new.is_sliding
    FROM json_to_recordset(%(changed)s::json) AS new (id bigint, remaining bigint, held bigint, reversed bigint, waived bigint,
        expired bigint, is_pending boolean, available_at timestamptz, expires_at timestamptz, is_sliding boolean)
    WHERE l.id = new.id
),
opened AS (
    INSERT INTO loyalty_lot (id, key, account_id, unit, amount, remaining, held, reversed, waived, expired, is_pending, available_at,
        expires_at, is_sliding, priority, earned_at, purchase_id, rule_id)
    SELECT id, key, account_id, unit, amount, remaining, held, reversed, waived, expired, is_pending, available_at, expires_at, is_sliding,
        priority, earned_at, purchase_id, rule_id
    FROM json_to_recordset(%(lots)s::json) AS new (id bigint, key uuid, account_id bigint, unit text, amount bigint, remaining bigint,
        held bigint, reversed bigint, waived bigint, expired bigint, is_pending boolean, available_at timestamptz, expires_at timestamptz,
        is_sliding boolean, priority smallint, earned_at timestamptz, purchase_id bigint, rule_id bigint)
)
INSERT INTO loyalty_entry (account_id, unit, debit, credit, amount, kind, lot_id, fact_id, fact_occurred_at, rule_id, tier, multiplier,
    posted_at, business_day, key, operation_id, of_id)
SELECT account_id, unit, debit, credit, amount, kind, lot_id, fact_id, fact_occurred_at, rule_id, tier, multiplier, posted_at, business_day, key,
    operation_id, of_id
FROM ROWS FROM (json_to_recordset(%(entries)s::json) AS (account_id bigint, unit text, debit text, credit text, amount bigint, kind text,
    lot_id bigint, fact_id bigint, fact_occurred_at timestamptz, rule_id bigint, tier text, multiplier numeric, posted_at timestamptz,
    business_day date, key uuid, operation_id bigint, of_id bigint)) WITH ORDINALITY AS new
ORDER BY ordinality

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
FROM unnest(%(id)s::bigint[], %(remaining)s::bigint[], %(held)s::bigint[], %(reversed)s::bigint[], %(waived)s::bigint[], %(expired)s::bigint[],
    %(is_pending)s::boolean[], %(available_at)s::timestamptz[], %(expires_at)s::timestamptz[], %(is_sliding)s::boolean[])
    AS new (id, remaining, held, reversed, waived, expired, is_pending, available_at, expires_at, is_sliding)
WHERE l.id = new.id

-- name: copy_entries
-- Entries, in the order in which they were posted.
COPY loyalty_entry (account_id, unit, debit, credit, amount, kind, lot_id, fact_id, fact_occurred_at, rule_id, tier, multiplier, posted_at,
    business_day, key, operation_id, of_id) FROM STDIN

-- name: insert_lots
-- A few new lots.
INSERT INTO loyalty_lot (id, key, account_id, unit, amount, remaining, held, reversed, waived, expired, is_pending, available_at, expires_at, is_sliding,
    priority, earned_at, purchase_id, rule_id)
SELECT id, key, account_id, unit, amount, remaining, held, reversed, waived, expired, is_pending, available_at, expires_at, is_sliding, priority,
    earned_at, purchase_id, rule_id
FROM json_to_recordset(%(rows)s::json) AS new (id bigint, key uuid, account_id bigint, unit text, amount bigint, remaining bigint,
    held bigint, reversed bigint, waived bigint, expired bigint, is_pending boolean, available_at timestamptz, expires_at timestamptz,
    is_sliding boolean, priority smallint, earned_at timestamptz, purchase_id bigint, rule_id bigint)

-- name: insert_entries
-- A few entries, in the order in which they were posted.
INSERT INTO loyalty_entry (account_id, unit, debit, credit, amount, kind, lot_id, fact_id, fact_occurred_at, rule_id, tier, multiplier, posted_at,
    business_day, key, operation_id, of_id)
SELECT account_id, unit, debit, credit, amount, kind, lot_id, fact_id, fact_occurred_at, rule_id, tier, multiplier, posted_at, business_day, key,
    operation_id, of_id
FROM ROWS FROM (json_to_recordset(%(rows)s::json) AS (account_id bigint, unit text, debit text, credit text, amount bigint, kind text,
    lot_id bigint, fact_id bigint, fact_occurred_at timestamptz, rule_id bigint, tier text, multiplier numeric, posted_at timestamptz,
    business_day date, key uuid, operation_id bigint, of_id bigint)) WITH ORDINALITY AS new
ORDER BY ordinality

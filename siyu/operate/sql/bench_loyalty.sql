-- name: seed_members
-- Members as many as asked for, beside the one whose rows are the pattern.
INSERT INTO members_member (id, public_id, is_identified, created_at, nickname, source_id)
SELECT n, lpad(to_hex(n), 16, '0'), m.is_identified, %(at)s::timestamptz, '', m.source_id
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n, members_member m WHERE m.id = %(pattern)s

-- name: copy_handles
-- A handle of each, by which facts find them.
COPY members_identity (kind, hash, value, first_seen, member_id, origin_id) FROM STDIN

-- name: seed_lives
-- On the ladder of lives each stands where its pattern does.
INSERT INTO members_lifecycle (member_id, pool_channel, pool_stage, purchases, activity, rungs, rung)
SELECT n, l.pool_channel, l.pool_stage, l.purchases, l.activity, l.rungs, l.rung
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n, members_lifecycle l WHERE l.member_id = %(pattern)s

-- name: seed_operations
-- Points and growth are granted to each.
INSERT INTO loyalty_operation (id, key, body, kind, unit, amount, actor_kind, actor_name, because_kind, because_ref, because_words, at, result, member_id)
SELECT 2 * n + side, 'seed:' || n || ':' || o.unit, o.body, o.kind, o.unit, CASE side WHEN 0 THEN o.amount ELSE 1 + n * 7919 %% 12000 END,
       o.actor_kind, o.actor_name, o.because_kind, o.because_ref, o.because_words, o.at, o.result, n
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
JOIN (SELECT *, CASE unit WHEN 'points' THEN 0 ELSE 1 END AS side FROM loyalty_operation WHERE member_id = %(pattern)s) AS o ON true

-- name: seed_accounts
-- An account of each unit, with what was granted.
INSERT INTO loyalty_account (id, unit, pending, available, held, spent, expired, revoked, debt, origin_id, owner_id)
SELECT o.id, o.unit, 0, o.amount, 0, 0, 0, 0, 0, o.member_id, o.member_id FROM loyalty_operation o WHERE o.member_id >= %(first)s

-- name: seed_lots
-- One lot each; a key begins with the number of its day.
INSERT INTO loyalty_lot (id, key, unit, amount, remaining, reversed, expired, is_pending, available_at, expires_at, priority, earned_at, account_id, held,
    is_sliding, waived)
SELECT o.id, (left(p.key::text, 8) || substr(md5(o.key), 9))::uuid, o.unit, o.amount, o.amount, 0, 0, false, p.available_at, p.expires_at, p.priority, p.earned_at,
       o.id, 0, false, 0
FROM loyalty_operation o
JOIN loyalty_lot p ON p.unit = o.unit
JOIN loyalty_account a ON a.id = p.account_id AND a.origin_id = %(pattern)s
WHERE o.member_id >= %(first)s

-- name: seed_entries
-- The entries that opened them.
INSERT INTO loyalty_entry (unit, debit, credit, amount, kind, tier, multiplier, posted_at, business_day, key, account_id, lot_id, operation_id)
SELECT l.unit, 'issued', 'available', l.amount, 'grant', '', 1, l.earned_at, p.business_day, l.key, l.account_id, l.id, l.id
FROM loyalty_lot l
JOIN (SELECT unit, min(business_day) AS business_day FROM loyalty_entry GROUP BY unit) AS p ON p.unit = l.unit
WHERE l.account_id >= 2 * %(first)s

-- name: seed_standings
-- Where growth places each on the ladder.
INSERT INTO loyalty_standing (track, tier, growth, since, version, member_id)
SELECT s.track, (SELECT t.code FROM loyalty_tier t WHERE t.track = s.track AND t.version = s.version AND t.threshold <= a.available
                 ORDER BY t.threshold DESC LIMIT 1), a.available, s.since, s.version, a.owner_id
FROM loyalty_account a, loyalty_standing s
WHERE s.member_id = %(pattern)s AND a.unit = 'growth' AND a.owner_id >= %(first)s

-- name: seed_sequences
-- Numbers go on where the seed ends.
SELECT setval(pg_get_serial_sequence('members_member', 'id'), %(last)s), setval(pg_get_serial_sequence('loyalty_operation', 'id'), 2 * %(last)s + 1),
       setval(pg_get_serial_sequence('loyalty_account', 'id'), 2 * %(last)s + 1), setval(pg_get_serial_sequence('loyalty_lot', 'id'), 2 * %(last)s + 1)

-- name: spend_bare
-- One spending of one point as pgbench does it: the locks, reads and writes of the service, their values known beforehand.
BEGIN;
SELECT id, merged_into_id FROM members_member WHERE id = %(member)s FOR NO KEY UPDATE;
SELECT id, key FROM loyalty_operation WHERE key = %(key)s::text || %(number)s;
SELECT a.id, a.available, l.id, l.key, l.remaining, l.expires_at FROM loyalty_account a JOIN loyalty_lot l ON l.account_id = a.id
WHERE a.owner_id = %(member)s AND a.unit = 'points' AND l.remaining > 0;
INSERT INTO loyalty_operation (key, body, kind, unit, amount, actor_kind, actor_name, because_kind, because_ref, because_words, at, result, member_id)
VALUES (%(key)s::text || %(number)s, md5(%(number)s::text)::uuid, 'spend', 'points', 1, 'system', 'siyu', 'bench', 'pgbench', 'bench', '2026-03-02 12:00+08',
    '{"amount": 1, "balance": 0, "allocations": []}', %(member)s);
UPDATE loyalty_account SET available = available - 1, spent = spent + 1 WHERE id = 2 * %(member)s;
UPDATE loyalty_lot SET remaining = remaining - 1 WHERE id = 2 * %(member)s;
INSERT INTO loyalty_entry (unit, debit, credit, amount, kind, tier, multiplier, posted_at, business_day, key, account_id, lot_id, operation_id)
SELECT 'points', 'available', 'spent', 1, 'spend', '', 1, '2026-03-02 12:00+08', '2026-03-02', ('000b495d' || substr(md5(o.key), 9))::uuid,
       2 * %(member)s, 2 * %(member)s, o.id
FROM loyalty_operation o WHERE o.key = %(key)s::text || %(number)s;
SELECT kind, value FROM members_identity WHERE member_id = %(member)s AND kind <> 'erased' ORDER BY id LIMIT 1;
INSERT INTO bench_fact (received_at, source_id, form, messages, done, payload)
VALUES ('2026-03-02 12:00+08', 1, 'f', 1, 0, decode(repeat(md5(%(number)s::text), 25), 'hex'));
COMMIT

-- name: make_facts
-- Where pgbench leaves its facts, which no pump is to read.
CREATE TABLE bench_fact (LIKE facts_inbox INCLUDING ALL)

-- name: transaction
-- The number of this transaction: rows that later ones write bear a higher one.
SELECT pg_current_xact_id()::text::bigint

-- name: commits
-- How many transactions have logged facts since.
SELECT count(DISTINCT xmin::text) FROM facts_log WHERE xmin::text::bigint > %(since)s

-- name: leaves
-- Every table that holds rows.
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind = 'r' AND c.relname NOT LIKE 'bench!_%%' ESCAPE '!' AND c.relname NOT LIKE 'procrastinate!_%%' ESCAPE '!'
ORDER BY c.relname

-- name: columns_of
-- The columns of a table that can be written.
SELECT attname FROM pg_attribute WHERE attrelid = %(table)s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum

-- name: key_of
-- The columns of a table's primary key.
SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
WHERE i.indrelid = %(table)s::regclass AND i.indisprimary ORDER BY array_position(i.indkey::smallint[], a.attnum)

-- name: foreign_keys
-- What does away with each foreign key, partitions following their tables.
SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) FROM pg_constraint WHERE contype = 'f' AND conparentid = 0

-- name: standings
-- How many members stand by a version, and how many do not.
SELECT count(*) FILTER (WHERE version = %(version)s), count(*) FROM loyalty_standing WHERE track = 'growth'

-- name: expired
-- How many lots of the seed have ended.
SELECT count(*) FILTER (WHERE remaining = 0 AND expired > 0), count(*) FROM loyalty_lot WHERE unit = 'points' AND id <= %(last)s

-- name: settled
-- The newest entry, and the last that is sealed.
SELECT coalesce((SELECT max(id) FROM loyalty_entry), 0), coalesce((SELECT max(to_id) FROM loyalty_seal), 0)

-- name: writing
-- The transactions that are writing entries: whoever numbers one holds this lock until it ends.
SELECT DISTINCT virtualtransaction FROM pg_locks
WHERE relation = 'loyalty_entry'::regclass AND mode = 'RowExclusiveLock'
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())

-- name: lock
-- One sealer at a time.
SELECT pg_try_advisory_xact_lock(718004)

-- name: last
-- The newest seal.
SELECT to_id, hash FROM loyalty_seal ORDER BY to_id DESC LIMIT 1

-- name: end_of_block
-- The last entry of the next block.
SELECT max(id), count(*) FROM (SELECT id FROM loyalty_entry WHERE id > %(after)s AND id <= %(until)s ORDER BY id LIMIT %(block)s) AS block

-- name: seal
-- Seal a block: the hash of the seal before it and of its entries, each as one line of its columns.
INSERT INTO loyalty_seal (from_id, to_id, entries, previous, hash, sealed_at)
SELECT %(after)s::bigint + 1, %(until)s::bigint, count(*), %(previous)s::bytea,
       sha256(%(previous)s::bytea || convert_to(string_agg(concat_ws('|', id, account_id, unit, debit, credit, amount, kind, coalesce(lot_id, 0),
           coalesce(fact_id, 0), coalesce(rule_id, 0), tier, multiplier, (extract(epoch FROM posted_at) * 1000000)::bigint,
           business_day - DATE '2000-01-01', key, coalesce(operation_id, 0), coalesce(of_id, 0)), chr(10) ORDER BY id), 'UTF8')),
       %(now)s
FROM loyalty_entry WHERE id > %(after)s AND id <= %(until)s

-- name: make_raw
-- The limit's table: a number and the body as it came, uncompressed like the inbox (the faster choice of the two).
CREATE TABLE bench_raw (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body bytea STORAGE EXTERNAL)

-- name: copy_raw
-- One body, one commit.
COPY bench_raw (body) FROM STDIN (FORMAT BINARY)

-- name: empty_both
-- Between rounds.
TRUNCATE bench_raw, facts_inbox

-- name: count_raw
-- What the limit stored.
SELECT count(*), coalesce(sum(length(body)), 0) FROM bench_raw

-- name: count_inbox
-- What the endpoint stored.
SELECT coalesce(sum(messages), 0), count(*) FROM facts_inbox

-- name: some_payloads
-- Envelopes to be opened and compared with what was sent.
SELECT payload FROM facts_inbox ORDER BY id LIMIT 20

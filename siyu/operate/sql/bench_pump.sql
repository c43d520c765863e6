-- name: make_indexed
-- The limit: the same rows, a uuid primary key and an index by member and time.
CREATE TABLE bench_indexed (
    id uuid PRIMARY KEY, member_id bigint NOT NULL, occurred_at timestamptz NOT NULL, received_at timestamptz NOT NULL,
    name text NOT NULL, properties jsonb NOT NULL
);
CREATE INDEX ON bench_indexed (member_id, occurred_at)

-- name: make_plain
-- The same rows without any index.
CREATE TABLE bench_plain (
    id uuid NOT NULL, member_id bigint NOT NULL, occurred_at timestamptz NOT NULL, received_at timestamptz NOT NULL,
    name text NOT NULL, properties jsonb NOT NULL
)

-- name: read_rows
-- What the pump wrote, in the order in which it was written, as COPY text.
COPY (
    SELECT f.message, i.member_id, f.occurred_at, f.received_at, f.name, f.properties
    FROM facts_log f JOIN members_identity i ON i.id = f.identity_id WHERE f.depth = 0 ORDER BY f.id LIMIT 1000000
) TO STDOUT

-- name: copy_indexed
-- Into the table with indexes.
COPY bench_indexed FROM STDIN

-- name: copy_plain
-- Into the table without.
COPY bench_plain FROM STDIN

-- name: make_orm
-- The tables of the one-at-a-time baseline.
CREATE TABLE bench_event (id bigserial PRIMARY KEY, message uuid UNIQUE, person_id bigint, occurred_at timestamptz, name text, properties jsonb);
CREATE INDEX ON bench_event (person_id, occurred_at);
CREATE TABLE bench_person (id bigserial PRIMARY KEY, handle text UNIQUE, first_seen timestamptz, last_seen timestamptz, facts bigint);
CREATE TABLE bench_count (id bigserial PRIMARY KEY, person_id bigint, name text, day date, times bigint, UNIQUE (person_id, name, day))

-- name: lines
-- These members, each with those it has become, one after another.
WITH RECURSIVE line AS (
    SELECT id AS member, id, merged_into_id, 0 AS step FROM members_member WHERE id = ANY(%(members)s::bigint[])
    UNION ALL
    SELECT line.member, m.id, m.merged_into_id, line.step + 1 FROM line JOIN members_member m ON m.id = line.merged_into_id WHERE line.step < 1000
)
SELECT member, array_agg(id ORDER BY step) FROM line GROUP BY member

-- name: below
-- These members and all that have become one of them.
WITH RECURSIVE below AS (
    SELECT unnest(%(members)s::bigint[]) AS id
    UNION
    SELECT m.id FROM below JOIN members_member m ON m.merged_into_id = below.id
)
SELECT id FROM below

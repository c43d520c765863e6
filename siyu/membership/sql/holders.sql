-- name: lines_of_merges
-- The line of mergers above each of these members, nearest first: to know whose something was before the last of them.
WITH RECURSIVE line AS (
    SELECT m.id AS origin, m.merged_into_id AS member_id, 1 AS step
    FROM members_member m
    WHERE m.id = ANY(%(origins)s) AND m.merged_into_id IS NOT NULL
    UNION ALL
    SELECT line.origin, m.merged_into_id, line.step + 1
    FROM line JOIN members_member m ON m.id = line.member_id
    WHERE m.merged_into_id IS NOT NULL AND line.step < 1000
)
SELECT origin, array_agg(member_id ORDER BY step) FROM line GROUP BY origin

-- name: buyers
-- People who bought most, the guide of the showcase among them.
SELECT s.member_id FROM orders_statistics s JOIN members_member m ON m.id = s.member_id
WHERE m.is_identified AND m.merged_into_id IS NULL
ORDER BY s.revenue_minor DESC, s.member_id LIMIT %(limit)s

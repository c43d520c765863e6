-- name: corrections
-- Corrections above the limit within a scope, newest first: those nearest behind a number.
SELECT c.id, c.key, m.public_id, m.nickname, c.unit, c.amount, c.words, c.asked_by, c.asked_by_kind, c.asked_by_id, c.asked_at, c.state,
       c.decided_by, c.decided_at, c.decision, c.expires_at
FROM loyalty_adjustment c
JOIN members_member o ON o.id = c.member_id
JOIN members_member m ON m.id = coalesce(o.merged_into_id, o.id)
WHERE c.id < %(before)s AND c.id > %(after)s
  AND (%(number)s::bigint IS NULL OR c.id = %(number)s)
  AND (%(state)s = '' OR c.state = %(state)s)
  AND (%(unit)s = '' OR c.unit = %(unit)s)
  AND (%(member)s::bigint IS NULL OR m.id = %(member)s)
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
ORDER BY CASE WHEN %(is_backwards)s THEN c.id END, c.id DESC
LIMIT %(limit)s

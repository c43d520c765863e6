-- name: used_since
-- The value of what these members used since an instant, less what they gave back.
SELECT coalesce(sum(value_minor - value_minor * returned / quantity), 0)::bigint
FROM membership_benefituse WHERE owner_id = ANY(%(members)s::bigint[]) AND used_at >= %(since)s

-- name: guide
-- The member with a phone and a nickname who has most points to spend; of those alike, the first.
SELECT m.nickname, i.value
FROM loyalty_account a
JOIN members_member m ON m.id = a.owner_id AND m.merged_into_id IS NULL AND m.nickname <> ''
JOIN members_identity i ON i.member_id = m.id AND i.kind = 'phone'
WHERE a.unit = 'points'
ORDER BY a.available DESC, m.id, i.id LIMIT 1

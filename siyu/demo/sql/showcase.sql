-- name: guide
-- The member with a phone and a nickname who has most points to spend; of those alike, the first.
SELECT m.nickname, i.value
FROM loyalty_account a
JOIN members_member m ON m.id = a.owner_id AND m.merged_into_id IS NULL AND m.nickname <> ''
JOIN members_identity i ON i.member_id = m.id AND i.kind = 'phone'
WHERE a.unit = 'points'
ORDER BY a.available DESC, m.id, i.id LIMIT 1

-- name: guests
-- Members with most points to spend, whose handle can be named; the guide, who comes first, keeps theirs.
SELECT a.owner_id FROM loyalty_account a JOIN members_member m ON m.id = a.owner_id
WHERE a.unit = 'points' AND m.is_identified AND m.merged_into_id IS NULL
  AND EXISTS (SELECT 1 FROM members_identity i WHERE i.member_id = m.id AND length(i.value) > 0)
GROUP BY a.owner_id HAVING sum(a.available) > 0
ORDER BY sum(a.available) DESC, a.owner_id OFFSET 1 LIMIT %(limit)s

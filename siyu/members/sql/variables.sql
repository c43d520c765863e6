-- name: people
-- Public number, nickname, own assistant and store of members.
SELECT m.id, m.public_id, m.nickname, coalesce(a.name, ''), coalesce(s.name, '')
FROM members_member m LEFT JOIN merchant_staff a ON a.id = m.assistant_id LEFT JOIN merchant_store s ON s.id = m.store_id
WHERE m.id = ANY(%(members)s)

-- name: traits
-- The newest values of some traits of members.
SELECT DISTINCT ON (i.member_id, t.name) i.member_id, t.name, t.value::text
FROM members_identity i JOIN members_trait t ON t.identity_id = i.id
WHERE i.member_id = ANY(%(members)s) AND t.name = ANY(%(names)s)
ORDER BY i.member_id, t.name, t.occurred_at DESC, t.message DESC

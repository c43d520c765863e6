-- name: people
-- Public number, nickname, own assistant and store of members.
SELECT m.id, m.public_id, m.nickname, coalesce(a.name, ''), coalesce(s.name, '')
FROM members_member m LEFT JOIN merchant_staff a ON a.id = m.assistant_id LEFT JOIN merchant_store s ON s.id = m.store_id
WHERE m.id = ANY(%(members)s)

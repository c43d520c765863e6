-- name: handles
-- A member's handles.
SELECT id, hash FROM members_identity WHERE member_id = %(member)s ORDER BY id

-- name: drop_traits
-- What was said of the person.
DELETE FROM members_trait t USING members_identity i WHERE i.id = t.identity_id AND i.member_id = %(member)s

-- name: drop_consents
-- What the person agreed to.
DELETE FROM members_consent c USING members_identity i WHERE i.id = c.identity_id AND i.member_id = %(member)s

-- name: drop_tags
-- What staff and rules called the person.
DELETE FROM members_tagging WHERE member_id = %(member)s

-- name: drop_links
-- Claims between the person's handles and others': what refused them is forgotten with the handles, and they must join nobody.
DELETE FROM members_link l USING members_identity a, members_identity b
WHERE a.id = l.left_id AND b.id = l.right_id AND (a.member_id = %(member)s) <> (b.member_id = %(member)s)

-- name: blank_handles
-- A handle's value and hash give way to values that nothing leads to.
UPDATE members_identity SET value = '', tail_hash = NULL, hash = md5('erased ' || id)::uuid, kind = 'erased' WHERE member_id = %(member)s

-- name: blank_member
-- The person's name, assistant and store.
UPDATE members_member SET nickname = '', assistant_id = NULL, store_id = NULL, is_identified = false WHERE id = %(member)s

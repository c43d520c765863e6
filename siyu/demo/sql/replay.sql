-- name: holds_facts
-- Whether this installation has facts, handled or waiting.
SELECT EXISTS (SELECT FROM facts_log) OR EXISTS (SELECT FROM facts_inbox)

-- name: members_of
-- The members to whom handles belong.
SELECT hash, member_id FROM members_identity WHERE hash = ANY(%(hashes)s)

-- name: holds_facts
-- Whether this installation has facts, handled or waiting.
SELECT EXISTS (SELECT FROM facts_log) OR EXISTS (SELECT FROM facts_inbox)

-- name: trust_the_disk
-- Commits of this session need not wait for the disk: what a power cut takes is a tail of whole days, and those are replayed.
SET synchronous_commit TO off

-- name: wait_for_the_disk
-- The end is announced only when all of it is on the disk.
RESET synchronous_commit

-- name: members_of
-- The members to whom handles belong.
SELECT hash, member_id FROM members_identity WHERE hash = ANY(%(hashes)s)

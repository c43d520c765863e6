-- name: people
-- What the gate asks of members themselves: merged away, of a source that is no real customer's, whether they have an own assistant.
SELECT m.id, m.merged_into_id IS NOT NULL, s.badge <> '', m.assistant_id IS NOT NULL
FROM members_member m JOIN facts_source s ON s.id = m.source_id WHERE m.id = ANY(%(members)s::bigint[])

-- name: handles
-- The handles of members, by kind.
SELECT member_id, id, kind FROM members_identity WHERE member_id = ANY(%(members)s::bigint[])

-- name: bad_addresses
-- Handles whose provider refused a medium for good.
SELECT identity_id, medium FROM touches_badaddress WHERE identity_id = ANY(%(handles)s::bigint[])

-- name: zones
-- The zones that were stated, the last one last.
SELECT identity_id, value #>> '{}' FROM members_trait
WHERE identity_id = ANY(%(handles)s::bigint[]) AND name = 'timezone' ORDER BY occurred_at, message

-- name: consents
-- What was said about purposes and channels, the last word last; of two at once the withdrawal comes last.
SELECT identity_id, purpose, channel, is_given, occurred_at FROM members_consent
WHERE identity_id = ANY(%(handles)s::bigint[]) ORDER BY occurred_at, is_given DESC

-- name: records
-- Touches that fill caps: what is reserved, was sent or may have been, since the longest window began.
SELECT member_id, key, medium, purpose, at FROM touches_touch
WHERE member_id = ANY(%(members)s::bigint[]) AND at > %(since)s AND status IN ('reserved', 'sending', 'sent', 'unknown', 'asked')

-- name: known
-- Wishes that were decided before, by their keys.
SELECT key, status, why, detail, at FROM touches_touch WHERE key = ANY(%(keys)s::text[])

-- name: insert
-- Decided wishes.
COPY touches_touch (id, key, origin_id, member_id, medium, purpose, template_id, values, source, arm, priority, status, why, detail, wanted_at,
    at, until, attempts, receipt, created_at) FROM STDIN

-- name: consents_ever
-- Every word of members about consent, oldest first; of two at once the withdrawal comes last.
SELECT i.member_id, c.purpose, c.channel, c.is_given, c.occurred_at
FROM members_identity i JOIN members_consent c ON c.identity_id = i.id
WHERE i.member_id = ANY(%(members)s) ORDER BY i.member_id, c.occurred_at, c.is_given DESC

-- name: records_ever
-- Touches that filled caps since an instant, with when they were wished; those of one source are left out.
SELECT member_id, created_at, key, medium, purpose, at FROM touches_touch
WHERE member_id = ANY(%(members)s) AND at > %(since)s AND status IN ('reserved', 'sending', 'sent', 'unknown', 'asked') AND source <> %(without)s
ORDER BY member_id, created_at

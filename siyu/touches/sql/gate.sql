-- name: people
-- What the gate asks of members themselves: merged away, of a source that is no real customer's, whether they have an own assistant.
SELECT m.id, m.merged_into_id IS NOT NULL, s.badge <> '', m.assistant_id IS NOT NULL
FROM members_member m JOIN facts_source s ON s.id = m.source_id WHERE m.id = ANY(%(members)s::bigint[])

-- name: addresses
-- Who still has a handle that was not erased; the media that a handle reaches members by, and those whose provider refused one for good.
SELECT i.member_id, bool_or(i.kind <> 'erased'), coalesce(string_agg(DISTINCT k.medium, ' ') FILTER (WHERE b.id IS NULL), ''),
    coalesce(string_agg(DISTINCT k.medium, ' ') FILTER (WHERE b.id IS NOT NULL), '')
FROM members_identity i LEFT JOIN unnest(%(kinds)s::text[], %(media)s::text[]) AS k (kind, medium) ON k.kind = i.kind
LEFT JOIN touches_badaddress b ON b.identity_id = i.id AND b.medium = k.medium
WHERE i.member_id = ANY(%(members)s::bigint[]) GROUP BY i.member_id

-- name: zones
-- The zone that members stated last.
SELECT DISTINCT ON (i.member_id) i.member_id, t.value #>> '{}'
FROM members_identity i JOIN members_trait t ON t.identity_id = i.id AND t.name = 'timezone'
WHERE i.member_id = ANY(%(members)s::bigint[]) ORDER BY i.member_id, t.occurred_at DESC, t.message DESC

-- name: consents
-- The newest word of members about each purpose and channel, in microseconds since 1970; of two at once the withdrawal holds.
SELECT DISTINCT ON (i.member_id, c.purpose, c.channel) i.member_id, c.purpose, c.channel, c.is_given,
    (extract(epoch FROM c.occurred_at) * 1000000)::bigint
FROM members_identity i JOIN members_consent c ON c.identity_id = i.id
WHERE i.member_id = ANY(%(members)s::bigint[])
ORDER BY i.member_id, c.purpose, c.channel, c.occurred_at DESC, c.is_given

-- name: records
-- Touches that fill caps: what is reserved, was sent or may have been, since the longest window began.
SELECT member_id, key, medium, purpose, (extract(epoch FROM at) * 1000000)::bigint FROM touches_touch
WHERE member_id = ANY(%(members)s::bigint[]) AND at > %(since)s AND status IN ('reserved', 'sending', 'sent', 'unknown', 'asked')

-- name: known
-- Wishes that were decided before, by their keys.
SELECT key, status, why, detail, at FROM touches_touch WHERE key = ANY(%(keys)s)

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

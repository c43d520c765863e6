-- name: people
-- What the gate asks of members: gone, of a source that is no real customer's, zone as the person stated it, own assistant.
SELECT m.id, m.merged_into_id IS NOT NULL OR NOT EXISTS (SELECT 1 FROM members_identity i WHERE i.member_id = m.id AND i.kind <> 'erased'),
       s.badge <> '', coalesce(z.value #>> '{}', ''), coalesce(l.value #>> '{}', ''), m.assistant_id
FROM members_member m
JOIN facts_source s ON s.id = m.source_id
LEFT JOIN LATERAL (
    SELECT t.value FROM members_identity i JOIN members_trait t ON t.identity_id = i.id AND t.name = 'timezone'
    WHERE i.member_id = m.id ORDER BY t.occurred_at DESC, t.message DESC LIMIT 1
) AS z ON true
LEFT JOIN LATERAL (
    SELECT t.value FROM members_identity i JOIN members_trait t ON t.identity_id = i.id AND t.name = 'language'
    WHERE i.member_id = m.id ORDER BY t.occurred_at DESC, t.message DESC LIMIT 1
) AS l ON true
WHERE m.id = ANY(%(members)s)

-- name: consents
-- The newest word of members about each purpose and channel; of two at once the withdrawal holds.
SELECT DISTINCT ON (i.member_id, c.purpose, c.channel) i.member_id, c.purpose, c.channel, c.is_given, c.occurred_at
FROM members_identity i JOIN members_consent c ON c.identity_id = i.id
WHERE i.member_id = ANY(%(members)s)
ORDER BY i.member_id, c.purpose, c.channel, c.occurred_at DESC, c.is_given

-- name: addresses
-- The handles that a medium reaches members by, with what a provider said of them.
SELECT i.member_id, i.kind, b.medium FROM members_identity i LEFT JOIN touches_badaddress b ON b.identity_id = i.id
WHERE i.member_id = ANY(%(members)s) AND i.kind IN ('phone', 'email')

-- name: records
-- Touches that fill caps: what is reserved, was sent or may have been, since the longest window began.
SELECT member_id, key, medium, purpose, at FROM touches_touch
WHERE member_id = ANY(%(members)s) AND at > %(since)s AND status IN ('reserved', 'sending', 'sent', 'unknown', 'asked')

-- name: known
-- Wishes that were decided before, by their keys.
SELECT key, status, why, detail, at FROM touches_touch WHERE key = ANY(%(keys)s)

-- name: insert
-- Decided wishes.
INSERT INTO touches_touch (id, key, origin_id, member_id, medium, purpose, template_id, values, source, arm, priority, status, why, detail, wanted_at,
    at, until, attempts, receipt, created_at)
SELECT id, key, member, member, medium, purpose, template, values, source, arm, priority, status, why, detail, wanted_at, at, until, 0, '', %(now)s
FROM unnest(%(ids)s::uuid[], %(keys)s::text[], %(members)s::bigint[], %(mediums)s::text[], %(purposes)s::text[], %(templates)s::bigint[],
    %(values)s::jsonb[], %(sources)s::text[], %(arms)s::text[], %(priorities)s::int[], %(statuses)s::text[], %(whys)s::text[],
    %(details)s::text[], %(wanted)s::timestamptz[], %(ats)s::timestamptz[], %(untils)s::timestamptz[])
    AS new (id, key, member, medium, purpose, template, values, source, arm, priority, status, why, detail, wanted_at, at, until)

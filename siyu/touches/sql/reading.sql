-- name: touches
-- Touches of a scope, newest first, from a place on.
SELECT t.id, m.public_id, coalesce(m.nickname, ''), t.medium, t.purpose, e.name, t.source, t.arm, t.status, t.why, t.detail, t.wanted_at, t.at,
    t.sent_at, t.delivered_at, t.opened_at, t.clicked_at
FROM touches_touch t JOIN members_member m ON m.id = t.member_id JOIN touches_template e ON e.id = t.template_id
WHERE (%(status)s = '' OR t.status = %(status)s) AND (%(why)s = '' OR t.why = %(why)s) AND (%(medium)s = '' OR t.medium = %(medium)s)
  AND (%(source)s = '' OR t.source = %(source)s) AND (%(member)s::bigint IS NULL OR t.member_id = %(member)s)
  AND (%(key)s::timestamptz IS NULL OR (t.wanted_at, t.id) < (%(key)s, %(touch)s::uuid))
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
ORDER BY t.wanted_at DESC, t.id DESC LIMIT %(limit)s

-- name: touches_newer
-- The same before a place, the nearest first.
SELECT t.id, m.public_id, coalesce(m.nickname, ''), t.medium, t.purpose, e.name, t.source, t.arm, t.status, t.why, t.detail, t.wanted_at, t.at,
    t.sent_at, t.delivered_at, t.opened_at, t.clicked_at
FROM touches_touch t JOIN members_member m ON m.id = t.member_id JOIN touches_template e ON e.id = t.template_id
WHERE (%(status)s = '' OR t.status = %(status)s) AND (%(why)s = '' OR t.why = %(why)s) AND (%(medium)s = '' OR t.medium = %(medium)s)
  AND (%(source)s = '' OR t.source = %(source)s) AND (%(member)s::bigint IS NULL OR t.member_id = %(member)s)
  AND (%(key)s::timestamptz IS NULL OR (t.wanted_at, t.id) > (%(key)s, %(touch)s::uuid))
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
ORDER BY t.wanted_at, t.id LIMIT %(limit)s

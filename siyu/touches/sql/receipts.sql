-- name: heard
-- The first instants at which touches were delivered, opened and clicked: whatever comes first or late, the earliest holds.
UPDATE touches_touch t
SET delivered_at = least(t.delivered_at, new.delivered), opened_at = least(t.opened_at, new.opened), clicked_at = least(t.clicked_at, new.clicked),
    status = CASE WHEN t.status = 'unknown' THEN 'sent' ELSE t.status END
FROM unnest(%(ids)s::uuid[], %(delivered)s::timestamptz[], %(opened)s::timestamptz[], %(clicked)s::timestamptz[])
    AS new (id, delivered, opened, clicked)
WHERE t.id = new.id

-- name: failed
-- What a provider took and then could not deliver.
UPDATE touches_touch t SET status = 'failed', why = new.why
FROM unnest(%(ids)s::uuid[], %(whys)s::text[]) AS new (id, why)
WHERE t.id = new.id AND t.status IN ('sent', 'unknown') AND t.delivered_at IS NULL

-- name: link
-- Where a token leads, and whose touch it is.
UPDATE touches_link SET clicks = clicks + 1 WHERE token = %(token)s RETURNING url, touch_id

-- name: touch
-- A touch as the links in it need it.
SELECT member_id, medium, purpose, source FROM touches_touch WHERE id = %(id)s

-- name: link_only
-- Where a token leads, for programs that only look.
SELECT url, touch_id FROM touches_link WHERE token = %(token)s

-- name: heard
-- The first instants at which touches were delivered, opened and clicked: whatever comes first or late, the earliest holds. What nobody
-- knew of has been sent after all, and so has what was told to have failed or to be late. Of a staff task its assistant is to see when it
-- was read.
WITH heard AS (
    UPDATE touches_touch t
    SET delivered_at = least(t.delivered_at, new.delivered), opened_at = least(t.opened_at, new.opened), clicked_at = least(t.clicked_at, new.clicked),
        status = CASE WHEN t.status IN ('unknown', 'failed') THEN 'sent' ELSE t.status END,
        why = CASE WHEN t.status IN ('unknown', 'failed') OR t.why = 'provider.delayed' THEN '' ELSE t.why END,
        detail = CASE WHEN t.why = 'provider.delayed' THEN '' ELSE t.detail END,
        sent_at = CASE WHEN t.status IN ('unknown', 'failed') THEN coalesce(t.sent_at, t.claimed_at, new.delivered) ELSE t.sent_at END
    FROM unnest(%(ids)s::uuid[], %(delivered)s::timestamptz[], %(opened)s::timestamptz[], %(clicked)s::timestamptz[])
        AS new (id, delivered, opened, clicked)
    WHERE t.id = new.id RETURNING t.id, t.medium, t.opened_at
)
UPDATE touches_stafftask k SET read_at = heard.opened_at
FROM heard WHERE heard.medium = 'task' AND k.touch_id = heard.id AND k.read_at IS DISTINCT FROM heard.opened_at

-- name: failed
-- What a provider took and then could not deliver.
UPDATE touches_touch t SET status = 'failed', why = new.why, detail = CASE WHEN t.why = 'provider.delayed' THEN '' ELSE t.detail END
FROM unnest(%(ids)s::uuid[], %(whys)s::text[]) AS new (id, why)
WHERE t.id = new.id AND t.status IN ('sent', 'unknown') AND t.delivered_at IS NULL

-- name: link
-- Where a token leads, and whose touch it is.
UPDATE touches_link SET clicks = clicks + 1 WHERE token = %(token)s RETURNING url, touch_id

-- name: touch
-- A touch as the links in it need it.
SELECT member_id, medium, purpose, source FROM touches_touch WHERE id = %(id)s

-- name: reported
-- Touches of a medium that a provider speaks of, by its numbers or by ours.
SELECT id, receipt, member_id, medium, purpose, source FROM touches_touch
WHERE medium = %(medium)s AND ((receipt = ANY(%(receipts)s::text[]) AND receipt <> '') OR id = ANY(%(ids)s::uuid[])) LIMIT 2000

-- name: answered
-- The newest message to a member in a span that a reply can answer.
SELECT id, member_id, medium, purpose, source FROM touches_touch
WHERE member_id = %(member)s AND medium = %(medium)s AND sent_at BETWEEN %(since)s AND %(until)s ORDER BY sent_at DESC, id DESC LIMIT 1

-- name: being_sent
-- Whether something of a medium is being handed over.
SELECT 1 FROM touches_touch WHERE status = 'sending' AND medium = %(medium)s AND claimed_at > %(since)s LIMIT 1

-- name: link_only
-- Where a token leads, for programs that only look.
SELECT url, touch_id FROM touches_link WHERE token = %(token)s

-- name: refuse_named
-- A handle that a provider said does not exist, where it is of the member whose touch came back.
INSERT INTO touches_badaddress (identity_id, medium, because, at)
SELECT i.id, %(medium)s, new.because, %(now)s
FROM unnest(%(hashes)s::uuid[], %(members)s::bigint[], %(becauses)s::text[]) AS new (hash, member, because)
JOIN members_identity i ON i.hash = new.hash AND i.member_id = new.member
ON CONFLICT (identity_id, medium) DO NOTHING

-- name: delayed
-- A note on what has not arrived yet: a provider still tries.
UPDATE touches_touch t SET why = 'provider.delayed', detail = new.why
FROM unnest(%(ids)s::uuid[], %(whys)s::text[]) AS new (id, why)
WHERE t.id = new.id AND t.medium = %(medium)s AND t.status = 'sent' AND t.delivered_at IS NULL
